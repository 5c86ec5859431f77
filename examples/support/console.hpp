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

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
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
  /// @throws std::runtime_error the input cannot be read, a line is longer than 16 MiB, or memory has run out; all
  /// lines
  ///                            before that have been returned
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
  void print(const std::string& line) {
    printLine(is_terminal_ ? visible(line) : line);
    ++printed_lines_;
  }

  /// How many lines print() has printed.
  std::size_t printedLines() const { return printed_lines_; }

  /// Prints a remark for a person, but not for a script, which reads the standard output through a pipe.
  void remark(const std::string& line) {
    if (is_terminal_) print(line);
  }

 private:
  // What the program shares with the thread that reads.
  class Input {
   public:
    void readAll() {
      std::string failure = addLines();
      const std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::move(failure);
      ended_ = true;
      changed_.notify_all();
    }

    std::optional<std::string> takeLine() {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || ended_ || !lines_.empty(); });
      if (lines_.empty()) return endOfInput();
      std::string line = std::move(lines_.front());
      lines_.pop_front();
      const bool wasTooMuch = size_ > kMaxSize;
      size_ -= line.size();
      // Not for each line: waking costs more than the line.
      if (lines_.size() == kMaxLines / 2 || (wasTooMuch && size_ <= kMaxSize)) changed_.notify_all();
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
      size_ = 0;
      changed_.notify_all();
      return !std::exchange(closed_, true);
    }

   private:
    // These keep a large file from filling the memory.
    static constexpr std::size_t kMaxLines = 512;
    static constexpr std::size_t kMaxSize = 16 * 1024 * 1024;  // bytes, of one line and of all together

    // Returns the reason why reading has failed, or nothing at the end of the input.
    std::string addLines() {
      try {
        netlite::BufferedReader in(StandardInput{});
        in.setMaxLineLength(kMaxSize);
        std::string line;
        while (in.readLine(line) && add(std::move(line))) line.clear();
        return "";
      } catch (const netlite::LineTooLongException&) {
        return "a line of the input is longer than 16 MiB";
      } catch (const std::exception& e) {
        return e.what();
      }
    }

    // With the lock held.
    std::optional<std::string> endOfInput() const {
      if (!failure_.empty() && !closed_) throw std::runtime_error(failure_);
      return std::nullopt;
    }

    bool add(std::string line) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || (lines_.size() < kMaxLines && size_ <= kMaxSize); });
      if (closed_) return false;
      size_ += line.size();
      lines_.push_back(std::move(line));
      if (lines_.size() == 1) changed_.notify_all();
      return true;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;  // the fields below
    std::deque<std::string> lines_;    // guarded by mutex_
    std::size_t size_ = 0;             // of all lines, in bytes; guarded by mutex_
    std::string failure_;              // guarded by mutex_
    bool ended_ = false;               // guarded by mutex_
    bool closed_ = false;              // guarded by mutex_
  };

  const std::shared_ptr<Input> input_;
  const bool is_terminal_ = system::isOutputTerminal();
  std::atomic<std::size_t> printed_lines_{0};
};

}  // namespace example
