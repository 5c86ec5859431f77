// SPDX-License-Identifier: MIT
//
// The exceptions of netlite: those of java.net and java.io, derived from std::system_error, and those of threads,
// derived from std::runtime_error.
#pragma once

#include <netlite/export.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

/// All of netlite except its macros, which begin with NETLITE_.
namespace netlite {

/// An invalid argument: port 65536, a negative timeout, a null pointer. Thrown before anything is changed. Java's name
/// for std::invalid_argument.
using IllegalArgumentException = std::invalid_argument;

/// The base of all I/O errors; invalid arguments, std::bad_alloc and the exceptions of threads are not derived from it.
/// code() compares with std::errc on every platform. what() reads "operation address: reason", as in "connect to
/// localhost/127.0.0.1:9: Connection refused".
///
/// Thread-safety: as for any exception object, const access from several threads is safe, also to the derived classes.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API IOException : public std::system_error {
 public:
  /// Creates an exception whose what() is `text`, ": " and the message of `code`.
  ///
  /// @param code the reason. A zero code would say "no error", so it is replaced by std::errc::io_error.
  /// @param text the operation and the address, such as "read from /127.0.0.1:80"
  IOException(std::error_code code, const std::string& text);
  IOException(const IOException&) = default;
  IOException& operator=(const IOException&) = default;
  ~IOException() override;
};

/// The stream ended before all the bytes that the caller requested had arrived (InputStream::readFully,
/// DataInputStream::readInt).
class NETLITE_API EOFException : public IOException {
 public:
  using IOException::IOException;

  /// Creates an exception as IOException does; `bytesTransferred` is what bytesTransferred() returns.
  EOFException(std::error_code code, const std::string& text, std::size_t bytesTransferred);
  EOFException(const EOFException&) = default;
  EOFException& operator=(const EOFException&) = default;
  ~EOFException() override;

  /// How many of the bytes had arrived when the stream ended. Those of a readFully() are in the caller's buffer, those
  /// of a value are dropped; 0 means that the stream ended between two values.
  std::size_t bytesTransferred() const noexcept { return bytes_transferred_; }

 private:
  std::size_t bytes_transferred_ = 0;
};

/// A file cannot be opened (FileInputStream, FileOutputStream), for whatever reason. what() names the path and the
/// reason; only if code() equals std::errc::no_such_file_or_directory does the file not exist.
class NETLITE_API FileNotFoundException : public IOException {
 public:
  using IOException::IOException;
  FileNotFoundException(const FileNotFoundException&) = default;
  FileNotFoundException& operator=(const FileNotFoundException&) = default;
  ~FileNotFoundException() override;
};

/// A line is longer than BufferedReader::setMaxLineLength allows. The next readLine() returns the next line.
class NETLITE_API LineTooLongException : public IOException {
 public:
  using IOException::IOException;
  LineTooLongException(const LineTooLongException&) = default;
  LineTooLongException& operator=(const LineTooLongException&) = default;
  ~LineTooLongException() override;
};

/// A text is not what DataInputStream::readUTF or DataOutputStream::writeUTF can transfer: its bytes are malformed, or
/// it is too long. A malformed text that arrived was consumed whole, so the next value is read correctly.
class NETLITE_API UTFDataFormatException : public IOException {
 public:
  using IOException::IOException;
  UTFDataFormatException(const UTFDataFormatException&) = default;
  UTFDataFormatException& operator=(const UTFDataFormatException&) = default;
  ~UTFDataFormatException() override;
};

/// A host name is malformed or has no address. As in Java it is not a SocketException.
class NETLITE_API UnknownHostException : public IOException {
 public:
  using IOException::IOException;

  /// Creates an exception as IOException does; `host` is what host() returns.
  UnknownHostException(std::error_code code, const std::string& text, std::string host);
  UnknownHostException(const UnknownHostException&) = default;
  UnknownHostException& operator=(const UnknownHostException&) = default;
  ~UnknownHostException() override;

  /// The host that was looked up, as the caller gave it; empty if the exception was created without one.
  const std::string& host() const noexcept { return host_; }

 private:
  std::string host_;
};

/// An operation was interrupted before it was complete.
class NETLITE_API InterruptedIOException : public IOException {
 public:
  using IOException::IOException;

  /// Creates an exception as IOException does; `bytesTransferred` is what bytesTransferred() returns.
  InterruptedIOException(std::error_code code, const std::string& text, std::size_t bytesTransferred);

  /// Copies code() and what() of an interruption, with another count: for a call that consists of several calls.
  ///
  /// @param interruption     what interrupted the inner call
  /// @param bytesTransferred the bytes that the whole call had transferred
  InterruptedIOException(const InterruptedIOException& interruption, std::size_t bytesTransferred);
  InterruptedIOException(const InterruptedIOException&) = default;
  InterruptedIOException& operator=(const InterruptedIOException&) = default;
  ~InterruptedIOException() override;

  /// How many bytes had been written, or put into the caller's buffer, when the call was interrupted (as
  /// java.io.InterruptedIOException.bytesTransferred); 0 for calls that hand out nothing before they are complete.
  std::size_t bytesTransferred() const noexcept { return bytes_transferred_; }

 private:
  std::size_t bytes_transferred_ = 0;
};

/// A deadline passed (setSoTimeout, setWriteTimeout, connect's timeout). code() equals std::errc::timed_out. The socket
/// can still be used, and nothing that had arrived is lost. As in Java it is not a SocketException.
class NETLITE_API SocketTimeoutException : public InterruptedIOException {
 public:
  using InterruptedIOException::InterruptedIOException;
  SocketTimeoutException(const SocketTimeoutException&) = default;
  SocketTimeoutException& operator=(const SocketTimeoutException&) = default;
  ~SocketTimeoutException() override;
};

/// A socket operation failed: the connection was reset, the socket is closed (std::errc::operation_canceled), or the
/// system refused a setting.
class NETLITE_API SocketException : public IOException {
 public:
  using IOException::IOException;
  SocketException(const SocketException&) = default;
  SocketException& operator=(const SocketException&) = default;
  ~SocketException() override;
};

/// A local address or port is not available: it is in use, not this machine's or not permitted, or the system has no
/// descriptor left.
class NETLITE_API BindException : public SocketException {
 public:
  using SocketException::SocketException;
  BindException(const BindException&) = default;
  BindException& operator=(const BindException&) = default;
  ~BindException() override;
};

/// The connection was not established: the peer refused it, the system gave up, or it could not even try.
class NETLITE_API ConnectException : public SocketException {
 public:
  using SocketException::SocketException;
  ConnectException(const ConnectException&) = default;
  ConnectException& operator=(const ConnectException&) = default;
  ~ConnectException() override;
};

/// No route leads to the peer's host or network.
class NETLITE_API NoRouteToHostException : public SocketException {
 public:
  using SocketException::SocketException;
  NoRouteToHostException(const NoRouteToHostException&) = default;
  NoRouteToHostException& operator=(const NoRouteToHostException&) = default;
  ~NoRouteToHostException() override;
};

/// The peer's host reported by ICMP that no socket is bound to a datagram's port (connected datagram sockets only).
class NETLITE_API PortUnreachableException : public SocketException {
 public:
  using SocketException::SocketException;
  PortUnreachableException(const PortUnreachableException&) = default;
  PortUnreachableException& operator=(const PortUnreachableException&) = default;
  ~PortUnreachableException() override;
};

/// The time that a wait for another thread may take is over (Future::get with a timeout).
class NETLITE_API TimeoutException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  TimeoutException(const TimeoutException&) = default;
  TimeoutException& operator=(const TimeoutException&) = default;
  ~TimeoutException() override;
};

/// An ExecutorService that is closed was given a task.
class NETLITE_API RejectedExecutionException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  RejectedExecutionException(const RejectedExecutionException&) = default;
  RejectedExecutionException& operator=(const RejectedExecutionException&) = default;
  ~RejectedExecutionException() override;
};

/// A BlockingQueue is closed: it takes no more elements, and has none left.
class NETLITE_API QueueClosedException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  QueueClosedException(const QueueClosedException&) = default;
  QueueClosedException& operator=(const QueueClosedException&) = default;
  ~QueueClosedException() override;
};

/// The call does not fit the object's state: a thread joins itself, a setting comes too late.
class NETLITE_API IllegalStateException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  IllegalStateException(const IllegalStateException&) = default;
  IllegalStateException& operator=(const IllegalStateException&) = default;
  ~IllegalStateException() override;
};

}  // namespace netlite
