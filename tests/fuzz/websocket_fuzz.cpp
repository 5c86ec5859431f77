// SPDX-License-Identifier: MIT
//
// Receives any bytes as frames of a WebSocket, arriving in any chunks. The messages must be those of a receiver that
// gets all bytes together, and what is answered must be whole control frames, the last of which closes. The input is
// the length of the plan, the plan of the chunks, and the bytes.
#include "examples/support/websocket.hpp"

#include <netlite/byte_array_stream.hpp>
#include <netlite/input_stream_reader.hpp>

#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace netlite;
using netlite::fuzz::Plan;
using netlite::fuzz::require;

bool isUtf8(std::string_view text) {
  return InputStreamReader(ByteArrayInputStream(std::string(text))).readAllBytes() == text;
}

// Checks frames that a server sends, and returns whether the last one closes.
bool checkAnswers(std::string_view frames) {
  bool isClosed = false;
  while (!frames.empty()) {
    require(!isClosed && frames.size() >= 2);
    const int first = static_cast<unsigned char>(frames[0]);
    const std::size_t size = static_cast<unsigned char>(frames[1]);
    require((first == 0x88 || first == 0x8A) && size <= 125 && frames.size() >= 2 + size);
    isClosed = first == 0x88;
    frames.remove_prefix(2 + size);
  }
  return isClosed;
}

std::vector<std::string> receiveAll(std::string_view bytes, Plan plan, bool isWhole) {
  std::vector<std::string> messages;
  example::WebSocketReceiver receiver([&](std::string_view text) {
    require(text.size() <= example::WebSocketReceiver::kMaxMessage && isUtf8(text));
    messages.emplace_back(text);
    if (text == "no") throw example::WebSocketError(WSLAY_CODE_UNSUPPORTED_DATA, std::string(200, 'x'));
  });
  std::string answers;
  while (!bytes.empty() && receiver.isOpen()) {
    const std::size_t count = isWhole ? bytes.size() : std::min(bytes.size(), 1 + plan.next());
    answers += receiver.receive(bytes.substr(0, count));
    bytes.remove_prefix(count);
  }
  require(checkAnswers(answers) == !receiver.isOpen());
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]) % 16, bytes.size() - 1);
  const Plan plan(bytes.substr(1, length));
  bytes.remove_prefix(1 + length);
  require(receiveAll(bytes, plan, false) == receiveAll(bytes, plan, true));
  return 0;
}
