// SPDX-License-Identifier: MIT
//
// Reads any bytes, arriving in any chunks with timeouts between them, into buffers of any size. The result must be the
// text that a plain decoder makes of all bytes together, and well-formed UTF-8. The input is the length of the plan,
// the plan (sizes of chunks and buffers), and the bytes themselves.
#include <netlite/exceptions.hpp>
#include <netlite/input_stream_reader.hpp>

#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace netlite;
using netlite::fuzz::Plan;
using netlite::fuzz::PlannedStream;
using netlite::fuzz::require;

/// The well-formed byte sequences of The Unicode Standard, table 3-7, as byte ranges.
struct Row {
  std::size_t length;
  unsigned char from[4];
  unsigned char to[4];
};

constexpr Row kRows[] = {
    {1, {0x00}, {0x7F}},
    {2, {0xC2, 0x80}, {0xDF, 0xBF}},
    {3, {0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}},
    {3, {0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}},
    {3, {0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}},
    {3, {0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}},
    {4, {0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}},
    {4, {0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}},
    {4, {0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}},
};

/// How many leading bytes match the row.
std::size_t matched(const Row& row, std::string_view bytes) {
  std::size_t count = 0;
  while (count < std::min(row.length, bytes.size())) {
    const auto byte = static_cast<unsigned char>(bytes[count]);
    if (byte < row.from[count] || byte > row.to[count]) break;
    ++count;
  }
  return count;
}

/// The text of all bytes, or "" if `strict` and they are not well-formed.
std::string decode(std::string_view bytes, bool strict) {
  std::string text;
  while (!bytes.empty()) {
    std::size_t prefix = 0;
    bool whole = false;
    for (const Row& row : kRows) {
      prefix = std::max(prefix, matched(row, bytes));
      whole = whole || matched(row, bytes) == row.length;
    }
    if (!whole && strict) return "";
    prefix = std::max<std::size_t>(prefix, 1);
    text.append(whole ? bytes.substr(0, prefix) : "\xEF\xBF\xBD");
    bytes.remove_prefix(prefix);
  }
  return text;
}

/// Makes one read. False at the end.
bool readMore(InputStreamReader& reader, std::string& text, std::size_t size) {
  std::string buffer(size, '\0');
  const bool ready = reader.available() != 0;
  const std::size_t count = reader.read(buffer.data(), size);
  require(count != 0 || !ready);
  text.append(buffer, 0, count);
  return count != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view plan = input.substr(0, std::min<std::size_t>(data[0], input.size()));
  const std::string_view bytes = input.substr(plan.size());

  InputStreamReader reader(PlannedStream(bytes, plan));
  Plan sizes(plan);
  std::string text;
  bool more = true;
  while (more) {
    try {
      more = readMore(reader, text, 1 + sizes.next() % 40);
    } catch (const SocketTimeoutException&) {
      // A timeout must not lose anything.
    }
  }
  require(text == decode(bytes, false));
  require(text == decode(text, true));
  return 0;
}
