// SPDX-License-Identifier: MIT
//
// HttpRequest, HttpReader: the requests of HTTP/1.1 (RFC 9112) from a stream, strictly: what two readers could
// understand in two ways is refused, and so is what is too long.
// Thread-safety: an HttpRequest is a value; an HttpReader belongs to one thread.
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace example {

/// A request that cannot be served; what() says why. After some of them nobody knows where the next request begins, so
/// the connection is closed after all of them.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& why) : std::runtime_error(why), status_(status) {}

  int status() const { return status_; }

 private:
  int status_;
};

namespace http {

constexpr std::size_t kMaxLine = 16 * 1024;        // bytes of the request line without its end; more: 431
constexpr std::size_t kMaxFields = 16 * 1024;      // bytes of all header fields with their ends; more: 431
constexpr std::size_t kMaxBody = 65536;            // bytes of a body; more: 413
constexpr std::size_t kMaxChunkLine = 1024;        // bytes of the line before a chunk, which may have extensions
constexpr std::size_t kMaxExtensions = 16 * 1024;  // bytes of all those lines beyond the first kChunkDigits of each
constexpr std::size_t kChunkDigits = 8;

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isAlphanumeric(char c) { return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The characters of methods and field names (RFC 9110 section 5.6.2).
inline bool isTokenCharacter(char c) {
  return isAlphanumeric(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

inline bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenCharacter);
}

inline bool isControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F'; }

inline std::string lowerCase(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// Without the spaces and tabs at its ends.
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The elements of a list with commas, without the empty ones.
inline std::vector<std::string_view> elementsOf(std::string_view list) {
  std::vector<std::string_view> elements;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, comma));
    if (!element.empty()) elements.push_back(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return elements;
}

/// Whether it can be the Host of a page: a name or an address, and perhaps a port. Of what RFC 3986 allows in names
/// only what they really have, so that it can be copied into other fields.
inline bool isHost(std::string_view text) {
  const auto isOf = [](std::string_view characters) {
    return [characters](char c) {
      return isAlphanumeric(c) || (c != '\0' && characters.find(c) != std::string_view::npos);
    };
  };
  std::size_t end = std::min(text.find(':'), text.size());  // of the name or address
  if (!text.empty() && text.front() == '[') end = std::min(text.find(']'), text.size() - 1) + 1;
  const std::string_view name = text.substr(0, end);
  const std::string_view port = text.substr(end);
  const bool isLiteral = name.size() > 2 && name.front() == '[' && name.back() == ']';
  const std::string_view inner = isLiteral ? name.substr(1, name.size() - 2) : name;
  if (!std::all_of(inner.begin(), inner.end(), isOf(isLiteral ? "-._~%:" : "-._~%"))) return false;
  if (port.empty()) return true;
  return port.front() == ':' && port.size() <= 6 && std::all_of(port.begin() + 1, port.end(), isDigit);
}

}  // namespace http

struct HttpRequest {
  /// The value of a field; of the first one if there are several.
  ///
  /// @param name in lower case
  std::optional<std::string> field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return std::nullopt;
  }

  std::size_t count(std::string_view name) const {
    const auto hasName = [&](const auto& field) { return field.first == name; };
    return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), hasName));
  }

  /// Whether a field is a list, perhaps in several lines, that has the element.
  ///
  /// @param element in lower case
  bool hasElement(std::string_view name, std::string_view element) const {
    for (const auto& [key, value] : fields) {
      if (key != name) continue;
      for (const std::string_view one : http::elementsOf(value)) {
        if (http::lowerCase(one) == element) return true;
      }
    }
    return false;
  }

  /// Whether the client expects another answer on this connection.
  bool keepsConnection() const {
    return isHttp10() ? hasElement("connection", "keep-alive") : !hasElement("connection", "close");
  }

  bool isHttp10() const { return minorVersion == 0; }

  std::string method;
  std::string path;   // from "/" on, as it was sent
  std::string query;  // what follows the first "?"
  std::string host;   // empty if an HTTP/1.0 client names none
  int minorVersion = 1;
  std::vector<std::pair<std::string, std::string>> fields;  // the names in lower case
  std::string body;
};

class HttpReader {
 public:
  /// @param in outlives the reader
  explicit HttpReader(netlite::InputStream& in) : in_(in) {}

  /// Waits for the first byte of a request. Returns false at the end of the stream.
  bool awaitRequest() { return position_ < buffer_.size() || fill(); }

  /// Reads a request.
  ///
  /// @param sendContinue called if the client waits for permission to send the body
  /// @throws HttpError             the request cannot be served
  /// @throws netlite::EOFException the stream ends first
  HttpRequest read(const std::function<void()>& sendContinue) {
    HttpRequest request;
    readRequestLine(request);
    request.fields = readFields();
    checkHost(request);
    readBody(request, sendContinue);
    return request;
  }

  /// What has arrived after the last request. Frees the reader's memory.
  std::string takeRest() { return std::exchange(buffer_, {}).substr(std::exchange(position_, 0)); }

 private:
  static constexpr std::size_t kPiece = 4096;

  // ---- bytes ----

  bool fill() {
    buffer_.resize(kPiece);
    position_ = 0;
    std::size_t size = 0;
    try {
      size = in_.read(&buffer_[0], kPiece);
    } catch (...) {
      buffer_.clear();
      throw;
    }
    buffer_.resize(size);
    return size > 0;
  }

  static netlite::EOFException endOfInput() {
    return netlite::EOFException(std::make_error_code(std::errc::connection_aborted), "the request is incomplete", 0);
  }

  char next() {
    if (!awaitRequest()) throw endOfInput();
    return buffer_[position_++];
  }

  // A line without its "\r\n". A "\r" or "\n" elsewhere and other control characters are errors.
  std::string readLine(std::size_t max, int statusIfLonger) {
    std::string line;
    while (true) {
      const char c = next();
      if (c == '\r') break;
      if (http::isControl(c)) throw HttpError(400, "a control character, or a line without CR LF");
      if (line.size() == max) throw HttpError(statusIfLonger, "a line of the request's header is too long");
      line += c;
    }
    if (next() != '\n') throw HttpError(400, "a CR without LF");
    return line;
  }

  // ---- the header ----

  void readRequestLine(HttpRequest& request) {
    std::string line = readLine(http::kMaxLine, 431);
    if (line.empty()) line = readLine(http::kMaxLine, 431);  // RFC 9112 section 2.2
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string::npos || first == last) throw HttpError(400, "the request line has not three parts");
    request.method = line.substr(0, first);
    if (!http::isToken(request.method)) throw HttpError(400, "the method is malformed");
    takeVersion(request, line.substr(last + 1));
    takeTarget(request, line.substr(first + 1, last - first - 1));
  }

  static void takeVersion(HttpRequest& request, const std::string& version) {
    const bool isVersion = version.size() == 8 && version.compare(0, 5, "HTTP/") == 0 && http::isDigit(version[5]) &&
                           version[6] == '.' && http::isDigit(version[7]);
    if (!isVersion) throw HttpError(400, "the version is malformed");
    if (version[5] != '1') throw HttpError(505, "only HTTP/1.1 and HTTP/1.0 are served");
    request.minorVersion = version[7] == '0' ? 0 : 1;  // HTTP/1.2 is to be served as 1.1: RFC 9110 section 2.5
  }

  // A path, or the whole URL, whose host then counts and not that of the field: RFC 9112 section 3.2.2. Targets of
  // other forms belong to methods that are not served.
  static void takeTarget(HttpRequest& request, std::string target) {
    const auto isVisible = [](char c) { return c > ' ' && c < '\x7F' && c != '#'; };
    if (target.empty() || !std::all_of(target.begin(), target.end(), isVisible)) {
      throw HttpError(400, "the target is malformed");
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (http::lowerCase(target.substr(0, scheme.size())) != scheme) continue;
      const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
      request.host = target.substr(scheme.size(), end - scheme.size());
      if (request.host.empty() || !http::isHost(request.host)) throw HttpError(400, "the target's host is malformed");
      target.erase(0, end);
      if (target.empty() || target.front() == '?') target.insert(0, "/");
    }
    const bool isOther = request.method == "CONNECT" || (request.method == "OPTIONS" && target == "*");
    if (target.front() != '/' && !isOther) throw HttpError(400, "the target is neither a path nor a URL");
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
  }

  // Of a header, or those after a chunked body.
  std::vector<std::pair<std::string, std::string>> readFields() {
    std::vector<std::pair<std::string, std::string>> fields;
    std::size_t left = http::kMaxFields;
    while (true) {
      const std::string line = readLine(left, 431);
      if (line.empty()) return fields;
      if (line.size() + 2 > left) throw HttpError(431, "the header is too large");
      left -= line.size() + 2;
      const std::size_t colon = std::min(line.find(':'), line.size());
      // Also refuses a space before the colon, and a line that begins with one and so continues the previous one.
      if (colon == line.size() || !http::isToken(std::string_view(line).substr(0, colon))) {
        throw HttpError(400, "a header field is malformed");
      }
      fields.emplace_back(http::lowerCase(line.substr(0, colon)),
                          std::string(http::trimmed(std::string_view(line).substr(colon + 1))));
    }
  }

  static void checkHost(HttpRequest& request) {
    const std::size_t count = request.count("host");
    if (count > 1 || (count == 0 && !request.isHttp10())) throw HttpError(400, "a request has exactly one Host");
    const std::string host = request.field("host").value_or("");
    if (!http::isHost(host)) throw HttpError(400, "the Host is malformed");
    if (request.host.empty()) request.host = host;
  }

  // ---- the body ----

  void readBody(HttpRequest& request, const std::function<void()>& sendContinue) {
    const std::size_t lengths = request.count("content-length");
    const bool isCoded = request.count("transfer-encoding") > 0;
    if (lengths > 1 || (lengths > 0 && isCoded)) throw HttpError(400, "the body's length is given twice");
    if (isCoded) checkCoding(request);
    const std::size_t length = lengths > 0 ? parseLength(*request.field("content-length")) : 0;
    checkExpectation(request, isCoded || length > 0, sendContinue);
    if (isCoded) {
      readChunks(request.body);
    } else {
      append(request.body, length);
    }
  }

  static void checkCoding(const HttpRequest& request) {
    if (request.isHttp10()) throw HttpError(400, "HTTP/1.0 has no transfer codings");
    std::vector<std::string> codings;
    for (const auto& [name, value] : request.fields) {
      if (name != "transfer-encoding") continue;
      for (const std::string_view coding : http::elementsOf(value)) codings.push_back(http::lowerCase(coding));
    }
    if (codings == std::vector<std::string>{"chunked"}) return;
    const auto isChunked = [](const std::string& coding) { return coding == "chunked"; };
    const bool isFramed = !codings.empty() && codings.back() == "chunked" &&
                          std::count_if(codings.begin(), codings.end(), isChunked) == 1;
    const bool isUnknown = std::none_of(codings.begin(), codings.end(), isChunked) && !codings.empty();
    if (isFramed || isUnknown) throw HttpError(501, "the only transfer coding that is served is chunked");
    throw HttpError(400, "the last transfer coding is not chunked, or chunked is there twice");
  }

  static std::size_t parseLength(const std::string& text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), http::isDigit)) {
      throw HttpError(400, "the Content-Length is no number");
    }
    const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
    if (text.size() - zeros > 9) throw HttpError(413, "the body is too large");
    std::size_t length = 0;
    for (const char digit : text.substr(zeros)) length = length * 10 + static_cast<std::size_t>(digit - '0');
    if (length > http::kMaxBody) throw HttpError(413, "the body is too large");
    return length;
  }

  void checkExpectation(const HttpRequest& request, bool hasBody, const std::function<void()>& sendContinue) const {
    if (request.isHttp10()) return;
    for (const auto& [name, value] : request.fields) {
      if (name != "expect") continue;
      if (http::lowerCase(value) != "100-continue") throw HttpError(417, "the only known expectation is 100-continue");
    }
    const bool hasBegun = position_ < buffer_.size();
    if (hasBody && request.count("expect") > 0 && !hasBegun) sendContinue();
  }

  void append(std::string& body, std::size_t size) {
    body.reserve(body.size() + size);
    while (size > 0) {
      if (!awaitRequest()) throw endOfInput();
      const std::size_t count = std::min(size, buffer_.size() - position_);
      body.append(buffer_, position_, count);
      position_ += count;
      size -= count;
    }
  }

  void readChunks(std::string& body) {
    std::size_t left = http::kMaxExtensions;
    while (true) {
      const std::string line = readLine(std::min(left + http::kChunkDigits, http::kMaxChunkLine), 400);
      left -= line.size() - std::min(line.size(), http::kChunkDigits);
      const std::size_t size = parseChunkSize(line);
      if (size == 0) break;
      if (size > http::kMaxBody - body.size()) throw HttpError(413, "the body is too large");
      append(body, size);
      if (next() != '\r' || next() != '\n') throw HttpError(400, "a chunk is longer than its size");
    }
    readFields();  // which nobody needs
  }

  // The extensions that may follow the size are ignored.
  static std::size_t parseChunkSize(const std::string& line) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::size_t size = 0;
    std::size_t i = 0;
    for (; i < line.size(); ++i) {
      const std::size_t digit = kDigits.find(http::lowerCase(line.substr(i, 1)));
      if (digit == std::string_view::npos) break;
      size = std::min(size * 16 + digit, http::kMaxBody + 1);  // does not overflow
    }
    const std::size_t next = std::min(line.find_first_not_of(" \t", i), line.size());
    const bool hasExtension = next < line.size() && line[next] == ';';
    if (i == 0 || (i < line.size() && !hasExtension)) throw HttpError(400, "the size of a chunk is malformed");
    return size;
  }

  netlite::InputStream& in_;
  std::string buffer_;        // what has arrived
  std::size_t position_ = 0;  // in buffer_, of what has not been used
};

}  // namespace example
