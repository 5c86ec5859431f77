// SPDX-License-Identifier: MIT
//
// Console: standard input and output, with a person or a script at the other end.
// Thread-safety: one thread calls readLine() and ready(); every other member may be called from any thread. A program
// has one Console.
#pragma once

#include "support/program.hpp"
#include "support/system.hpp"
#include "support/terminal.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace example {

/// Standard input as a stream, so that a netlite::BufferedReader splits it into lines as the peer's does.
class StandardInput : public netlite::InputStream {
 public:
  using netlite::InputStream::read;

  std::size_t read(void* buffer, std::size_t size) override { return system::readInput(buffer, size); }
};

/// Reading does not delay the program's end, and printing does not disturb the line that a person is typing.
class Console {
 public:
  Console() : input_(std::make_shared<Input>()) {
    system::beginTyping();
    // Nothing ends a wait for the standard input, so the program does not join this thread, which shares `input_` and
    // may run until the process exits.
    std::thread([input = input_] { input->readAll(); }).detach();
  }
  ~Console() {
    system::endTyping();
    system::restoreTerminal();
  }

  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// The next line of the input. Blocks until there is one, the input is at its end, or close().
  ///
  /// @return the line without its end; std::nullopt at the end or after close()
  std::optional<std::string> readLine() { return input_->takeLine(); }

  /// Whether readLine() would return a line without waiting.
  bool ready() const { return input_->hasLine(); }

  /// Waits until the input ends, a line arrives or close() is called, but no longer than `patience`.
  ///
  /// @return whether the input came to its end and all of it has been read
  bool awaitEnd(std::chrono::milliseconds patience) { return input_->awaitEnd(patience); }

  /// Ends reading: a waiting readLine() returns immediately, and unread lines are dropped. A line that is being typed
  /// disappears from the screen.
  void close() {
    if (input_->close()) system::endTyping();
  }

  /// Prints a line; on a terminal, above the one that is being typed.
  void print(const std::string& line) { printLine(is_terminal_ ? visible(line) : line); }

  /// Prints a remark for a person, but not for a script, which reads the standard output through a pipe.
  void remark(const std::string& line) {
    if (is_terminal_) print(line);
  }

 private:
  // What the program shares with the thread that reads.
  class Input {
   public:
    void readAll() {
      netlite::BufferedReader in(StandardInput{});
      in.setMaxLineLength(std::numeric_limits<std::size_t>::max());
      std::string line;
      while (in.readLine(line) && add(std::move(line))) line.clear();
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }

    std::optional<std::string> takeLine() {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || ended_ || !lines_.empty(); });
      if (lines_.empty()) return std::nullopt;
      std::string line = std::move(lines_.front());
      lines_.pop_front();
      if (lines_.size() == kMaxLines / 2) changed_.notify_all();  // not for each line: waking costs more than the line
      return line;
    }

    bool hasLine() const {
      const std::lock_guard<std::mutex> lock(mutex_);
      return !lines_.empty();
    }

    bool awaitEnd(std::chrono::milliseconds patience) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_for(lock, patience, [this] { return closed_ || ended_ || !lines_.empty(); });
      return ended_ && !closed_ && lines_.empty();
    }

    // Returns false if the input was already closed.
    bool close() {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.clear();
      changed_.notify_all();
      return !std::exchange(closed_, true);
    }

   private:
    static constexpr std::size_t kMaxLines = 512;  // so that a large file does not fill the memory

    bool add(std::string line) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || lines_.size() < kMaxLines; });
      if (closed_) return false;
      lines_.push_back(std::move(line));
      if (lines_.size() == 1) changed_.notify_all();
      return true;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;  // the fields below
    std::deque<std::string> lines_;    // guarded by mutex_
    bool ended_ = false;               // guarded by mutex_
    bool closed_ = false;              // guarded by mutex_
  };

  const std::shared_ptr<Input> input_;
  const bool is_terminal_ = system::isOutputTerminal();
};

}  // namespace example
