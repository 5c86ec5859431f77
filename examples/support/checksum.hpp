// SPDX-License-Identifier: MIT
//
// Checksum: shows whether bytes have changed on their way. XXH64 (https://xxhash.com) with seed 0, as `xxh64sum` prints
// it: 64 bits at the speed of memory. It finds accidents, not forgeries.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace example {

inline const bool kIsLittleEndian = [] {
  const std::uint16_t one = 1;
  unsigned char first = 0;
  std::memcpy(&first, &one, 1);
  return first == 1;
}();

class Checksum {
 public:
  /// Adds the next bytes, in pieces of any size.
  void add(const void* data, std::size_t size) {
    const unsigned char* bytes = static_cast<const unsigned char*>(data);
    length_ += size;
    if (held_size_ != 0) {
      const std::size_t count = std::min(size, held_.size() - held_size_);
      hold(bytes, count);
      bytes += count;
      size -= count;
      if (held_size_ < held_.size()) return;
      addStripes(held_.data(), 1);
      held_size_ = 0;
    }
    addStripes(bytes, size / kStripe);
    hold(bytes + size / kStripe * kStripe, size % kStripe);
  }

  /// The number of bytes added so far.
  std::uint64_t length() const { return length_; }

  /// The checksum of the bytes added so far.
  std::uint64_t value() const {
    std::uint64_t hash = length_ < kStripe ? kPrime5 : mergedLanes();
    hash += length_;
    const unsigned char* bytes = held_.data();
    std::size_t left = held_size_;
    for (; left >= 8; left -= 8, bytes += 8) {
      hash = rotated(hash ^ mixed(0, read<std::uint64_t>(bytes)), 27) * kPrime1 + kPrime4;
    }
    if (left >= 4) {
      hash = rotated(hash ^ read<std::uint32_t>(bytes) * kPrime1, 23) * kPrime2 + kPrime3;
      left -= 4;
      bytes += 4;
    }
    for (; left > 0; --left, ++bytes) hash = rotated(hash ^ *bytes * kPrime5, 11) * kPrime1;
    hash = (hash ^ hash >> 33) * kPrime2;
    hash = (hash ^ hash >> 29) * kPrime3;
    return hash ^ hash >> 32;
  }

 private:
  static constexpr std::size_t kStripe = 32;
  static constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
  static constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
  static constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
  static constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
  static constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

  static std::uint64_t rotated(std::uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

  static std::uint64_t mixed(std::uint64_t lane, std::uint64_t input) {
    return rotated(lane + input * kPrime2, 31) * kPrime1;
  }

  // Little-endian, whatever the machine is.
  template <typename Number>
  static Number read(const unsigned char* bytes) {
    Number number = 0;
    std::memcpy(&number, bytes, sizeof number);
    if (kIsLittleEndian) return number;
    number = 0;
    for (std::size_t i = sizeof number; i > 0; --i) number = static_cast<Number>(number << 8 | bytes[i - 1]);
    return number;
  }

  // Written out, since a file may have gigabytes.
  void addStripes(const unsigned char* bytes, std::size_t count) {
    std::uint64_t lanes[4] = {lanes_[0], lanes_[1], lanes_[2], lanes_[3]};
    for (; count > 0; --count, bytes += kStripe) {
      for (std::size_t i = 0; i < 4; ++i) {
        const std::uint64_t sum = lanes[i] + read<std::uint64_t>(bytes + 8 * i) * kPrime2;
        lanes[i] = (sum << 31 | sum >> 33) * kPrime1;
      }
    }
    std::copy(lanes, lanes + 4, lanes_.begin());
  }

  // At most what fits.
  void hold(const unsigned char* bytes, std::size_t size) {
    if (size != 0) std::memcpy(held_.data() + held_size_, bytes, size);
    held_size_ += size;
  }

  std::uint64_t mergedLanes() const {
    std::uint64_t hash = 0;
    constexpr int kBits[] = {1, 7, 12, 18};
    for (std::size_t i = 0; i < lanes_.size(); ++i) hash += rotated(lanes_[i], kBits[i]);
    for (const std::uint64_t lane : lanes_) hash = (hash ^ mixed(0, lane)) * kPrime1 + kPrime4;
    return hash;
  }

  std::array<std::uint64_t, 4> lanes_{kPrime1 + kPrime2, kPrime2, 0, std::uint64_t{0} - kPrime1};
  std::array<unsigned char, kStripe> held_{};  // bytes that do not fill a stripe yet
  std::size_t held_size_ = 0;
  std::uint64_t length_ = 0;
};

/// Adds the file's next bytes, at most `limit`. A large file takes long, so for a virtual thread a helper reads it.
inline void addTo(Checksum& checksum, netlite::FileInputStream& in, std::uint64_t limit) {
  netlite::Thread::blocking([&] {
    std::vector<char> buffer(64 * 1024);
    while (limit > 0) {
      const std::size_t count =
          in.read(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(limit, buffer.size())));
      if (count == 0) return;
      checksum.add(buffer.data(), count);
      limit -= count;
    }
  });
}

}  // namespace example
