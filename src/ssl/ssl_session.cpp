// SPDX-License-Identifier: MIT
//
// SSLSession: the facade of what a TlsChannel has agreed on.
// Thread-safety: see the header.
#include <netlite/ssl_session.hpp>

#include "ssl/tls_channel.hpp"

#include <netlite/ssl_exceptions.hpp>

#include <utility>

namespace netlite {

struct SSLSession::Data {
  ssl::TlsChannel::Agreement agreement;
  std::string host;
  std::string peer;  // for messages
};

namespace {

std::string peerText(const Socket& socket) {
  return socket.isUnixDomain() ? socket.getUnixDomainAddress().toString() : socket.getRemoteSocketAddress().toString();
}

std::string addressText(const Socket& socket) {
  return socket.isUnixDomain() ? socket.getUnixDomainAddress().toString() : socket.getInetAddress().getHostAddress();
}

}  // namespace

SSLSession SSLSession::of(Socket& socket) {
  Channel* const channel = channelOf(socket);
  if (channel == nullptr) {
    throw SSLException(std::make_error_code(std::errc::invalid_argument), "session of " + socket.toString(),
                       "the socket is a plain one");
  }
  completeHandshake(socket, Deadline::never());
  auto& tls = static_cast<ssl::TlsChannel&>(*channel);  // there are no other channels
  const std::string host = tls.host().empty() ? addressText(socket) : tls.host();
  return SSLSession(std::make_shared<const Data>(Data{tls.agreement(), host, peerText(socket)}));
}

SSLSession::SSLSession(std::shared_ptr<const Data> data) noexcept : data_(std::move(data)) {}
SSLSession::SSLSession(const SSLSession&) = default;
SSLSession& SSLSession::operator=(const SSLSession&) = default;
SSLSession::~SSLSession() = default;

const std::string& SSLSession::getProtocol() const noexcept { return data_->agreement.protocol; }
const std::string& SSLSession::getCipherSuite() const noexcept { return data_->agreement.cipherSuite; }
const std::string& SSLSession::getPeerHost() const noexcept { return data_->host; }
const std::string& SSLSession::getApplicationProtocol() const noexcept { return data_->agreement.applicationProtocol; }
bool SSLSession::isResumed() const noexcept { return data_->agreement.isResumed; }

const std::vector<SSLCertificate>& SSLSession::getPeerCertificates() const {
  if (data_->agreement.peerCertificates.empty()) {
    throw SSLPeerUnverifiedException(std::make_error_code(std::errc::protocol_error), "certificates of " + data_->peer,
                                     "the peer showed none");
  }
  return data_->agreement.peerCertificates;
}

}  // namespace netlite
