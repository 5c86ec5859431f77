// SPDX-License-Identifier: MIT
//
// ChatMessage: a message of the room and its JSON, by nlohmann's library.
// Thread-safety: values.
#pragma once

#include "support/plain_text.hpp"
#include "support/utc.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace example {

/// What somebody wants to say.
struct Saying {
  static constexpr std::size_t kMaxName = 32;  // characters

  /// @param speaker, words valid UTF-8
  Saying(std::string_view speaker, std::string_view words)
      : name(firstCharacters(plainText(speaker), kMaxName)), text(plainText(words)) {}

  std::string name;  // at most kMaxName characters; may be blank
  std::string text;  // may be blank
};

/// A line is "name:text". One without a name is the text of somebody who is known by `otherName`.
///
/// @param line valid UTF-8
inline Saying sayingOfLine(std::string_view line, std::string_view otherName) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  Saying saying(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  const bool hasName = colon < line.size() && !isBlank(saying.name);
  return hasName ? saying : Saying(otherName, line);
}

/// Reads {"name","text"}; other members of the object are ignored.
///
/// @throws std::invalid_argument it is something else, or a field is blank
inline Saying parseSaying(std::string_view json) {
  const nlohmann::json object = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (object.is_discarded()) throw std::invalid_argument("malformed JSON");
  const auto text = [&](const char* field) {
    const auto found = object.is_object() ? object.find(field) : object.end();
    if (found == object.end() || !found->is_string()) {
      throw std::invalid_argument(std::string("'") + field + "' is missing or no text");
    }
    return found->get<std::string>();
  };
  Saying saying(text("name"), text("text"));
  if (isBlank(saying.name)) throw std::invalid_argument("'name' is empty");
  if (isBlank(saying.text)) throw std::invalid_argument("'text' is empty");
  return saying;
}

/// What somebody has said.
struct ChatMessage {
  std::uint64_t id;        // grows with each message; below 2^53, so that JavaScript's numbers hold it
  std::int64_t timestamp;  // in milliseconds since the beginning of 1970
  Saying saying;
};

inline std::string toJson(const ChatMessage& message) {
  const nlohmann::ordered_json json{{"id", message.id},
                                    {"name", message.saying.name},
                                    {"text", message.saying.text},
                                    {"timestamp", isoTime(message.timestamp)}};
  return json.dump();
}

/// {"error"}
inline std::string errorJson(const std::string& why) { return nlohmann::json{{"error", why}}.dump(); }

}  // namespace example
