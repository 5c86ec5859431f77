// SPDX-License-Identifier: MIT
//
// netlite's own error codes, and the functions that choose and throw the exception for a failure.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>

namespace netlite {

/// netlite's own reasons. Each has its own message and compares equal to the std::errc in its comment.
enum class Error {
  socketClosed = 1,  // operation_canceled
  streamClosed,      // operation_canceled
  timedOut,          // timed_out
  endOfStream,       // no_message_available
  lineTooLong,       // message_size
  unknownHost,       // no_such_device_or_address
  notConnected,      // not_connected
  alreadyConnected,  // already_connected
  connecting,        // connection_already_in_progress
  notBound,          // invalid_argument
  alreadyBound,      // invalid_argument
  inputShutDown,     // not_connected
  outputShutDown     // broken_pipe
};

std::error_code make_error_code(Error error) noexcept;

/// The kind of operation that failed. With the error code it decides the exception's type.
enum class Operation { bind, connect, other };

/// Throws the exception that fits: BindException, ConnectException, NoRouteToHostException or SocketException.
///
/// @param what the operation and the address, such as "connect to localhost/127.0.0.1:9"
[[noreturn]] void throwSocketError(Operation operation, const std::string& what, std::error_code code);

/// Throws a SocketException with one of netlite's own reasons.
[[noreturn]] void throwSocketError(const std::string& what, Error error);

/// Throws a SocketTimeoutException: "read from /127.0.0.1:80: Timed out".
[[noreturn]] void throwTimeout(const std::string& what, std::size_t bytesTransferred = 0);

}  // namespace netlite

template <>
struct std::is_error_code_enum<netlite::Error> : std::true_type {};
