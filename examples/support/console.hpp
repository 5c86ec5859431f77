// SPDX-License-Identifier: MIT
//
// Console: a person (or a script) at standard input and output. Lines come in without holding up the program's end, and
// lines go out without disturbing what the person is typing.
//
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

/// Standard input as a stream, so that a netlite::BufferedReader cuts it into lines just as the peer will do.
class StandardInput : public netlite::InputStream {
 public:
  using netlite::InputStream::read;

  std::size_t read(void* buffer, std::size_t size) override { return system::readInput(buffer, size); }
};

class Console {
 public:
  Console() : input_(std::make_shared<Input>()) {
    system::beginTyping();
    // Nothing ends a wait for the standard input, so nobody waits for this thread: it shares `input_` and may stay
    // behind until the program has ended.
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

  /// Whether a line is there already, so that readLine() would not wait.
  bool ready() const { return input_->hasLine(); }

  /// Waits for the end of the input (or close(), or a line instead), but no longer than `patience`.
  ///
  /// @return whether the input came to its end and all of it has been read
  bool awaitEnd(std::chrono::milliseconds patience) { return input_->awaitEnd(patience); }

  /// Nothing more is read: a waiting readLine() returns at once, and lines that nobody has read are dropped. A line
  /// that is being typed disappears from the screen.
  void close() {
    if (input_->close()) system::endTyping();
  }

  /// Prints a line; on a terminal, above the one that is being typed.
  void print(const std::string& line) { printLine(is_terminal_ ? visible(line) : line); }

  /// A remark for a person. A script, which gets the standard output through a pipe, is not bothered with it.
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
      if (lines_.size() == kMostLines / 2) changed_.notify_all();  // not for each line: waking costs more than the line
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

    // False if it is closed already.
    bool close() {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.clear();
      changed_.notify_all();
      return !std::exchange(closed_, true);
    }

   private:
    static constexpr std::size_t kMostLines = 512;  // a file as input does not fill the memory

    bool add(std::string line) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || lines_.size() < kMostLines; });
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
