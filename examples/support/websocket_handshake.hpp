// SPDX-License-Identifier: MIT
//
// How a request of HTTP becomes a WebSocket (RFC 6455 section 4.2).
// Thread-safety: no shared state.
#pragma once

#include "support/digest.hpp"
#include "support/http_request.hpp"

#include <algorithm>
#include <string>

namespace example {

/// Whether the client asks for a WebSocket of the only version that there is.
inline bool asksForWebSocket(const HttpRequest& request) {
  return request.method == "GET" && !request.isHttp10() && request.hasElement("upgrade", "websocket") &&
         request.hasElement("connection", "upgrade") && request.count("sec-websocket-version") == 1 &&
         request.field("sec-websocket-version") == "13";
}

/// Whether the request has a key: 16 bytes in base64.
inline bool hasWebSocketKey(const HttpRequest& request) {
  const std::string key = request.field("sec-websocket-key").value_or("");
  const auto isOfBase64 = [](char c) { return http::isAlphanumeric(c) || c == '+' || c == '/'; };
  return request.count("sec-websocket-key") == 1 && key.size() == 24 && key.substr(22) == "==" &&
         std::all_of(key.begin(), key.begin() + 22, isOfBase64);
}

/// The answer after which both sides send frames.
inline std::string switchingProtocols(const HttpRequest& request) {
  const std::string key = *request.field("sec-websocket-key");
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         base64(digest(EVP_sha1(), key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) + "\r\n\r\n";
}

}  // namespace example
