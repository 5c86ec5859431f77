// SPDX-License-Identifier: MIT
//
// The Java programs of the textbooks (tests/java) as peers of the example programs.
// Thread-safety: that of Process.
#pragma once

#include "support/programs.hpp"

#include <string>
#include <vector>

namespace netlite::test {

/// Whether CMake found a JDK.
inline bool hasJava() { return !std::string(NETLITE_JAVA_CLASSES).empty(); }

/// Uses UTF-8 whatever the locale is, as on a Korean user's system.
inline Process java(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{NETLITE_JAVA,
                                   "-Dfile.encoding=UTF-8",
                                   "-Dsun.stdout.encoding=UTF-8",
                                   "-Dstdout.encoding=UTF-8",
                                   "-Dstdin.encoding=UTF-8",
                                   "-XX:TieredStopAtLevel=1",
                                   "-cp",
                                   NETLITE_JAVA_CLASSES,
                                   name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Process(command);
}

inline Server javaServer(const std::string& name) { return Server(java(name, {"0"})); }

inline Process javaClient(const std::string& name, int port, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"127.0.0.1", std::to_string(port)});
  return java(name, more);
}

}  // namespace netlite::test
