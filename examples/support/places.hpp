// SPDX-License-Identifier: MIT
//
// Places: limits the number of clients of a server, in the order of their arrival; or, without expect(), in the order
// in which their threads begin. Thread-safety: expect() is called by the thread that accepts; a Visit belongs to its
// client's thread.
#pragma once

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace example {

class Places {
 public:
  /// @param max     how many clients have a place at the same time
  /// @param running how many clients' threads were started and have not ended
  Places(std::size_t max, std::function<std::size_t()> running) : max_(max), running_(std::move(running)) {}

  /// Decides whether the client that is being accepted gets a place. The clients' threads begin in any order, so this
  /// first waits until the thread of the previous client has begun or turns out not to exist.
  void expect() {
    while (!isPreviousSettled()) {
      std::unique_lock<netlite::Mutex> lock(mutex_);
      begun_.wait_for(lock, std::chrono::milliseconds(1), [this] { return !expected_; });
    }
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    expected_ = taken_ < max_;
  }

  /// The time of a client's thread in its handler. Its end frees the client's place, if it has one.
  class Visit {
   public:
    explicit Visit(Places& places) : places_(places), has_place_(places.begin()) {}
    ~Visit() { places_.end(has_place_); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    bool hasPlace() const { return has_place_; }

   private:
    Places& places_;
    const bool has_place_;
  };

  /// A place without a visit, for a client that asks for it later than when it is accepted.
  class Seat {
   public:
    /// @param isWanted false: takes none
    Seat(Places& places, bool isWanted) : places_(places), is_taken_(isWanted && places.take()) {}
    ~Seat() {
      if (is_taken_) places_.free();
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    /// Whether there was a place, and it was wanted.
    bool isTaken() const { return is_taken_; }

   private:
    Places& places_;
    const bool is_taken_;
  };

 private:
  // A running thread without a Visit has not begun its visit or is about to end. If there is none, the expected thread
  // could not be started.
  bool isPreviousSettled() {
    const std::size_t running = running_();
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    if (running <= visits_) expected_.reset();
    return !expected_;
  }

  bool begin() {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    const bool hasPlace = expected_.value_or(taken_ < max_);
    expected_.reset();
    ++visits_;
    if (hasPlace) ++taken_;
    begun_.notify_one();
    return hasPlace;
  }

  void end(bool hadPlace) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    --visits_;
    if (hadPlace) --taken_;
  }

  bool take() {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    const std::size_t promised = expected_.value_or(false) ? 1 : 0;
    if (taken_ + promised >= max_) return false;
    ++taken_;
    return true;
  }

  void free() {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    --taken_;
  }

  const std::size_t max_;
  const std::function<std::size_t()> running_;
  netlite::Mutex mutex_;
  netlite::Condition begun_;      // expected_
  std::size_t visits_ = 0;        // guarded by mutex_
  std::size_t taken_ = 0;         // guarded by mutex_
  std::optional<bool> expected_;  // guarded by mutex_: whether the client whose thread has not begun gets a place
};

}  // namespace example
