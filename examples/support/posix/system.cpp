// SPDX-License-Identifier: MIT
//
// support/system.hpp for POSIX. The terminal keeps its usual way: it collects the line and echoes what is typed, and
// nobody but the terminal knows what that is and where the cursor stands.
//
// Thread-safety: as support/system.hpp says.
#include "support/system.hpp"

#include "support/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace example::system {
namespace {

std::atomic<bool> interrupt_came{false};  // a signal handler may touch little else
static_assert(std::atomic<bool>::is_always_lock_free, "a lock has no place in a signal handler");

extern "C" void noteInterrupt(int) { interrupt_came = true; }

void write(int stream, std::string_view text) {
  static std::mutex mutex;  // one text at a time
  const std::lock_guard<std::mutex> lock(mutex);
  while (!text.empty()) {
    const ssize_t size = ::write(stream, text.data(), text.size());
    if (size < 0 && errno != EINTR) return;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
}

// Whether the terminal says that it understands more than text.
bool canMoveCursor() {
  const char* const kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

// The codes (ECMA-48, VT100) that show `text` in rows of its own above the line that is being typed. The line moves
// down and the cursor with it.
std::string aboveTypedLine(std::string_view text) {
  // Remember where the cursor is. No wrapping: a row that is too long after all must not hit the typed line. To the
  // row's beginning; on the last row "\n" has moved everything up by one. An empty row here, the typed line goes down.
  constexpr std::string_view kOpenRow = "\0337\x1b[?7l\n\x1b[A\r\x1b[L";
  // Back, and down by one; on the last row that does nothing, which is right.
  constexpr std::string_view kGoBack = "\0338\x1b[?7h\x1b[B";
  constexpr std::size_t kNarrowTerminal = 40;
  std::string codes;
  do {
    const std::size_t length = rowLength(text, kNarrowTerminal);
    codes.append(kOpenRow).append(text.substr(0, length)).append(kGoBack);
    text.remove_prefix(length);
  } while (!text.empty());
  return codes;
}

}  // namespace

std::vector<std::string> commandLine(int argc, const char* const* argv) {
  return {argv + std::min(argc, 1), argv + argc};
}

void catchInterrupts() {
  std::signal(SIGINT, noteInterrupt);
  std::signal(SIGTERM, noteInterrupt);
}

bool interruptCame() { return interrupt_came; }

std::size_t readInput(void* buffer, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, buffer, size);
  } while (count < 0 && errno == EINTR);
  return static_cast<std::size_t>(std::max<ssize_t>(count, 0));
}

void writeOutput(const std::string& text) { write(STDOUT_FILENO, text); }

void writeError(const std::string& text) { write(STDERR_FILENO, text); }

bool isOutputTerminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool isTypedOn() { return isOutputTerminal() && ::isatty(STDIN_FILENO) == 1 && canMoveCursor(); }

void writeAboveTypedLine(const std::string& line) { writeOutput(aboveTypedLine(line)); }

void endTyping() { writeOutput("\r\x1b[K"); }

void restoreTerminal() {}  // no setting was touched

}  // namespace example::system
