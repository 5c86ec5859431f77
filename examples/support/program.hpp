// SPDX-License-Identifier: MIT
//
// What every example program does around its own work: lines that come out whole and at once, errors told in one line,
// and the exit codes 0 (all is well), 1 (the network) and 2 (called in a wrong way).
//
// Thread-safety: printLine() and printError() may be called from any thread; main() calls runProgram() once.
#pragma once

#include "support/arguments.hpp"
#include "support/interrupt.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>

namespace example {

inline std::mutex print_mutex;    // one line at a time
inline std::string program_name;  // set before any thread is started

/// Writes text to the standard output, whole and at once.
inline void printNow(const std::string& text) {
  const std::lock_guard<std::mutex> lock(print_mutex);
  std::cout << text << std::flush;
}

inline void printLine(const std::string& line) { printNow(line + "\n"); }

/// A line on the standard error.
inline void printError(const std::string& line) {
  const std::lock_guard<std::mutex> lock(print_mutex);
  std::cerr << program_name + ": " + line + "\n" << std::flush;
}

/// The same for what was thrown.
inline void printException(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    printError(e.what());
  } catch (...) {
    printError("something unknown went wrong");
  }
}

/// The whole of a program's main: reads the arguments, does the work, and tells what went wrong.
///
/// @param work gets the arguments and returns the exit code
inline int runProgram(const Program& program, int argc, char** argv,
                      const std::function<int(const Arguments& arguments)>& work) {
  std::ios::sync_with_stdio(false);  // C's streams are not used; and only so a waiting std::cin never holds up the exit
  std::cin.tie(nullptr);             // reading may not flush std::cout behind print_mutex's back
  program_name = program.name;
  try {
    const Arguments arguments(program, argc, argv);
    if (!arguments.wantsHelp()) return work(arguments);
    printNow(arguments.help());
    return 0;
  } catch (const UsageError& e) {
    printError(e.what());
    return 2;
  } catch (...) {
    if (Interrupt::happened()) return 0;  // that is what has cut the work short
    printException(std::current_exception());
    return 1;
  }
}

}  // namespace example
