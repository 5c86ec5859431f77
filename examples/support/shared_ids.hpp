// SPDX-License-Identifier: MIT
//
// SharedIds: numbers of messages from the ids that Redis gives them, so that they are the same at every server.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/redis_stream.hpp"

#include <algorithm>
#include <cstdint>

namespace example {

class SharedIds {
 public:
  /// The number of the next message. Greater than the one before, and below 2^53.
  ///
  /// If Redis's clock is set back, more messages than usual have the same time. Then their numbers go on from the one
  /// before, which differs at a server that has not seen the first of these messages.
  std::uint64_t next(const StreamId& id) {
    constexpr std::uint64_t kPerMillisecond = 1024;
    const std::uint64_t time = static_cast<std::uint64_t>(id.time());
    last_ = std::max(last_ + 1, time * kPerMillisecond + std::min(id.sequence, kPerMillisecond - 1));
    return last_;
  }

 private:
  std::uint64_t last_ = 0;
};

}  // namespace example
