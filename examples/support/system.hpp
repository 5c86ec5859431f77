// SPDX-License-Identifier: MIT
//
// What the example programs need of the operating system beyond C++ and netlite: the command line, Ctrl-C, a terminal.
// Thread-safety: every function may be called from any thread, but only one thread may call readInput().
#pragma once

#include <cstddef>
#include <string>
#include <vector>

// posix/system.cpp and windows/system.cpp implement the same functions in the same order. All text is UTF-8.
namespace example::system {

/// To be called first. Replaces a standard stream that is closed by an empty one, so that no socket gets its
/// descriptor, and makes writing to a pipe whose reader has gone an error that does not end the program.
///
/// @throws std::system_error an empty stream cannot be opened
void prepareStreams();

/// The words of the command line that follow the program's name.
std::vector<std::string> commandLine(int argc, const char* const* argv);

/// From now on an interrupt is only noted and does not end the program: Ctrl-C, SIGTERM and SIGHUP; on Windows Ctrl-C,
/// Ctrl-Break and the closing of the console's window. A signal that was ignored when the program started stays
/// ignored.
void catchInterrupts();

/// Whether an interrupt has come since catchInterrupts().
bool interruptCame();

/// Reads from the standard input, at a terminal whole lines. Blocks until there is input; only the program's end can
/// end that. A failure counts as the end and is noted in inputFailure().
///
/// @return how many bytes; 0 at the end
std::size_t readInput(void* buffer, std::size_t size);

/// Writes text to the standard output, whole. At a terminal it appears above the line that is being typed. Blocks while
/// the output is not read. A failure is noted in outputFailure().
void writeOutput(const std::string& text);

/// Writes text to the standard error as writeOutput() does, but ignores a failure, which could not be reported.
void writeError(const std::string& text);

/// Whether the standard output is a terminal, which obeys control characters.
bool isOutputTerminal();

/// If a person types at the standard input, the program itself edits and shows the typed line from now on, in place of
/// the terminal. Only then can the line move aside for other lines, and have any length. Called once, before
/// readInput().
void beginTyping();

/// Removes the line that is being typed from the screen, and shows nothing that is typed from now on.
void endTyping();

/// Restores the settings that the terminal had before beginTyping(). Never blocks.
void restoreTerminal();

}  // namespace example::system
