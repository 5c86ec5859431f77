// SPDX-License-Identifier: MIT
//
// The exceptions of netlite: java.net's and java.io's, grown on std::system_error so that code() can be compared with
// std::errc on every platform. what() reads "operation address: reason", as in
// "connect to localhost/127.0.0.1:9: Connection refused".
//
// Thread-safety: as for any exception object, const access from several threads is safe.
#pragma once

#include <netlite/export.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

/// Everything of netlite, but for its macros, which begin with NETLITE_.
namespace netlite {

/// A wrong argument: port 65536, a negative timeout, a null pointer. Thrown before anything is touched. It is
/// std::invalid_argument under the name that Java gives it.
using IllegalArgumentException = std::invalid_argument;

/// Something went wrong with input or output. Catch this one to catch them all, but for wrong arguments and a lack of
/// memory.
///
/// Thread-safety: it and its kin are as any exception object: const access from several threads is safe. None of their
/// members blocks.
class NETLITE_API IOException : public std::system_error {
 public:
  /// Makes an exception whose what() is `text`, ": " and the message of `code`.
  ///
  /// @param code the reason. A code of zero would say "no error", so it is replaced by std::errc::io_error.
  /// @param text the operation and the address, such as "read from /127.0.0.1:80"
  IOException(std::error_code code, const std::string& text);
  IOException(const IOException&) = default;
  IOException& operator=(const IOException&) = default;
  ~IOException() override;
};

/// The stream ended before everything that was asked for had come (InputStream::readFully).
class NETLITE_API EOFException : public IOException {
 public:
  using IOException::IOException;
  EOFException(const EOFException&) = default;
  EOFException& operator=(const EOFException&) = default;
  ~EOFException() override;
};

/// A line is longer than BufferedReader::setMaxLineLength allows. The next readLine() gives the next line.
class NETLITE_API LineTooLongException : public IOException {
 public:
  using IOException::IOException;
  LineTooLongException(const LineTooLongException&) = default;
  LineTooLongException& operator=(const LineTooLongException&) = default;
  ~LineTooLongException() override;
};

/// A host name has no address, or is not a host name. As in Java it is not a SocketException.
class NETLITE_API UnknownHostException : public IOException {
 public:
  using IOException::IOException;

  /// @param code the reason
  /// @param text the operation and the host
  /// @param host the host alone, for host()
  UnknownHostException(std::error_code code, const std::string& text, std::string host);
  UnknownHostException(const UnknownHostException&) = default;
  UnknownHostException& operator=(const UnknownHostException&) = default;
  ~UnknownHostException() override;

  /// The host that was looked up, as it was given.
  ///
  /// @return the host; empty where the exception was made without one
  const std::string& host() const noexcept { return host_; }

 private:
  std::string host_;
};

/// An operation was cut short.
class NETLITE_API InterruptedIOException : public IOException {
 public:
  using IOException::IOException;

  /// @param code the reason
  /// @param text the operation and the address
  /// @param bytesTransferred the bytes that had gone out, or into the caller's buffer, before the interruption
  InterruptedIOException(std::error_code code, const std::string& text, std::size_t bytesTransferred);

  /// The same interruption with another count: for a call that is made of several calls.
  ///
  /// @param interruption     what cut the inner call short; code() and what() are taken from it
  /// @param bytesTransferred the bytes that the whole call had transferred
  InterruptedIOException(const InterruptedIOException& interruption, std::size_t bytesTransferred);
  InterruptedIOException(const InterruptedIOException&) = default;
  InterruptedIOException& operator=(const InterruptedIOException&) = default;
  ~InterruptedIOException() override;

  /// How many bytes had been written, or put into the caller's buffer, when the call was cut short
  /// (java.io.InterruptedIOException.bytesTransferred).
  ///
  /// @return the number of bytes; 0 where the call hands out nothing it has not finished
  std::size_t bytesTransferred() const noexcept { return bytes_transferred_; }

 private:
  std::size_t bytes_transferred_ = 0;
};

/// A deadline passed (setSoTimeout, setWriteTimeout, connect's timeout). code() equals std::errc::timed_out. The socket
/// is still good, and nothing that had arrived is lost. As in Java it is not a SocketException.
class NETLITE_API SocketTimeoutException : public InterruptedIOException {
 public:
  using InterruptedIOException::InterruptedIOException;
  SocketTimeoutException(const SocketTimeoutException&) = default;
  SocketTimeoutException& operator=(const SocketTimeoutException&) = default;
  ~SocketTimeoutException() override;
};

/// A socket operation failed: the connection was reset, the socket is closed (std::errc::operation_canceled), a setting
/// was refused.
class NETLITE_API SocketException : public IOException {
 public:
  using IOException::IOException;
  SocketException(const SocketException&) = default;
  SocketException& operator=(const SocketException&) = default;
  ~SocketException() override;
};

/// A local address or port could not be had: it is in use, not this machine's, not permitted, or the system has no
/// descriptor left.
class NETLITE_API BindException : public SocketException {
 public:
  using SocketException::SocketException;
  BindException(const BindException&) = default;
  BindException& operator=(const BindException&) = default;
  ~BindException() override;
};

/// The other machine did not take the connection: nobody listens on the port, the system gave up asking, or it could
/// not even ask.
class NETLITE_API ConnectException : public SocketException {
 public:
  using SocketException::SocketException;
  ConnectException(const ConnectException&) = default;
  ConnectException& operator=(const ConnectException&) = default;
  ~ConnectException() override;
};

/// No way leads to the other machine or to its network.
class NETLITE_API NoRouteToHostException : public SocketException {
 public:
  using SocketException::SocketException;
  NoRouteToHostException(const NoRouteToHostException&) = default;
  NoRouteToHostException& operator=(const NoRouteToHostException&) = default;
  ~NoRouteToHostException() override;
};

/// The other machine said by ICMP that nobody listens on a datagram's port (connected datagram sockets only).
class NETLITE_API PortUnreachableException : public SocketException {
 public:
  using SocketException::SocketException;
  PortUnreachableException(const PortUnreachableException&) = default;
  PortUnreachableException& operator=(const PortUnreachableException&) = default;
  ~PortUnreachableException() override;
};

}  // namespace netlite
