// SPDX-License-Identifier: MIT
//
// What every example program does around its own work: lines that come out whole and at once, errors told in one line,
// and the exit codes 0 (all is well), 1 (the network) and 2 (called in a wrong way).
//
// Thread-safety: printLine() and printError() may be called from any thread; main() calls runProgram() once.
#pragma once

#include "support/arguments.hpp"
#include "support/interrupt.hpp"
#include "support/system.hpp"

#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

namespace example {

inline std::string program_name;  // set before any thread is started

/// A line on the standard output.
inline void printLine(const std::string& line) { system::writeOutput(line + "\n"); }

/// A line on the standard error, which says whose it is.
inline void printError(const std::string& line) { system::writeError(program_name + ": " + line + "\n"); }

/// A line that begins with a place in a file. It comes as compilers print it, so that editors find the place.
inline void printPlace(const std::string& line) { system::writeError(line + "\n"); }

/// An error that was thrown.
inline void printException(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    printError(e.what());
  } catch (...) {
    printError("something unknown went wrong");
  }
}

/// Ends the program although others are still at work: for an interrupt that finds nothing to put in order.
[[noreturn]] inline void endAtOnce() {
  system::restoreTerminal();
  std::_Exit(0);
}

/// The whole of a program's main: reads the arguments, does the work, and tells what went wrong.
///
/// @param work gets the arguments and returns the exit code
inline int runProgram(const Program& program, int argc, char** argv,
                      const std::function<int(const Arguments& arguments)>& work) {
  program_name = program.name;
  try {
    const Arguments arguments(program, system::commandLine(argc, argv));
    if (!arguments.wantsHelp()) return work(arguments);
    system::writeOutput(arguments.help());
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
