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

/// The words of the command line that stand behind the program's name.
std::vector<std::string> commandLine(int argc, const char* const* argv);

/// From now on an interrupt is only noted and does not end the program: Ctrl-C and SIGTERM; on Windows Ctrl-C,
/// Ctrl-Break and the closing of the console's window.
void catchInterrupts();

/// Whether an interrupt has come since catchInterrupts().
bool interruptCame();

/// Reads what there is of the standard input, at a terminal whole lines. Blocks until there is something; nothing but
/// the program's end can end that.
///
/// @return how many bytes; 0 at the end
std::size_t readInput(void* buffer, std::size_t size);

/// Writes text to the standard output (the standard error), whole and at once.
void writeOutput(const std::string& text);
void writeError(const std::string& text);

/// Whether the standard output is a terminal, which obeys control characters.
bool isOutputTerminal();

/// Whether the terminal that shows the output also shows what a person is typing, and can keep the two apart.
bool isTypedOn();

/// With isTypedOn(): shows a line above the one that is being typed. It may hold no control characters.
void writeAboveTypedLine(const std::string& line);

/// With isTypedOn(): the line that is being typed disappears from the screen. What is typed from now on is not wanted.
void endTyping();

/// Nobody reads or writes any more. The terminal gets back the settings that it had before.
void restoreTerminal();

}  // namespace example::system
