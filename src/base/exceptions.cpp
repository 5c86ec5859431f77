// SPDX-License-Identifier: MIT
//
// The exceptions' constructors, and their destructors, which are defined here so that each vtable exists only once: a
// program then catches by its type what a shared library throws.
// Thread-safety: no shared state.
#include <netlite/exceptions.hpp>

#include <utility>

namespace netlite {

namespace {

std::error_code neverZero(std::error_code code) { return code ? code : std::make_error_code(std::errc::io_error); }

}  // namespace

IOException::IOException(std::error_code code, const std::string& text) : std::system_error(neverZero(code), text) {}

EOFException::EOFException(std::error_code code, const std::string& text, std::size_t bytesTransferred)
    : IOException(code, text), bytes_transferred_(bytesTransferred) {}

UnknownHostException::UnknownHostException(std::error_code code, const std::string& text, std::string host)
    : IOException(code, text), host_(std::move(host)) {}

InterruptedIOException::InterruptedIOException(std::error_code code, const std::string& text,
                                               std::size_t bytesTransferred)
    : IOException(code, text), bytes_transferred_(bytesTransferred) {}

InterruptedIOException::InterruptedIOException(const InterruptedIOException& interruption, std::size_t bytesTransferred)
    : IOException(interruption), bytes_transferred_(bytesTransferred) {}

IOException::~IOException() = default;
EOFException::~EOFException() = default;
FileNotFoundException::~FileNotFoundException() = default;
LineTooLongException::~LineTooLongException() = default;
UTFDataFormatException::~UTFDataFormatException() = default;
UnknownHostException::~UnknownHostException() = default;
InterruptedIOException::~InterruptedIOException() = default;
SocketTimeoutException::~SocketTimeoutException() = default;
SocketException::~SocketException() = default;
BindException::~BindException() = default;
ConnectException::~ConnectException() = default;
NoRouteToHostException::~NoRouteToHostException() = default;
PortUnreachableException::~PortUnreachableException() = default;
TimeoutException::~TimeoutException() = default;
RejectedExecutionException::~RejectedExecutionException() = default;
QueueClosedException::~QueueClosedException() = default;
IllegalStateException::~IllegalStateException() = default;

}  // namespace netlite
