// SPDX-License-Identifier: MIT
//
// WebPeer: a client of HTTP and WebSockets that sends any bytes, right or wrong.
// Thread-safety: belongs to one thread.
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netlite::test {

/// An answer of HTTP. The names of fields are in lower case.
struct WebAnswer {
  int status = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

struct WebFrame {
  bool fin = true;
  int opcode = -1;  // -1: the connection has ended
  std::string payload;

  /// The code of a close frame; 0 if it has none.
  int code() const {
    if (payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
  }
};

/// A frame as a client sends it.
///
/// @param first the first byte: 0x81 is a whole text
inline std::string clientFrame(int first, std::string_view payload, bool masked = true) {
  std::string frame(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  const int mask = masked ? 0x80 : 0;
  if (size < 126) {
    frame += static_cast<char>(mask | static_cast<int>(size));
  } else {
    const int bytes = size < 65536 ? 2 : 8;
    frame += static_cast<char>(mask | (bytes == 2 ? 126 : 127));
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
  }
  const std::string_view key("\x12\x34\x56\x78", 4);
  if (masked) frame += key;
  for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(masked ? payload[i] ^ key[i % 4] : payload[i]);
  return frame;
}

class WebPeer {
 public:
  explicit WebPeer(int port) : socket(InetAddress::getLoopbackAddress(), port), port_(port) {
    socket.setSoTimeout(std::chrono::seconds(30));
    socket.setWriteTimeout(std::chrono::seconds(30));
  }

  void send(std::string_view bytes) { socket.getOutputStream().write(bytes); }

  /// The field that every request needs.
  std::string host() const { return "Host: localhost:" + std::to_string(port_) + "\r\n"; }

  /// Sends a request.
  ///
  /// @param fields with their ends
  void request(const std::string& method, const std::string& target, const std::string& fields = "",
               const std::string& body = "") {
    const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(method + " " + target + " HTTP/1.1\r\n" + host() + length + fields + "\r\n" + body);
  }

  /// Reads an answer.
  ///
  /// @param hasBody false for that to HEAD
  WebAnswer answer(bool hasBody = true) {
    WebAnswer answer;
    const std::string line = readLine();
    if (line.compare(0, 9, "HTTP/1.1 ") != 0) throw std::runtime_error("no answer but: " + line);
    answer.status = std::stoi(line.substr(9));
    for (std::string field = readLine(); !field.empty(); field = readLine()) {
      const std::size_t colon = field.find(": ");
      std::string name = field.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      answer.fields[name] = field.substr(colon + 2);
    }
    if (hasBody && answer.fields.count("content-length") > 0) {
      answer.body.resize(std::stoul(answer.fields["content-length"]));
      in_.readFully(answer.body.data(), answer.body.size());
    }
    return answer;
  }

  WebAnswer get(const std::string& target, const std::string& fields = "") {
    request("GET", target, fields);
    return answer();
  }

  /// Whether the server has closed the connection, and sent nothing before.
  bool isClosed() {
    try {
      return in_.read() == -1;
    } catch (const SocketException&) {
      return true;
    }
  }

  /// Becomes a WebSocket. Returns the answer.
  WebAnswer upgrade(const std::string& fields = "") {
    request("GET", "/chat", kUpgrade + fields);
    return answer();
  }

  WebFrame frame() {
    WebFrame frame;
    try {
      const int first = in_.read();
      if (first < 0) return frame;
      std::size_t size = static_cast<std::size_t>(in_.read());
      const int more = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (more > 0) size = 0;
      for (int i = 0; i < more; ++i) size = size * 256 + static_cast<std::size_t>(in_.read());
      frame.fin = (first & 0x80) != 0;
      frame.opcode = first & 0x7F;
      frame.payload.resize(size);
      in_.readFully(frame.payload.data(), size);
    } catch (const SocketException&) {  // a reset
    }
    return frame;
  }

  /// Says something by a WebSocket.
  void say(const std::string& name, const std::string& text) {
    send(clientFrame(0x81, "{\"name\":\"" + name + "\",\"text\":\"" + text + "\"}"));
  }

  static inline const std::string kUpgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  Socket socket;

 private:
  std::string readLine() {
    std::string line;
    for (int c = in_.read(); c != '\n'; c = in_.read()) {
      if (c < 0) throw std::runtime_error("the connection ended after: " + line);
      line += static_cast<char>(c);
    }
    if (line.empty() || line.back() != '\r') throw std::runtime_error("a line without CR: " + line);
    line.pop_back();
    return line;
  }

  BufferedReader in_{socket.getInputStream()};
  const int port_;
};

/// The value of a text or number in JSON that the server has rendered, without escapes.
inline std::string jsonValue(const std::string& json, const std::string& key) {
  const std::size_t start = json.find("\"" + key + "\":");
  if (start == std::string::npos) return "(none)";
  std::size_t begin = start + key.size() + 3;
  if (json[begin] != '"') return json.substr(begin, json.find_first_of(",}", begin) - begin);
  ++begin;
  return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace netlite::test
