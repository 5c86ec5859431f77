// SPDX-License-Identifier: MIT
//
// netlite's error category.
// Thread-safety: no shared state except a constant category object.
#include "base/errors.hpp"

#include "base/no_destructor.hpp"

#include <netlite/exceptions.hpp>

namespace netlite {

namespace {

struct Reason {
  const char* message;
  std::errc condition;
};

Reason reasonFor(int value) {
  switch (static_cast<Error>(value)) {
    case Error::socketClosed: return {"Socket closed", std::errc::operation_canceled};
    case Error::streamClosed: return {"Stream closed", std::errc::operation_canceled};
    case Error::timedOut: return {"Timed out", std::errc::timed_out};
    case Error::endOfStream: return {"Unexpected end of stream", std::errc::no_message_available};
    case Error::lineTooLong: return {"Line too long", std::errc::message_size};
    case Error::malformedText: return {"Malformed text", std::errc::illegal_byte_sequence};
    case Error::textTooLong: return {"Text too long", std::errc::message_size};
    case Error::unknownHost: return {"Not a host name or address", std::errc::no_such_device_or_address};
    case Error::notConnected: return {"Socket is not connected", std::errc::not_connected};
    case Error::alreadyConnected: return {"Socket is already connected", std::errc::already_connected};
    case Error::alreadySecured: return {"Socket is already encrypted", std::errc::already_connected};
    case Error::connecting: return {"Socket is already connecting", std::errc::connection_already_in_progress};
    case Error::notBound: return {"Socket is not bound yet", std::errc::invalid_argument};
    case Error::alreadyBound: return {"Socket is already bound", std::errc::invalid_argument};
    case Error::inputShutDown: return {"Socket input is shut down", std::errc::not_connected};
    case Error::outputShutDown: return {"Socket output is shut down", std::errc::broken_pipe};
    case Error::noUnixDomain: return {"Unix-domain address is not supported", std::errc::address_family_not_supported};
    case Error::isUnixDomain: return {"Unix-domain socket has no IP addresses", std::errc::operation_not_supported};
    case Error::notUnixDomain: return {"Not a Unix-domain socket", std::errc::operation_not_supported};
    case Error::notSupported: return {"Operation not supported", std::errc::operation_not_supported};
  }
  return {"Unknown netlite error", std::errc::io_error};
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "netlite"; }
  std::string message(int value) const override { return reasonFor(value).message; }
  std::error_condition default_error_condition(int value) const noexcept override {
    return std::make_error_condition(reasonFor(value).condition);
  }
};

}  // namespace

std::error_code make_error_code(Error error) noexcept {
  static NoDestructor<Category> category;
  return {static_cast<int>(error), *category};
}

void throwSocketError(Operation operation, const std::string& what, std::error_code code) {
  if (operation == Operation::bind) throw BindException(code, what);
  if (code == std::errc::host_unreachable || code == std::errc::network_unreachable) {
    throw NoRouteToHostException(code, what);
  }
  if (operation == Operation::connect) throw ConnectException(code, what);
  throw SocketException(code, what);
}

void throwSocketError(const std::string& what, Error error) { throw SocketException(error, what); }

void throwEndOfStream(std::size_t count, std::size_t size) {
  const std::string what = "read " + std::to_string(count) + " of " + std::to_string(size) + " bytes";
  throw EOFException(Error::endOfStream, what, count);
}

void throwMalformed(const char* operation, std::size_t position) {
  throw UTFDataFormatException(Error::malformedText, operation + (": around byte " + std::to_string(position)));
}

void throwTimeout(const std::string& what, std::size_t bytesTransferred) {
  throw SocketTimeoutException(Error::timedOut, what, bytesTransferred);
}

}  // namespace netlite
