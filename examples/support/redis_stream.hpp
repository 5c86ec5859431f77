// SPDX-License-Identifier: MIT
//
// RedisStream: a room's lines in Redis, which gives them their order.
// Thread-safety: values; a RedisStream belongs to the thread of its connection.
#pragma once

#include "support/redis.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

namespace example {

/// The id of an entry: the milliseconds since the beginning of 1970 by Redis's clock, and a number within these.
struct StreamId {
  std::uint64_t milliseconds = 0;
  std::uint64_t sequence = 0;

  /// @throws RedisError the text is no id
  static StreamId parse(const std::string& text) {
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto milliseconds = parseNumber(std::string_view(text).substr(0, dash));
    const auto sequence = parseNumber(std::string_view(text).substr(std::min(dash + 1, text.size())));
    if (!milliseconds || !sequence) throw RedisError::garbage("'" + text + "' is no id");
    return {*milliseconds, *sequence};
  }

  /// @return std::nullopt if the text is no number, or too great a one
  static std::optional<std::uint64_t> parseNumber(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
  }

  /// When the entry was made. An id that somebody has chosen counts as one of the year 2109 at the latest.
  std::int64_t time() const {
    constexpr std::uint64_t kMaxTime = (std::uint64_t{1} << 42) - 1;
    return static_cast<std::int64_t>(std::min(milliseconds, kMaxTime));
  }

  std::string toString() const { return std::to_string(milliseconds) + "-" + std::to_string(sequence); }

  friend bool operator<(const StreamId& left, const StreamId& right) {
    return std::tie(left.milliseconds, left.sequence) < std::tie(right.milliseconds, right.sequence);
  }
  friend bool operator==(const StreamId& left, const StreamId& right) { return !(left < right) && !(right < left); }
};

/// A line of the room.
struct SharedLine {
  std::string server;               // the identity of the one that a client has said it to
  std::uint64_t number = 0;         // of the line among those of that server, from 1 on without a gap
  std::optional<std::string> name;  // of the speaker; a line for clients that read lines may have none
  std::string text;
};

/// An entry of the stream. It has no line if another program has put something else into the stream.
struct StreamEntry {
  StreamId id;
  std::optional<SharedLine> line;
};

namespace redis_stream {

/// The text without line ends, so that nothing that another program puts into the stream becomes two lines.
inline std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\r', ' ');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// @param fields names and values in turn
inline std::optional<SharedLine> lineOf(const RedisReply& fields) {
  constexpr std::size_t kMaxServer = 64;  // bytes of an identity
  SharedLine line;
  bool hasText = false;
  for (std::size_t i = 0; i + 1 < fields.elements.size(); i += 2) {
    const std::string& field = fields.elements[i].text;
    const std::string& value = fields.elements[i + 1].text;
    if (field == "server" && value.size() <= kMaxServer) line.server = value;
    if (field == "number") line.number = StreamId::parseNumber(value).value_or(0);
    if (field == "name") line.name = oneLine(value);
    if (field == "text") line.text = oneLine(value);
    hasText = hasText || field == "text";
  }
  if (fields.isCut || !hasText || line.server.empty() || line.number == 0) return std::nullopt;
  return line;
}

}  // namespace redis_stream

class RedisStream {
 public:
  /// The stream keeps about so many entries.
  static constexpr std::string_view kMaxEntries = "10000";

  /// How many entries read() returns at most.
  static constexpr std::size_t kPage = 100;

  /// @param connection open, and outlives the stream
  RedisStream(RedisConnection& connection, const std::string& room)
      : connection_(connection), key_("netlite:room:" + room) {}

  /// The id of the last entry, {} if there is none.
  StreamId lastId() {
    StreamId last;
    send({"XREVRANGE", key_, "+", "-", "COUNT", "1"});
    readEntries([&](StreamEntry entry) { last = entry.id; });
    return last;
  }

  bool contains(const StreamId& id) {
    bool isThere = false;
    send({"XRANGE", key_, id.toString(), id.toString(), "COUNT", "1"});
    readEntries([&](const StreamEntry& entry) { isThere = entry.id == id; });
    return isThere;
  }

  /// Reads the entries after `last`.
  ///
  /// @param wait    how long to wait for one; 0: not at all
  /// @param onEntry gets each entry
  /// @return the number of entries
  std::size_t readAfter(const StreamId& last, std::chrono::milliseconds wait,
                        const std::function<void(StreamEntry)>& onEntry) {
    const std::string count = std::to_string(kPage);
    const std::string id = last.toString();
    if (wait.count() == 0) {
      send({"XREAD", "COUNT", count, "STREAMS", key_, id});
    } else {
      send({"XREAD", "COUNT", count, "BLOCK", std::to_string(wait.count()), "STREAMS", key_, id});
    }
    connection_.awaitAnswer(wait);
    const std::optional<std::size_t> streams = connection_.replies().readArraySize();
    if (!streams) return 0;
    if (streams != 1 || connection_.replies().readArraySize() != 2 || connection_.replies().read().text != key_) {
      throw RedisError::garbage("entries of another stream");
    }
    StreamId previous = last;
    return readEntries([&](StreamEntry entry) {
      if (!(previous < entry.id)) throw RedisError::garbage(entry.id.toString() + " after " + previous.toString());
      previous = entry.id;
      onEntry(std::move(entry));
    });
  }

  /// Appends lines, all of them or none.
  void append(const std::vector<SharedLine>& lines) {
    std::string commands;
    if (lines.size() > 1) appendCommand(commands, {"MULTI"});
    for (const SharedLine& line : lines) appendLine(commands, line);
    if (lines.size() > 1) appendCommand(commands, {"EXEC"});
    connection_.send(commands);
    if (lines.size() == 1) {
      StreamId::parse(connection_.answer().text);
    } else {
      readAnswersToTransaction(lines.size());
    }
  }

 private:
  void send(std::initializer_list<std::string_view> words) {
    std::string command;
    appendCommand(command, words);
    connection_.send(command);
    connection_.awaitAnswer();
  }

  // Their memory is that of one entry, however many there are.
  std::size_t readEntries(const std::function<void(StreamEntry)>& onEntry) {
    const std::optional<std::size_t> count = connection_.replies().readArraySize();
    for (std::size_t i = 0; i < count.value_or(0); ++i) {
      onEntry(readEntry());
      connection_.awaitAnswer();  // each entry has its own deadline
    }
    return count.value_or(0);
  }

  StreamEntry readEntry() {
    RedisReader& replies = connection_.replies();
    if (replies.readArraySize() != 2) throw RedisError::garbage("an entry without its id and its fields");
    const RedisReply id = replies.read();
    if (id.kind != RedisReply::Kind::bulk) throw RedisError::garbage("an entry without its id");
    const RedisReply fields = replies.read();
    if (fields.kind != RedisReply::Kind::array) throw RedisError::garbage("an entry without its fields");
    return {StreamId::parse(id.text), redis_stream::lineOf(fields)};
  }

  void appendLine(std::string& commands, const SharedLine& line) const {
    const std::string number = std::to_string(line.number);
    if (line.name) {
      appendCommand(commands, {"XADD", key_, "MAXLEN", "~", kMaxEntries, "*", "server", line.server, "number", number,
                               "name", *line.name, "text", line.text});
    } else {
      appendCommand(commands, {"XADD", key_, "MAXLEN", "~", kMaxEntries, "*", "server", line.server, "number", number,
                               "text", line.text});
    }
  }

  void readAnswersToTransaction(std::size_t count) {
    for (std::size_t i = 0; i <= count; ++i) {  // MULTI and each XADD
      const std::string expected = i == 0 ? "OK" : "QUEUED";
      const RedisReply reply = connection_.answer();
      if (reply.kind != RedisReply::Kind::status || reply.text != expected) throw RedisError::garbage(reply.text);
    }
    const RedisReply ids = connection_.answer();
    if (ids.elements.size() != count) throw RedisError::garbage("a transaction without its ids");
    for (const RedisReply& id : ids.elements) {
      if (id.kind == RedisReply::Kind::error) throw RedisError::said(id.text);
      StreamId::parse(id.text);
    }
  }

  RedisConnection& connection_;
  const std::string key_;
};

}  // namespace example
