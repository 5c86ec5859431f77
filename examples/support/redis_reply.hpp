// SPDX-License-Identifier: MIT
//
// RedisReader: reads what Redis answers, in its protocol RESP2, strictly and within limits.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/terminal.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace example {

/// Redis has answered, but not with what was asked for: with an error, or with bytes that are none of its protocol.
/// what() is one line that says so.
class RedisError : public std::runtime_error {
 public:
  /// Redis's own error, such as "OOM command not allowed".
  static RedisError said(const std::string& text) { return RedisError("it says: " + shown(text)); }

  /// An answer that makes no sense.
  static RedisError garbage(const std::string& text) { return RedisError("its answer makes no sense: " + shown(text)); }

 private:
  explicit RedisError(const std::string& text) : std::runtime_error(text) {}

  // Whatever answers may be no Redis, and the text goes to a terminal.
  static std::string shown(const std::string& text) { return visible(text.substr(0, 200)); }
};

/// An answer, or a part of one.
struct RedisReply {
  enum class Kind { null, status, error, number, bulk, array };

  Kind kind = Kind::null;
  bool isCut = false;                // it was larger than allowed, and the rest was dropped
  std::string text;                  // of a status, an error or a bulk string
  std::int64_t number = 0;           // of a number
  std::vector<RedisReply> elements;  // of an array
};

class RedisReader {
 public:
  /// The maximum of a line: a status, an error or a length.
  static constexpr std::size_t kMaxLine = 4096;

  /// The maximum that is kept of one reply: bytes of text, and elements of all its arrays. More is read and dropped.
  static constexpr std::size_t kMaxBytes = 2 * 1024 * 1024;
  static constexpr std::size_t kMaxElements = 1024;

  /// The maximum depth of arrays in arrays.
  static constexpr int kMaxDepth = 4;

  /// @param in outlives the reader
  explicit RedisReader(netlite::InputStream& in) : in_(in) {}

  /// Reads a reply; an error is one, too.
  ///
  /// @throws RedisError               it is malformed
  /// @throws netlite::SocketException the stream has ended
  RedisReply read() {
    Allowance allowance;
    RedisReply reply = read(allowance, kMaxDepth);
    reply.isCut = allowance.isExceeded;
    return reply;
  }

  /// Reads the beginning of an array, so that its elements can be read one by one, however many there are.
  ///
  /// @return the number of elements; std::nullopt if the array is null
  /// @throws RedisError it is something else, an error for example
  std::optional<std::size_t> readArraySize() {
    const std::string line = readLine();
    if (line[0] == '-') throw RedisError::said(line.substr(1));
    if (line[0] != '*') throw RedisError::garbage(line);
    return length(line);
  }

 private:
  static constexpr std::size_t kPiece = 16 * 1024;

  // What a reply may still take.
  struct Allowance {
    std::size_t bytes = kMaxBytes;
    std::size_t elements = kMaxElements;
    bool isExceeded = false;

    // Returns whether `count` may be kept.
    bool take(std::size_t& left, std::size_t count) {
      isExceeded = isExceeded || count > left;
      if (!isExceeded) left -= count;
      return !isExceeded;
    }
  };

  RedisReply read(Allowance& allowance, int depth) {
    const std::string line = readLine();
    RedisReply reply;
    switch (line[0]) {
      case '+': return text(RedisReply::Kind::status, line, allowance);
      case '-': return text(RedisReply::Kind::error, line, allowance);
      case ':':
        reply.kind = RedisReply::Kind::number;
        reply.number = number(line);
        return reply;
      case '$': return readBulk(line, allowance);
      case '*': return readArray(line, allowance, depth);
      default: throw RedisError::garbage(line);
    }
  }

  static RedisReply text(RedisReply::Kind kind, const std::string& line, Allowance& allowance) {
    RedisReply reply;
    reply.kind = kind;
    if (allowance.take(allowance.bytes, line.size())) reply.text = line.substr(1);
    return reply;
  }

  RedisReply readBulk(const std::string& line, Allowance& allowance) {
    RedisReply reply;
    const std::optional<std::size_t> size = length(line);
    if (!size) return reply;
    reply.kind = RedisReply::Kind::bulk;
    const bool isKept = allowance.take(allowance.bytes, *size);
    readBytes(*size, isKept ? &reply.text : nullptr);
    if (next() != '\r' || next() != '\n') throw RedisError::garbage("a text without its end");
    return reply;
  }

  RedisReply readArray(const std::string& line, Allowance& allowance, int depth) {
    RedisReply reply;
    const std::optional<std::size_t> size = length(line);
    if (!size) return reply;
    if (depth == 0) throw RedisError::garbage("arrays in arrays in arrays");
    reply.kind = RedisReply::Kind::array;
    for (std::size_t i = 0; i < *size; ++i) {
      const bool isKept = allowance.take(allowance.elements, 1);
      RedisReply element = read(allowance, depth - 1);
      if (isKept) reply.elements.push_back(std::move(element));
    }
    return reply;
  }

  static std::int64_t number(const std::string& line) {
    std::int64_t number = 0;
    const char* const end = line.data() + line.size();
    const auto [parsed, error] = std::from_chars(line.data() + 1, end, number);
    if (error != std::errc() || parsed != end) throw RedisError::garbage(line);
    return number;
  }

  // Of a bulk string or an array; std::nullopt: there is none.
  static std::optional<std::size_t> length(const std::string& line) {
    const std::int64_t length = number(line);
    if (length == -1) return std::nullopt;
    if (length < 0 || line[1] == '-') throw RedisError::garbage(line);
    return static_cast<std::size_t>(length);
  }

  // A line, which is not empty, without its end, which is CR and LF.
  std::string readLine() {
    std::string line;
    for (char c = next(); c != '\r'; c = next()) {
      if (line.size() == kMaxLine || c == '\n') throw RedisError::garbage(line);
      line += c;
    }
    if (next() != '\n' || line.empty()) throw RedisError::garbage(line);
    return line;
  }

  // Reads counted bytes into `target`, or drops them if there is none.
  void readBytes(std::size_t count, std::string* target) {
    while (count > 0) {
      if (position_ == buffer_.size()) fill();
      const std::size_t size = std::min(count, buffer_.size() - position_);
      if (target != nullptr) target->append(buffer_, position_, size);
      position_ += size;
      count -= size;
    }
  }

  char next() {
    if (position_ == buffer_.size()) fill();
    return buffer_[position_++];
  }

  void fill() {
    position_ = 0;
    buffer_.resize(kPiece);
    std::size_t size = 0;
    try {
      size = in_.read(&buffer_[0], kPiece);
    } catch (...) {
      buffer_.clear();
      throw;
    }
    buffer_.resize(size);
    if (size > 0) return;
    throw netlite::SocketException(std::make_error_code(std::errc::connection_reset), "read from Redis");
  }

  netlite::InputStream& in_;
  std::string buffer_;  // its bytes from position_ on are still to be read
  std::size_t position_ = 0;
};

}  // namespace example
