// SPDX-License-Identifier: MIT
//
// Process: a program that a test starts and uses as a person or a script would, through pipes or at a terminal. Its
// system calls are in posix/process.cpp and windows/process.cpp, the same functions in the same order.
//
// Thread-safety: a Process belongs to the thread that created it; one other thread may call type().
#pragma once

#include "support/sanitizers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {

/// Owns a descriptor (POSIX) or a HANDLE (Windows).
class Descriptor {
 public:
  using Number = std::intptr_t;

  explicit Descriptor(Number number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    other.reset();
    return *this;
  }
  ~Descriptor() { reset(); }

  Number get() const { return number_; }

  void reset();

 private:
  Number number_;
};

/// A program that was started, and the test's ends of its pipes or of its terminal.
struct Started {
  Descriptor process;  // Windows
  Descriptor job;      // Windows: the program and those that it starts
  int pid = -1;
  Descriptor in;
  Descriptor out;
  Descriptor err;
};

Started startWithPipes(const std::vector<std::string>& command);

/// The program's input and output are its own terminal; its errors still go into a pipe. On POSIX `out` has the bytes
/// that the program writes to the terminal. On Windows it has the console's screen after every change: its rows from
/// the first to the last that is not empty, each followed by "\n", and then a "\f".
Started startAtTerminal(const std::vector<std::string>& command);

/// Waits for output and returns it. Empty at the end; std::nullopt if the time runs out first.
std::optional<std::string> readSome(const Descriptor& source, std::chrono::milliseconds timeout);

/// Writes everything, unless the other side is closed or reads nothing for `timeout`.
void writeAll(const Descriptor& target, std::string_view text, std::chrono::milliseconds timeout);

/// The ways to stop a program.
enum class StopSignal {
  interrupt,  // Ctrl-C: SIGINT, CTRL_C_EVENT
  terminate,  // SIGTERM; POSIX only
  hangUp,     // SIGHUP: the terminal is gone; POSIX only
  kill        // immediately; the program cannot handle it
};

/// The signals that an example program handles by shutting down gracefully.
std::vector<StopSignal> gracefulStopSignals();

void sendStopSignal(const Started& program, StopSignal signal);

/// Waits for the program's end and returns its exit code, or the negated signal number if a signal killed it.
int waitForExit(Started& program);

/// The peak of the program's resident memory in KiB; 0 if unknown.
long peakMemory(const Started& program);

/// A program's output, readable while the program runs.
class Output {
 public:
  explicit Output(Descriptor source) : source_(std::move(source)) {}

  /// The next line, without its terminator. Throws if the output ends or the time runs out first.
  std::string readLine() {
    std::string line = readUntil("\n");
    line.pop_back();
    return line;
  }

  /// Waits until `wanted` has been printed, and returns the output up to and including it.
  std::string readUntil(std::string_view wanted) {
    const Clock::time_point deadline = Clock::now() + kTimeout;
    while (text_.find(wanted) == std::string::npos) {
      if (!readMore(deadline))
        throw std::runtime_error("not printed: " + std::string(wanted) + "; printed instead: " + text_);
    }
    const std::size_t end = text_.find(wanted) + wanted.size();
    std::string before = text_.substr(0, end);
    text_.erase(0, end);
    return before;
  }

  /// Waits for output and returns all that has arrived since the last call. Empty at the end.
  std::string read() {
    if (text_.empty()) readMore(Clock::now() + kTimeout);
    return std::exchange(text_, {});
  }

  /// Everything up to the end of the output, which comes when the program ends.
  std::string readAll() {
    const Clock::time_point deadline = Clock::now() + kTimeout;
    while (readMore(deadline)) {
    }
    return std::exchange(text_, {});
  }

  /// What has arrived and was not read. Does not wait.
  std::string readAvailable() {
    while (source_.get() != -1) {
      const std::optional<std::string> more = readSome(source_, std::chrono::milliseconds(0));
      if (!more || more->empty()) break;
      text_ += *more;
    }
    return std::exchange(text_, {});
  }

  const Descriptor& source() const { return source_; }

  /// Stops reading: the program's next write fails.
  void close() { source_.reset(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kTimeout{30};

  // False at the end.
  bool readMore(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const std::optional<std::string> more = readSome(source_, std::max(left, std::chrono::milliseconds(0)));
    if (!more) throw std::runtime_error("no more output after: " + text_);
    text_ += *more;
    return !more->empty();
  }

  Descriptor source_;
  std::string text_;
};

class Process {
 public:
  /// Starts a program with pipes for its input, output and errors.
  explicit Process(const std::vector<std::string>& command) : Process(startWithPipes(command)) {}

  /// Starts a program at its own terminal; its errors still go into a pipe.
  static Process atTerminal(const std::vector<std::string>& command) { return Process(startAtTerminal(command)); }

  Process(Process&& other) noexcept
      : out(std::move(other.out)), err(std::move(other.err)), started_(std::move(other.started_)) {
    other.started_.pid = -1;
  }
  /// Prints the errors that the test has not read: they may be the reason for its failure.
  ~Process() {
    if (started_.pid >= 0) {
      sendStopSignal(started_, StopSignal::kill);
      waitForExit(started_);
    }
    const std::string errors = err.readAvailable();
    if (!errors.empty()) std::cerr << "a program's errors: " << errors << std::flush;
  }

  Output out;
  Output err;

  /// Gives the program input, which is dropped if the program has ended or reads nothing for half a minute.
  void type(std::string_view text) { writeAll(started_.in, text, std::chrono::seconds(30)); }

  void endInput() { started_.in.reset(); }

  /// ThreadSanitizer may put off a signal that comes just before a system call blocks, until that call has ended. A
  /// second one then ends the call.
  void send(StopSignal signal) const {
    sendStopSignal(started_, signal);
#ifdef NETLITE_TEST_THREAD_SANITIZER
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    sendStopSignal(started_, signal);
#endif
  }

  const Started& started() const { return started_; }

  /// Reads the rest of the output into `output`, waits for the program's end and returns its exit code, or the negated
  /// signal number if a signal killed it.
  int wait() {
    output += out.readAll();
    return waitWithoutReading();
  }
  std::string output;

  /// The same, but leaves the output unread.
  int waitWithoutReading() {
    const int code = waitForExit(started_);
    started_.pid = -1;
    return code;
  }

 private:
  explicit Process(Started started)
      : out(std::move(started.out)), err(std::move(started.err)), started_(std::move(started)) {}

  Started started_;
};

}  // namespace netlite::test
