// SPDX-License-Identifier: MIT
//
// gdb, which examines a program without a terminal.
#pragma once

#include "support/scratch_file.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace netlite::test {

/// What gdb prints; empty if it fails.
/// @param arguments for the shell
inline std::string gdb(const std::string& arguments) {
  const std::string file = scratchFile("gdb");
  const int status = std::system(("gdb --nx --batch " + arguments + " >" + file + " 2>&1").c_str());
  std::ifstream output(file);
  std::string text{std::istreambuf_iterator<char>(output), {}};
  std::remove(file.c_str());
  return status == 0 ? text : "";
}

/// Whether gdb is installed and may run programs.
inline bool hasGdb() { return gdb("--ex run true").find("exited normally") != std::string::npos; }

}  // namespace netlite::test
