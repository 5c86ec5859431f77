// SPDX-License-Identifier: MIT
//
// WebSocketReceiver: the receiving side of a WebSocket (RFC 6455), by wslay, without a socket; and how frames are
// rendered. Thread-safety: a receiver belongs to one thread; the functions have no shared state.
#pragma once

#include <wslay/wslay.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace example {

/// Ends a WebSocket with a code for the peer; what() is the reason for people.
class WebSocketError : public std::runtime_error {
 public:
  /// @param code one of WSLAY_CODE_...
  WebSocketError(std::uint16_t code, const std::string& why) : std::runtime_error(why), code_(code) {}

  std::uint16_t code() const { return code_; }

 private:
  std::uint16_t code_;
};

/// A whole frame as a server sends it.
///
/// @param opcode one of WSLAY_TEXT_FRAME, WSLAY_PING ...
inline std::string frameOf(std::uint8_t opcode, std::string_view payload) {
  const auto send = [](const std::uint8_t* data, std::size_t size, int, void* frame) {
    static_cast<std::string*>(frame)->append(reinterpret_cast<const char*>(data), size);
    return static_cast<ssize_t>(size);
  };
  const wslay_frame_callbacks callbacks{send, nullptr, nullptr};
  std::string frame;
  frame.reserve(payload.size() + 10);  // so that the callback, which C code calls, does not throw
  wslay_frame_context_ptr context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, &frame) != 0) throw std::bad_alloc();
  wslay_frame_iocb whole{1,
                         WSLAY_RSV_NONE,
                         opcode,
                         payload.size(),
                         0,
                         reinterpret_cast<const std::uint8_t*>(payload.data()),
                         payload.size()};
  wslay_frame_send(context, &whole);
  wslay_frame_context_free(context);
  return frame;
}

/// @param code one of WSLAY_CODE_...
/// @param why  at most 123 bytes
inline std::string closeFrame(std::uint16_t code, const std::string& why) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frameOf(WSLAY_CONNECTION_CLOSE, payload + why);
}

class WebSocketReceiver {
 public:
  static constexpr std::size_t kMaxMessage = 65536;  // bytes; more: closed with 1009

  /// @param onText gets each message; may throw WebSocketError to end the WebSocket
  explicit WebSocketReceiver(std::function<void(std::string_view)> onText) : on_text_(std::move(onText)) {}

  WebSocketReceiver(const WebSocketReceiver&) = delete;
  WebSocketReceiver& operator=(const WebSocketReceiver&) = delete;

  /// Takes bytes from the peer.
  ///
  /// @return frames for the peer: pongs, and the last one when the WebSocket ends
  /// @throws ... what onText throws
  std::string receive(std::string_view bytes) {
    if (!context_) createContext();
    input_ = bytes;
    unfinished_ += bytes.size();
    const int result = wslay_event_recv(context_.get());
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (result != 0) return breakOff();
    wslay_event_send(context_.get());
    is_open_ = wslay_event_get_read_enabled(context_.get()) != 0;
    if (unfinished_ == 0 && !in_message_) context_.reset();  // an idle client costs no memory for this
    return std::exchange(output_, {});
  }

  /// Whether more bytes may be received.
  bool isOpen() const { return is_open_; }

 private:
  // A message in tiny fragments would cost much more memory than its size.
  static constexpr std::size_t kMaxFragments = 4096;

  struct Free {
    void operator()(wslay_event_context_ptr context) const { wslay_event_context_free(context); }
  };
  using Context = std::unique_ptr<wslay_event_context, Free>;

  void createContext() {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = giveInput;
    callbacks.send_callback = takeOutput;
    callbacks.on_frame_recv_start_callback = beginFrame;
    callbacks.on_frame_recv_end_callback = endFrame;
    callbacks.on_msg_recv_callback = takeMessage;
    wslay_event_context_ptr context = nullptr;
    if (wslay_event_context_server_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
    context_.reset(context);
    wslay_event_config_set_max_recv_msg_length(context, kMaxMessage);
  }

  // wslay finds a frame that breaks the protocol, but does not say so to the peer.
  std::string breakOff() {
    is_open_ = false;
    wslay_event_shutdown_read(context_.get());
    return std::exchange(output_, {}) + closeFrame(WSLAY_CODE_PROTOCOL_ERROR, "");
  }

  // ---- wslay's callbacks, which must not throw ----

  static WebSocketReceiver& self(void* receiver) { return *static_cast<WebSocketReceiver*>(receiver); }

  static ssize_t giveInput(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int,
                           void* receiver) {
    std::string_view& input = self(receiver).input_;
    const std::size_t count = input.copy(reinterpret_cast<char*>(buffer), size);
    input.remove_prefix(count);
    if (count > 0) return static_cast<ssize_t>(count);
    wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
    return -1;
  }

  static ssize_t takeOutput(wslay_event_context_ptr, const std::uint8_t* data, std::size_t size, int, void* receiver) {
    try {
      self(receiver).output_.append(reinterpret_cast<const char*>(data), size);
      return static_cast<ssize_t>(size);
    } catch (...) {  // out of memory
      return -1;
    }
  }

  static void beginFrame(wslay_event_context_ptr context, const wslay_event_on_frame_recv_start_arg* frame,
                         void* receiver) {
    self(receiver).begin(context, *frame);
  }

  void begin(wslay_event_context_ptr context, const wslay_event_on_frame_recv_start_arg& frame) {
    const std::size_t extension = frame.payload_length < 126 ? 0 : frame.payload_length < 65536 ? 2 : 8;
    frame_size_ = 2 + extension + 4 + static_cast<std::size_t>(frame.payload_length);
    if (wslay_is_ctrl_frame(frame.opcode)) {
      const bool isHalfCode = frame.opcode == WSLAY_CONNECTION_CLOSE && frame.payload_length == 1;
      if (isHalfCode) end(context, WSLAY_CODE_PROTOCOL_ERROR, "");
      return;
    }
    in_message_ = frame.fin == 0;
    fragments_ = frame.opcode == WSLAY_CONTINUATION_FRAME ? fragments_ + 1 : 1;
    if (fragments_ > kMaxFragments) end(context, WSLAY_CODE_POLICY_VIOLATION, "too many fragments");
  }

  static void endFrame(wslay_event_context_ptr, void* receiver) {
    self(receiver).unfinished_ -= self(receiver).frame_size_;
  }

  static void takeMessage(wslay_event_context_ptr context, const wslay_event_on_msg_recv_arg* message, void* receiver) {
    try {
      self(receiver).take(*message);
    } catch (const WebSocketError& e) {
      end(context, e.code(), e.what());
    } catch (...) {
      self(receiver).failure_ = std::current_exception();
      wslay_event_shutdown_read(context);
    }
  }

  void take(const wslay_event_on_msg_recv_arg& message) {
    if (message.opcode == WSLAY_BINARY_FRAME)
      throw WebSocketError(WSLAY_CODE_UNSUPPORTED_DATA, "only text is understood");
    if (message.opcode != WSLAY_TEXT_FRAME) return;
    on_text_({reinterpret_cast<const char*>(message.msg), message.msg_length});
  }

  static void end(wslay_event_context_ptr context, std::uint16_t code, std::string_view why) {
    const std::size_t size = std::min<std::size_t>(why.size(), 123);  // RFC 6455 section 5.5
    wslay_event_queue_close(context, code, reinterpret_cast<const std::uint8_t*>(why.data()), size);
    wslay_event_shutdown_read(context);
  }

  const std::function<void(std::string_view)> on_text_;
  Context context_;  // null while no frame or message has begun
  std::string_view input_;
  std::string output_;
  std::exception_ptr failure_;  // of onText
  std::size_t frame_size_ = 0;  // of the current frame
  std::size_t unfinished_ = 0;  // bytes that do not belong to a finished frame
  std::size_t fragments_ = 0;   // of the current message
  bool in_message_ = false;     // more fragments follow
  bool is_open_ = true;
};

}  // namespace example
