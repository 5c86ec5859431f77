// SPDX-License-Identifier: MIT
//
// Process: a program that a test starts and talks to as a person or a script would, by pipes or at a terminal. What it
// takes of the system is in posix/process.cpp and windows/process.cpp, the same functions in the same order.
//
// Thread-safety: a Process belongs to the thread that made it; one other may type().
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netlite::test {

/// A descriptor (POSIX) or a HANDLE (Windows), closed when it goes.
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
  Descriptor job;      // Windows: the program and those that it has started
  int pid = -1;
  Descriptor in;
  Descriptor out;
  Descriptor err;
};

Started startWithPipes(const std::vector<std::string>& command);

/// The program's input and output are a terminal of its own, its errors still go into a pipe. On POSIX `out` is what
/// the terminal is told. On Windows it is what a console shows: at every change its rows from the first to the last
/// that is not empty, each with "\n", and a "\f" behind them.
Started startAtTerminal(const std::vector<std::string>& command);

/// What has come, once there is something. Empty at the end; std::nullopt if the patience is over before.
std::optional<std::string> readSome(const Descriptor& source, std::chrono::milliseconds patience);

/// Writes everything, unless the other side is closed or does not read for so long.
void writeAll(const Descriptor& target, std::string_view text, std::chrono::milliseconds patience);

/// How a program is told to end.
enum class Ending {
  interrupt,  // Ctrl-C: SIGINT, CTRL_C_EVENT
  terminate,  // SIGTERM; POSIX only
  hangUp,     // SIGHUP: the terminal has gone; POSIX only
  kill        // at once, and nothing that it can do about it
};

/// Those after which a program ends in order.
std::vector<Ending> orderlyEndings();

void tellToEnd(const Started& program, Ending ending);

/// Waits for the end and returns the exit code, or minus the number of the signal that killed it.
int awaitEnd(Started& program);

/// The most memory that the program has had, in KiB; 0 where nobody can tell.
long peakMemory(const Started& program);

/// What a program prints, as it comes.
class Output {
 public:
  explicit Output(Descriptor source) : source_(std::move(source)) {}

  /// The next line, without its end. Throws if none comes in time or before the end.
  std::string readLine() {
    std::string line = readUntil("\n");
    line.pop_back();
    return line;
  }

  /// Waits until `wanted` has been printed, and returns everything up to its end.
  std::string readUntil(std::string_view wanted) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (text_.find(wanted) == std::string::npos) {
      if (!readMore(deadline)) throw std::runtime_error("not printed: " + std::string(wanted) + "; but: " + text_);
    }
    const std::size_t end = text_.find(wanted) + wanted.size();
    std::string before = text_.substr(0, end);
    text_.erase(0, end);
    return before;
  }

  /// What has come since the last call, once there is something. Empty at the end.
  std::string read() {
    if (text_.empty()) readMore(Clock::now() + kPatience);
    return std::exchange(text_, {});
  }

  /// Everything up to the end, which comes when the program ends.
  std::string readAll() {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (readMore(deadline)) {
    }
    return std::exchange(text_, {});
  }

  const Descriptor& source() const { return source_; }

  /// Reads nothing more: the program's next write fails.
  void close() { source_.reset(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kPatience{30};

  // False at the end.
  bool readMore(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const std::optional<std::string> more = readSome(source_, std::max(left, std::chrono::milliseconds(0)));
    if (!more) throw std::runtime_error("nothing more is printed after: " + text_);
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

  /// Starts a program at a terminal of its own; its errors still go into a pipe.
  static Process atTerminal(const std::vector<std::string>& command) { return Process(startAtTerminal(command)); }

  Process(Process&& other) noexcept
      : out(std::move(other.out)), err(std::move(other.err)), started_(std::move(other.started_)) {
    other.started_.pid = -1;
  }
  ~Process() {
    if (started_.pid < 0) return;
    tellToEnd(started_, Ending::kill);
    awaitEnd(started_);
  }

  Output out;
  Output err;

  /// Gives the program input. Once it has ended, or does not read for half a minute, nothing happens.
  void type(std::string_view text) { writeAll(started_.in, text, std::chrono::seconds(30)); }

  void endInput() { started_.in.reset(); }

  void send(Ending ending) const { tellToEnd(started_, ending); }

  const Started& started() const { return started_; }

  /// Waits for the end and returns the exit code, or minus the number of the signal that killed it. What it had printed
  /// is in `output` then.
  int wait() {
    output += out.readAll();
    return waitWithoutReading();
  }
  std::string output;

  /// The same for a program whose output is not read.
  int waitWithoutReading() {
    const int code = awaitEnd(started_);
    started_.pid = -1;
    return code;
  }

 private:
  explicit Process(Started started)
      : out(std::move(started.out)), err(std::move(started.err)), started_(std::move(started)) {}

  Started started_;
};

}  // namespace netlite::test
