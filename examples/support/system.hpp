// SPDX-License-Identifier: MIT
//
// What the example programs need of the operating system and neither C++ nor netlite gives them: the command line,
// Ctrl-C, and a person at a terminal. posix/system.cpp and windows/system.cpp hold the same functions in the same
// order; everything else in the examples is the same everywhere. All text is UTF-8.
//
// Thread-safety: every function may be called from any thread, but readInput() from one only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace example::system {

/// Before anything else: a standard stream that is closed becomes an empty one, so that no socket takes its place, and
/// writing to a pipe whose reader has gone is an error instead of the program's end.
///
/// @throws std::system_error there is no empty stream
void prepareStreams();

/// The words of the command line that stand behind the program's name.
std::vector<std::string> commandLine(int argc, const char* const* argv);

/// From now on an interrupt is only noted and does not end the program: Ctrl-C, SIGTERM and SIGHUP; on Windows Ctrl-C,
/// Ctrl-Break and the closing of the console's window. One that the program's parent has it ignore stays ignored.
void catchInterrupts();

/// Whether an interrupt has come since catchInterrupts().
bool interruptCame();

/// Reads from the standard input, at a terminal whole lines. Blocks until there is something; nothing but the program's
/// end can end that. A failure counts as the end and is noted in inputFailure().
///
/// @return how many bytes; 0 at the end
std::size_t readInput(void* buffer, std::size_t size);

/// Writes text to the standard output, whole. At a terminal it appears above the line that is being typed. Blocks while
/// the output is not read. A failure is noted in outputFailure().
void writeOutput(const std::string& text);

/// The same for the standard error, but a failure is ignored: there is no place to report it.
void writeError(const std::string& text);

/// Whether the standard output is a terminal, which obeys control characters.
bool isOutputTerminal();

/// If a person types at the standard input, the program edits and shows the typed line from now on, and not the
/// terminal: only so can the line make way for others, and be as long as it likes. Called once, before readInput().
void beginTyping();

/// The line that is being typed disappears from the screen, and what is typed from now on is not shown.
void endTyping();

/// The terminal gets back the settings that it had before beginTyping(). Never blocks.
void restoreTerminal();

}  // namespace example::system
