// SPDX-License-Identifier: MIT
//
// netlite's own error codes, and the functions that choose and throw the exception for a failure. They are exported for
// the component netlite::ssl, a library outside the core.
// Thread-safety: no shared state.
#pragma once

#include <netlite/export.hpp>

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
  malformedText,     // illegal_byte_sequence
  textTooLong,       // message_size
  unknownHost,       // no_such_device_or_address
  notConnected,      // not_connected
  alreadyConnected,  // already_connected
  alreadySecured,    // already_connected
  connecting,        // connection_already_in_progress
  notBound,          // invalid_argument
  alreadyBound,      // invalid_argument
  inputShutDown,     // not_connected
  outputShutDown,    // broken_pipe
  noUnixDomain,      // address_family_not_supported
  isUnixDomain,      // operation_not_supported
  notUnixDomain,     // operation_not_supported
  notSupported       // operation_not_supported
};

NETLITE_API std::error_code make_error_code(Error error) noexcept;

/// The kind of operation that failed. With the error code it decides the exception's type.
enum class Operation { bind, connect, other };

/// Throws the exception that fits: BindException, ConnectException, NoRouteToHostException or SocketException.
///
/// @param what the operation and the address, such as "connect to localhost/127.0.0.1:9"
[[noreturn]] void throwSocketError(Operation operation, const std::string& what, std::error_code code);

/// Throws a SocketException with one of netlite's own reasons.
[[noreturn]] NETLITE_API void throwSocketError(const std::string& what, Error error);

/// Throws an EOFException: "read 3 of 10 bytes: Unexpected end of stream".
[[noreturn]] void throwEndOfStream(std::size_t count, std::size_t size);

/// Throws a UTFDataFormatException: "readUTF: around byte 3: Malformed text".
[[noreturn]] void throwMalformed(const char* operation, std::size_t position);

/// Throws a SocketTimeoutException: "read from /127.0.0.1:80: Timed out".
[[noreturn]] NETLITE_API void throwTimeout(const std::string& what, std::size_t bytesTransferred = 0);

}  // namespace netlite

template <>
struct std::is_error_code_enum<netlite::Error> : std::true_type {};
