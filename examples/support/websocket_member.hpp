// SPDX-License-Identifier: MIT
//
// WebSocketMember: a member of the room at the other end of a WebSocket.
// Thread-safety: belongs to the thread that reads from the member.
#pragma once

#include "support/http_request.hpp"
#include "support/program.hpp"
#include "support/room.hpp"
#include "support/websocket.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace example {

/// How long a client may be silent.
struct WebSocketTimes {
  std::chrono::milliseconds ping = std::chrono::seconds(30);  // before it gets a ping
  std::chrono::milliseconds drop = std::chrono::seconds(60);  // before it is dropped; more than `ping`
};

/// A frame, for the outboxes.
inline SharedChunk chunkOfFrame(std::string frame) { return std::make_shared<const Chunk>(Chunk{std::move(frame), 1}); }

/// Reads what the client sends. Control frames leave through its outbox as messages do, so they never get into the
/// middle of a message's frame.
class WebSocketMember {
 public:
  /// @param onText see WebSocketReceiver
  WebSocketMember(Room& room, Stay& stay, SharedMember member, std::function<void(std::string_view)> onText,
                  WebSocketTimes times = {})
      : room_(room), stay_(stay), member_(std::move(member)), receiver_(std::move(onText)), times_(times) {}

  /// Reads until the WebSocket or the connection ends, or the client is silent for too long.
  ///
  /// @param early what has arrived already
  void listen(std::string_view early) {
    netlite::SocketInputStream in = member_->socket.getInputStream();
    receive(early);
    while (receiver_.isOpen()) {
      if (!awaitInput(in)) return drop();
      const std::string bytes = readSome(in);
      if (bytes.empty()) return;
      receive(bytes);
    }
  }

 private:
  static constexpr std::size_t kPiece = 4096;

  bool awaitInput(netlite::SocketInputStream& in) {
    if (in.awaitInput(times_.ping)) return true;
    room_.tell(member_, chunkOfFrame(frameOf(WSLAY_PING, "")));
    return in.awaitInput(times_.drop - times_.ping);
  }

  // Its memory is used only while there is something to read.
  static std::string readSome(netlite::SocketInputStream& in) {
    std::string bytes(kPiece, '\0');
    bytes.resize(in.read(&bytes[0], kPiece));
    return bytes;
  }

  void receive(std::string_view bytes) {
    std::string frames = receiver_.receive(bytes);
    if (!receiver_.isOpen()) stay_.leave();  // no message follows the last frame
    if (!frames.empty()) room_.tell(member_, chunkOfFrame(std::move(frames)));
  }

  void drop() {
    printError("dropped " + peerName(member_->socket) + ": it is silent");
    member_->close();
  }

  Room& room_;
  Stay& stay_;
  const SharedMember member_;
  WebSocketReceiver receiver_;
  const WebSocketTimes times_;
};

}  // namespace example
