// SPDX-License-Identifier: MIT
//
// Outage: says on the standard error when Redis goes and when it is back, and paces the attempts in between.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/program.hpp"
#include "support/redis_reply.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace example {

class Outage {
 public:
  /// @param address how messages name Redis
  explicit Outage(std::string address) : address_(std::move(address)) {}

  /// An attempt to use Redis has failed. Only the first one of an outage is reported, and the first one in which Redis
  /// is there but answers with an error that somebody has to see to.
  void note(const std::exception& failure) noexcept {
    try {
      report(failure);
    } catch (const std::exception&) {  // out of memory
    }
    if (Clock::now() - since_ > kStable) pause_ = kFirstPause;
  }

  /// Redis can be used.
  void end() {
    if (is_on_) printError("Redis at " + address_ + " is back");
    is_on_ = false;
    has_complained_ = false;
    since_ = Clock::now();
  }

  /// How long to wait before the next attempt. Grows with each one.
  std::chrono::milliseconds nextPause() {
    since_ = Clock::time_point::max();
    return std::exchange(pause_, std::min(2 * pause_, kMaxPause));
  }

 private:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kFirstPause{100};
  static constexpr std::chrono::milliseconds kMaxPause{5000};

  // An outage that begins sooner after the one before continues its pauses, so that they cannot fill the log.
  static constexpr std::chrono::milliseconds kStable{1000};

  void report(const std::exception& failure) {
    const std::string why = failure.what();
    const bool isComplaint =
        dynamic_cast<const RedisError*>(&failure) != nullptr && why.find("LOADING") == std::string::npos;
    if (!is_on_ || (isComplaint && !has_complained_)) printError("Redis at " + address_ + " is away: " + why);
    is_on_ = true;
    has_complained_ = has_complained_ || isComplaint;
  }

  const std::string address_;
  bool is_on_ = false;
  bool has_complained_ = false;
  std::chrono::milliseconds pause_ = kFirstPause;
  Clock::time_point since_ = Clock::time_point::max();  // when Redis could be used again; max(): it cannot
};

}  // namespace example
