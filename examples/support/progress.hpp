// SPDX-License-Identifier: MIT
//
// Progress: a line at a terminal that shows how far a transfer has come.
// Thread-safety: belongs to the thread that creates it; the functions that it is given are called in another one.
#pragma once

#include "support/progress_line.hpp"
#include "support/system.hpp"
#include "support/terminal.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace example {

class Progress {
 public:
  using Number = std::function<std::uint64_t()>;

  /// Shows nothing unless the standard output is a terminal.
  ///
  /// @param size     how long the file is, 0 while that is not known
  /// @param position how much of it is there
  Progress(std::string name, Number size, Number position)
      : name_(visible(name)), size_(std::move(size)), position_(std::move(position)) {
    if (system::isOutputTerminal()) thread_ = std::thread([this] { run(); });
  }

  /// Removes the line.
  ~Progress() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  void run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return over_; })) draw();
    draw();  // a short transfer has shown nothing yet
    if (columns_ != 0) system::writeOutput("\r" + std::string(columns_, ' ') + "\r");
  }

  void draw() {
    TransferState state;
    state.size = size_();
    if (state.size == 0) return;
    state.position = position_();
    if (columns_ == 0) first_ = {state.position, Clock::now()};
    state.start = first_.position;
    state.seconds = std::chrono::duration<double>(Clock::now() - first_.time).count();
    const std::string line = progressLine(name_, state);
    const std::size_t columns = columnsOf(std::string_view(line));
    system::writeOutput("\r" + line + std::string(columns_ - std::min(columns, columns_), ' '));
    columns_ = columns;
  }

  struct Point {
    std::uint64_t position = 0;
    Clock::time_point time;
  };

  const std::string name_;
  const Number size_;
  const Number position_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;        // guarded by mutex_
  std::size_t columns_ = 0;  // of the line on the screen; this and the next are the thread's
  Point first_;              // where the rate is counted from
  std::thread thread_;       // the last field, since its thread uses the others
};

}  // namespace example
