// SPDX-License-Identifier: MIT
//
// The exceptions of TLS; see src/base/exceptions.cpp for why their destructors are defined here.
// Thread-safety: no shared state.
#include <netlite/ssl_exceptions.hpp>

namespace netlite {

SSLException::SSLException(std::error_code code, const std::string& text, const std::string& reason)
    : IOException(code, text), message_(std::make_shared<const std::string>(text + ": " + reason)) {}

const char* SSLException::what() const noexcept {
  return message_ != nullptr ? message_->c_str() : IOException::what();
}

SSLException::~SSLException() = default;
SSLHandshakeException::~SSLHandshakeException() = default;
SSLPeerUnverifiedException::~SSLPeerUnverifiedException() = default;
SSLProtocolException::~SSLProtocolException() = default;

}  // namespace netlite
