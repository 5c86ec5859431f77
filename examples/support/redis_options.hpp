// SPDX-License-Identifier: MIT
//
// The options with which a server shares its room with other servers, through Redis.
// Thread-safety: values.
#pragma once

#include "support/arguments.hpp"
#include "support/terminal.hpp"
#include "support/tls.hpp"

#include <netlite/netlite.hpp>

#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace example {

inline const Option kRedisOption{"--redis", "HOST:PORT", "share the room with other servers, through this Redis"};
inline const Option kRoomOption{"--room", "NAME", "the room to share, lobby unless given"};
inline const Option kRedisPasswordOption{"--redis-password-file", "FILE", "the password for Redis is in FILE"};
inline const Option kRedisTlsOption{"--redis-tls", "", "speak TLS with Redis, and check its name"};
inline const Option kRedisCaOption{kCaOption.name, kCaOption.value,
                                   "trust the certificates of FILE (PEM) for Redis; implies --redis-tls"};

/// Where a room is that several servers share.
struct RedisSettings {
  std::string address;  // as it was typed
  std::string host;
  int port = 0;
  std::string room;
  std::optional<std::string> password;
  std::shared_ptr<ClientTls> tls;
};

namespace redis_options {

constexpr std::size_t kMaxRoom = 100;       // bytes
constexpr std::size_t kMaxPassword = 4096;  // bytes

/// @throws UsageError the value is not HOST:PORT
inline void setAddress(RedisSettings& settings, const std::string& value) {
  const std::size_t colon = value.rfind(':');
  const std::string port = colon == std::string::npos ? "" : value.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
  const bool isPort = error == std::errc() && end == port.data() + port.size();
  std::string host = value.substr(0, isPort ? colon : 0);
  const bool isInBrackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (isInBrackets) host = host.substr(1, host.size() - 2);
  const bool isHost = !host.empty() && (isInBrackets || host.find_first_of(":[]") == std::string::npos);
  if (!isPort || settings.port < 1 || settings.port > 65535 || !isHost) {
    throw UsageError(kRedisOption.name + ": '" + value + "' is not HOST:PORT");
  }
  settings.address = value;
  settings.host = std::move(host);
}

/// @throws UsageError the room cannot have this name
inline std::string roomName(const std::string& name) {
  if (name.empty() || name.size() > kMaxRoom || visible(name) != name) {
    throw UsageError(kRoomOption.name + ": a room's name is plain text of 1 to " + std::to_string(kMaxRoom) + " bytes");
  }
  return name;
}

/// Reads a password. A line end at its end does not count.
///
/// @throws UsageError the file cannot be read, or has no password in it
inline std::string readPassword(const std::string& file) {
  std::string password(kMaxPassword + 2, '\0');
  try {
    netlite::FileInputStream in(file);
    password.resize(in.readNBytes(&password[0], password.size()));
  } catch (const netlite::IOException& e) {
    throw UsageError(e.what());
  }
  if (!password.empty() && password.back() == '\n') password.pop_back();
  if (!password.empty() && password.back() == '\r') password.pop_back();
  if (password.empty() || password.size() > kMaxPassword) {
    throw UsageError(kRedisPasswordOption.name + ": " + file + " has no password of 1 to " +
                     std::to_string(kMaxPassword) + " bytes in it");
  }
  return password;
}

}  // namespace redis_options

/// What the options say; std::nullopt without kRedisOption.
///
/// @throws UsageError they are wrong
inline std::optional<RedisSettings> redisSettings(const Arguments& arguments) {
  if (!arguments.has(kRedisOption.name)) {
    for (const Option& option : {kRoomOption, kRedisPasswordOption, kRedisTlsOption, kRedisCaOption}) {
      if (arguments.has(option.name)) throw UsageError(option.name + " needs " + kRedisOption.name);
    }
    return std::nullopt;
  }
  RedisSettings settings;
  redis_options::setAddress(settings, arguments.value(kRedisOption.name));
  settings.room =
      redis_options::roomName(arguments.has(kRoomOption.name) ? arguments.value(kRoomOption.name) : "lobby");
  if (arguments.has(kRedisPasswordOption.name)) {
    settings.password = redis_options::readPassword(arguments.value(kRedisPasswordOption.name));
  }
  settings.tls = std::make_shared<ClientTls>(arguments, kRedisTlsOption);
  return settings;
}

}  // namespace example
