// SPDX-License-Identifier: MIT
//
// Reads any bytes as requests of HTTP, arriving in any chunks. The result must be that of a reader that gets all bytes
// together, and within the limits. The input is the length of the plan, the plan of the chunks, and the bytes.
#include "examples/support/http_request.hpp"

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
using netlite::fuzz::require;
using netlite::fuzz::UntimedStream;

void checkRequest(const example::HttpRequest& request) {
  require(example::http::isToken(request.method));
  require(!request.path.empty() && request.path.size() + request.query.size() <= example::http::kMaxLine);
  require(example::http::isHost(request.host) && (request.isHttp10() || request.count("host") == 1));
  require(request.body.size() <= example::http::kMaxBody);
  std::size_t size = 0;
  for (const auto& [name, value] : request.fields) {
    require(example::http::isToken(name) && name == example::http::lowerCase(name));
    require(std::none_of(value.begin(), value.end(), example::http::isControl));
    size += name.size() + value.size() + 3;
  }
  require(size <= example::http::kMaxFields + 2);
}

// What a reader sees, as text.
std::vector<std::string> readAll(InputStream& in) {
  std::vector<std::string> seen;
  example::HttpReader reader(in);
  try {
    while (reader.awaitRequest()) {
      const example::HttpRequest request = reader.read([] {});
      checkRequest(request);
      seen.push_back(request.method + " " + request.host + request.path + "?" + request.query + " " + request.body);
      for (const auto& [name, value] : request.fields) seen.push_back(name + ":" + value);
    }
    seen.push_back("(end)");
  } catch (const example::HttpError& e) {
    require(e.status() >= 400 && e.status() < 600);
    seen.push_back(std::to_string(e.status()));
  } catch (const EOFException&) {
    seen.push_back("(cut)");
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
