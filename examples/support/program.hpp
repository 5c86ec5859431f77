// SPDX-License-Identifier: MIT
//
// What every example program does around its own work: printing whole lines, reporting errors, and the exit code.
// Thread-safety: printLine() and printError() may be called from any thread; main() calls runProgram() once.
#pragma once

#include "support/arguments.hpp"
#include "support/error_log.hpp"
#include "support/interrupt.hpp"
#include "support/stream_failure.hpp"
#include "support/system.hpp"
#include "support/terminal.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

namespace example {

inline std::string program_name;  // set before any thread is started

/// Prints a line on the standard output, immediately.
inline void printLine(const std::string& line) { system::writeOutput(line + "\n"); }

/// Prints a line with the program's name on the standard error. Never blocks. Line ends and control characters, which
/// may come from an argument or a peer, are made visible.
inline void printError(const std::string& line) {
  ErrorLog::instance().add(program_name + ": " + visible(line) + "\n");
}

/// Prints a line that begins with a position in a file, in the form that compilers use, so that editors find the
/// position.
inline void printFileError(const std::string& line) { ErrorLog::instance().add(visible(line) + "\n"); }

/// Prints an exception as one line.
inline void printException(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    printError(e.what());
  } catch (...) {
    printError("unknown exception");
  }
}

/// Reports a standard stream that has failed, unless an interrupt ends the program anyway.
///
/// @param code the exit code so far; another error has been reported unless it is 0
/// @return the exit code
inline int reportFailedStream(int code) {
  const bool outputFailed = outputFailure().happened();
  const std::string reason = outputFailed ? outputFailure().text() : inputFailure().text();
  if (reason.empty() || Interrupt::happened() || (code != 0 && !outputFailed)) return code;
  printError(reason);
  return 1;
}

/// Ends the program without waiting for other threads: for an interrupt when there is nothing to clean up.
[[noreturn]] inline void endImmediately() {
  const int code = reportFailedStream(0);
  ErrorLog::instance().flush(std::chrono::seconds(1));
  system::endTyping();
  system::restoreTerminal();
  std::_Exit(code);
}

/// Reads the arguments, does the work, and reports what went wrong.
///
/// @return the exit code: 0 (all is well), 1 (the network or a standard stream) or 2 (called in a wrong way)
inline int tryToWork(const Program& program, int argc, char** argv,
                     const std::function<int(const Arguments& arguments)>& work) {
  try {
    system::prepareStreams();
    ErrorLog::instance();  // starts its thread now, before memory or threads can run out
    const Arguments arguments(program, system::commandLine(argc, argv));
    if (!arguments.wantsHelp()) return work(arguments);
    system::writeOutput(arguments.help());
    return 0;
  } catch (const UsageError& e) {
    printError(e.what());
    return 2;
  } catch (...) {
    if (Interrupt::happened()) return 0;  // the interrupt is what ended the work
    if (!outputFailure().happened()) printException(std::current_exception());
    return 1;
  }
}

/// The whole of a program's main. A standard stream that fails ends the program with exit code 1.
///
/// @param work gets the arguments and returns the exit code
inline int runProgram(const Program& program, int argc, char** argv,
                      const std::function<int(const Arguments& arguments)>& work) {
  program_name = program.name;
  const int code = reportFailedStream(tryToWork(program, argc, argv, work));
  ErrorLog::instance().flush(std::chrono::seconds(1));
  return code;
}

}  // namespace example
