// SPDX-License-Identifier: MIT
//
// Reads any bytes as answers of Redis, arriving in any chunks: replies, and the entries of a stream. The result must be
// that of a reader that gets all bytes together, and within the limits. The input is the length of the plan, the plan
// of the chunks, and the bytes.
#include "examples/support/redis_stream.hpp"

#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>

#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace netlite;
using example::RedisReader;
using example::RedisReply;
using netlite::fuzz::require;
using netlite::fuzz::UntimedStream;

// Counts what a reply keeps.
struct Kept {
  std::size_t bytes = 0;
  std::size_t elements = 0;

  void add(const RedisReply& reply, int depth = 0) {
    require(depth <= RedisReader::kMaxDepth);
    require(reply.kind == RedisReply::Kind::array || reply.elements.empty());
    bytes += reply.text.size();
    elements += reply.elements.size();
    for (const RedisReply& element : reply.elements) add(element, depth + 1);
  }
};

std::string textOf(const RedisReply& reply) {
  std::string text = std::to_string(static_cast<int>(reply.kind)) + ":" + std::to_string(reply.number) + reply.text;
  for (const RedisReply& element : reply.elements) text += "[" + textOf(element) + "]";
  return text + (reply.isCut ? " cut" : "");
}

void checkLine(const RedisReply& fields) {
  const auto line = example::redis_stream::lineOf(fields);
  if (!line) return;
  require(line->number > 0 && !line->server.empty() && line->server.size() <= 64);
  require(line->text.find_first_of("\r\n") == std::string::npos);
  require(!line->name || line->name->find_first_of("\r\n") == std::string::npos);
}

void checkId(const RedisReply& reply) {
  try {
    const example::StreamId id = example::StreamId::parse(reply.text);
    require(example::StreamId::parse(id.toString()) == id);
  } catch (const example::RedisError&) {
  }
}

// What a reader sees, as text.
template <typename Stream>
std::vector<std::string> readAll(Stream& in) {
  std::vector<std::string> seen;
  RedisReader reader(in);
  try {
    while (true) {
      const RedisReply reply = reader.read();
      Kept kept;
      kept.add(reply);
      require(kept.bytes <= RedisReader::kMaxBytes && kept.elements <= RedisReader::kMaxElements);
      checkLine(reply);
      checkId(reply);
      seen.push_back(textOf(reply));
    }
  } catch (const example::RedisError& e) {
    const std::string why = e.what();
    require(why.find_first_of("\r\n\x1B") == std::string::npos && why.size() < 1000);
    seen.push_back(why);
  } catch (const SocketException&) {
    seen.push_back("(end)");
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]) % 16, bytes.size() - 1);
  const std::string_view plan = bytes.substr(1, length);
  bytes.remove_prefix(1 + length);
  UntimedStream chunks(bytes, plan);
  ByteArrayInputStream whole{std::string(bytes)};
  require(readAll(chunks) == readAll(whole));
  return 0;
}
