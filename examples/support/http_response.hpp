// SPDX-License-Identifier: MIT
//
// HttpResponse: an answer of HTTP/1.1, and how it is written.
// Thread-safety: a value.
#pragma once

#include "support/http_request.hpp"
#include "support/utc.hpp"

#include <netlite/netlite.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// Text that several answers share.
using SharedText = std::shared_ptr<const std::string>;

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  // besides those that writeResponse() adds
  std::vector<SharedText> body;                             // the pieces of which it consists
};

/// The reason phrase of a status.
inline const char* reasonOf(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

/// An answer whose body is one text.
inline HttpResponse responseOf(int status, const std::string& type, std::string text) {
  return {status, {{"Content-Type", type}}, {std::make_shared<const std::string>(std::move(text))}};
}

/// What surrounds an answer.
struct Framing {
  bool hasBody = true;  // false for HEAD: the answer has the length of the body, but not the body
  bool isHttp10 = false;
  bool keepsConnection = true;
};

inline std::string headOf(const HttpResponse& response, const Framing& framing) {
  std::size_t length = 0;
  for (const SharedText& piece : response.body) length += piece->size();
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + reasonOf(response.status) + "\r\n";
  head += "Date: " + httpTime(currentMilliseconds()) + "\r\n";
  for (const auto& [name, value] : response.fields) head.append(name).append(": ").append(value).append("\r\n");
  head += "Content-Length: " + std::to_string(length) + "\r\nX-Content-Type-Options: nosniff\r\n";
  if (!framing.keepsConnection) head += "Connection: close\r\n";
  if (framing.keepsConnection && framing.isHttp10) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

/// Writes an answer, however large, through a small buffer.
inline void writeResponse(netlite::OutputStream& out, const HttpResponse& response, const Framing& framing) {
  constexpr std::size_t kBuffer = 16 * 1024;
  std::string buffer = headOf(response, framing);
  if (framing.hasBody) {
    for (const SharedText& piece : response.body) {
      if (buffer.size() + piece->size() > kBuffer) {
        out.write(buffer);
        buffer.clear();
      }
      if (piece->size() > kBuffer) {
        out.write(*piece);
      } else {
        buffer += *piece;
      }
    }
  }
  if (!buffer.empty()) out.write(buffer);
}

}  // namespace example
