// SPDX-License-Identifier: MIT
//
// Files that a test writes and reads back.
// Thread-safety: no shared state.
#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

namespace netlite::test {

/// A path for such a file. It is unique to this process, as the tests of several builds may run in parallel.
inline std::string scratchFile(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (name + "." + std::to_string(::getpid()))).string();
}

}  // namespace netlite::test
