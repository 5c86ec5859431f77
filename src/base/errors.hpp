// SPDX-License-Identifier: MIT
//
// The reasons that are netlite's own, not the system's, and how an exception is made from an operation, an address and
// a reason.
// Thread-safety: no shared state.
#pragma once

#include <netlite/inet_socket_address.hpp>

#include <cstddef>
#include <string>
#include <system_error>

namespace netlite {

/// Each has a message of its own and compares with the std::errc named behind it.
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

/// What kind of operation failed, which decides the exception's type for a system error.
enum class Operation { bind, connect, other };

/// Throws the exception that fits: BindException, ConnectException, NoRouteToHostException or SocketException.
///
/// @param what the operation and the address, such as "connect to localhost/127.0.0.1:9"
[[noreturn]] void throwSocketError(Operation operation, const std::string& what, std::error_code code);

/// Throws a SocketException with one of netlite's own reasons.
[[noreturn]] void throwSocketError(const std::string& what, Error error);

/// Throws a SocketTimeoutException: "read from /127.0.0.1:80: Timed out".
[[noreturn]] void throwTimeout(const std::string& what, std::size_t bytesTransferred = 0);

/// Throws std::invalid_argument.
[[noreturn]] void throwNullBuffer();

/// Throws std::invalid_argument if there are bytes but no place for them: what read and write check first.
inline void checkBuffer(const void* buffer, std::size_t size) {
  if (buffer == nullptr && size != 0) throwNullBuffer();
}

/// The port as it is if it is from `lowest` to 65535.
/// @throws std::invalid_argument it is not
int checkedPort(int port, int lowest);

/// The size as it is if it is at least 1 byte.
/// @throws std::invalid_argument it is not
int checkedBufferSize(int size);

/// The traffic class as it is if it is from 0 to 255.
/// @throws std::invalid_argument it is not
int checkedTrafficClass(int trafficClass);

}  // namespace netlite

template <>
struct std::is_error_code_enum<netlite::Error> : std::true_type {};
