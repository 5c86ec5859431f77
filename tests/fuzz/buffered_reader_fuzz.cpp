// SPDX-License-Identifier: MIT
//
// Reads any bytes, arriving in any chunks with timeouts between them, with any mix of calls, any buffer size and any
// limit. The result must be that of a reader with all bytes in memory. The input is the buffer size, the limit, the
// length of the plan, the plan (what arrives and which calls are made), and the bytes themselves.
#include <netlite/buffered_reader.hpp>
#include <netlite/exceptions.hpp>

#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace netlite;
using netlite::fuzz::Plan;
using netlite::fuzz::PlannedStream;
using netlite::fuzz::require;

/// The expected behaviour: a reader with all bytes in memory.
class Reference {
 public:
  Reference(std::string_view bytes, std::size_t limit) : bytes_(bytes), limit_(limit) {}

  struct Line {
    std::optional<std::string_view> text;
    bool tooLong = false;
  };

  Line readLine() {
    skipLineFeed();
    if (bytes_.empty()) return {};
    const std::size_t length = std::min(bytes_.find_first_of("\r\n"), bytes_.size());
    const std::string_view text = bytes_.substr(0, length);
    terminated_ = length != bytes_.size();
    after_return_ = terminated_ && bytes_[length] == '\r';
    bytes_.remove_prefix(std::min(length + 1, bytes_.size()));
    if (length > limit_) return {std::nullopt, true};
    return {text, false};
  }

  /// Consumes the bytes that a read has returned, if they are the next ones.
  bool take(std::string_view bytes) {
    skipLineFeed();
    if (bytes_.substr(0, bytes.size()) != bytes) return false;
    bytes_.remove_prefix(bytes.size());
    return true;
  }

  bool isAtEnd() {
    skipLineFeed();
    return bytes_.empty();
  }

  bool terminated() const { return terminated_; }

 private:
  void skipLineFeed() {
    if (after_return_ && !bytes_.empty() && bytes_[0] == '\n') bytes_.remove_prefix(1);
    if (!bytes_.empty()) after_return_ = false;
  }

  std::string_view bytes_;
  std::size_t limit_;
  bool after_return_ = false;
  bool terminated_ = true;
};

/// Repeats the call after a timeout, which must not lose anything.
template <typename Call>
auto patiently(Call call) {
  for (;;) {
    try {
      return call();
    } catch (const SocketTimeoutException&) {
    }
  }
}

bool checkLine(BufferedReader& reader, Reference& reference) {
  const Reference::Line expected = reference.readLine();
  try {
    const std::optional<std::string> line = patiently([&] { return reader.readLine(); });
    require(!expected.tooLong && line == expected.text);
    if (line) require(reader.lastLineTerminated() == reference.terminated());
    return line.has_value();
  } catch (const LineTooLongException&) {
    require(expected.tooLong);
    return true;
  }
}

bool checkRead(BufferedReader& reader, Reference& reference, std::size_t size) {
  std::string buffer(size, '\0');
  const std::size_t count = patiently([&] { return reader.read(buffer.data(), size); });
  require(count != 0 ? reference.take(buffer.substr(0, count)) : reference.isAtEnd());
  return count != 0;
}

bool checkReadByte(BufferedReader& reader, Reference& reference) {
  const int byte = patiently([&] { return reader.read(); });
  require(byte != -1 ? reference.take(std::string(1, static_cast<char>(byte))) : reference.isAtEnd());
  return byte != -1;
}

bool checkReady(BufferedReader& reader, Reference& reference) {
  if (patiently([&] { return reader.ready(); })) require(!reference.isAtEnd());
  return true;
}

bool checkCall(BufferedReader& reader, Reference& reference, std::size_t choice) {
  switch (choice % 8) {
    case 0: return checkReadByte(reader, reference);
    case 1: return checkRead(reader, reference, 1 + choice / 8);
    case 2: return checkReady(reader, reference);
    default: return checkLine(reader, reference);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t plan_size = std::min<std::size_t>(data[2], input.size());
  const std::string_view bytes = input.substr(plan_size);
  const std::size_t limit = data[1];

  BufferedReader reader(PlannedStream(bytes, input.substr(0, plan_size)), 1 + data[0] % 32);
  reader.setMaxLineLength(limit);
  Reference reference(bytes, limit);
  Plan calls(input.substr(0, plan_size));
  // Each call except ready() consumes at least one byte or is the last.
  for (std::size_t i = 0; i < 3 * size && checkCall(reader, reference, calls.next()); ++i) {
  }
  while (checkLine(reader, reference)) {
  }
  require(!checkLine(reader, reference));
  return 0;
}
