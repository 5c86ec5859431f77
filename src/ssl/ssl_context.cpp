// SPDX-License-Identifier: MIT
//
// SSLContext: settings, and sockets with a TlsChannel.
// Thread-safety: see the header.
#include <netlite/ssl_context.hpp>

#include "base/arguments.hpp"
#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "net/channel.hpp"
#include "ssl/annotated_mutex.hpp"
#include "ssl/host_name.hpp"
#include "ssl/settings.hpp"
#include "ssl/tls_channel.hpp"

#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

using ssl::AnnotatedMutex;
using ssl::Identity;
using ssl::MutexLock;
using ssl::Settings;
using ssl::Setup;
using ssl::TlsChannel;

constexpr std::size_t kMaxProtocolSize = 255;  // RFC 7301
constexpr std::size_t kMaxProtocolsSize = 65535;

std::string onTheWire(const std::vector<std::string>& protocols) {
  std::string bytes;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > kMaxProtocolSize) {
      throw std::invalid_argument("application protocol of " + std::to_string(protocol.size()) + " bytes");
    }
    bytes += static_cast<char>(protocol.size());
    bytes += protocol;
  }
  if (bytes.size() > kMaxProtocolsSize) throw std::invalid_argument("too many application protocols");
  return bytes;
}

// What a session may be resumed with, besides the settings.
std::string serverText(const Socket& socket, const std::string& host) {
  if (socket.isUnixDomain()) return host + " " + socket.getUnixDomainAddress().toString();
  return host + ":" + std::to_string(socket.getPort());
}

}  // namespace

class SSLContext::State final : public ChannelFactory, public std::enable_shared_from_this<State> {
 public:
  /// The settings as they are, for one connection.
  std::shared_ptr<Setup> setup() NETLITE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (setup_ == nullptr) setup_ = std::make_shared<Setup>(settings_);
    return setup_;
  }

  /// Changes the settings for the connections to come, which resume no earlier session.
  template <typename Change>
  void change(Change change) NETLITE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    change(settings_);
    setup_ = nullptr;
  }

  std::unique_ptr<Channel> make() override { return std::make_unique<TlsChannel>(setup(), TlsChannel::Side::server); }

 private:
  AnnotatedMutex mutex_;
  Settings settings_ NETLITE_GUARDED_BY(mutex_);
  std::shared_ptr<Setup> setup_ NETLITE_GUARDED_BY(mutex_);  // null until the first connection after a change
};

SSLContext::SSLContext() : state_(std::make_shared<State>()) {}
SSLContext::SSLContext(const SSLContext&) = default;
SSLContext& SSLContext::operator=(const SSLContext&) = default;
SSLContext::~SSLContext() = default;

void SSLContext::loadCertificate(const std::string& chainFile, const std::string& keyFile,
                                 const std::string& password) {
  auto identity = std::make_shared<const Identity>(ssl::loadIdentity(chainFile, keyFile, password));
  state_->change([&](Settings& settings) { settings.identity = std::move(identity); });
}

void SSLContext::addCertificate(const std::string& hostName, const std::string& chainFile, const std::string& keyFile,
                                const std::string& password) {
  const std::string name = ssl::checkedServerName(hostName);
  auto identity = std::make_shared<const Identity>(ssl::loadIdentity(chainFile, keyFile, password));
  state_->change([&](Settings& settings) { settings.identitiesByName[name] = std::move(identity); });
}

void SSLContext::loadTrustedCertificates(const std::string& file) {
  auto certificates = std::make_shared<const ssl::Certificates>(ssl::loadCertificates(file));
  state_->change([&](Settings& settings) { settings.trusted.push_back(std::move(certificates)); });
}

void SSLContext::setNeedClientAuth(bool on) {
  state_->change(
      [on](Settings& settings) { settings.clientAuth = on ? ssl::ClientAuth::needed : ssl::ClientAuth::none; });
}

void SSLContext::setWantClientAuth(bool on) {
  state_->change(
      [on](Settings& settings) { settings.clientAuth = on ? ssl::ClientAuth::wanted : ssl::ClientAuth::none; });
}

void SSLContext::setProtocols(SSLProtocol lowest, SSLProtocol highest) {
  if (highest < lowest) throw std::invalid_argument("highest protocol is lower than the lowest");
  state_->change([=](Settings& settings) {
    settings.lowest = lowest;
    settings.highest = highest;
  });
}

void SSLContext::setCipherSuites(const std::string& list) {
  state_->change([&list](Settings& settings) { ssl::setCipherSuites(settings, list); });
}

void SSLContext::setApplicationProtocols(const std::vector<std::string>& protocols) {
  std::string bytes = onTheWire(protocols);
  state_->change([&](Settings& settings) { settings.applicationProtocols = std::move(bytes); });
}

void SSLContext::setHandshakeTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  state_->change([=](Settings& settings) { settings.handshakeTimeout = timeout; });
}

void SSLContext::setVerifyHostName(bool on) {
  state_->change([on](Settings& settings) { settings.verifiesHostName = on; });
}

Socket SSLContext::createSocket(const std::string& host, int port, std::chrono::milliseconds timeout) {
  const Deadline deadline = Deadline::after(checkedTimeout(timeout));
  const std::string name = ssl::checkedHost(host);
  Socket socket(host, port, timeout);
  setChannel(socket,
             std::make_unique<TlsChannel>(state_->setup(), TlsChannel::Side::client, name, serverText(socket, name)));
  completeHandshake(socket, deadline);
  return socket;
}

Socket SSLContext::createSocket(Socket connected, const std::string& host) {
  const std::string name = ssl::checkedHost(host);
  setChannel(connected, std::make_unique<TlsChannel>(state_->setup(), TlsChannel::Side::client, name,
                                                     serverText(connected, name)));
  completeHandshake(connected, Deadline::never());
  return connected;
}

ServerSocket SSLContext::createServerSocket(int port, int backlog, const InetAddress& bindAddress) {
  return wrap(ServerSocket(port, backlog, bindAddress));
}

ServerSocket SSLContext::wrap(ServerSocket server) {
  setChannelFactory(server, state_);
  return server;
}

Socket SSLContext::acceptSocket(Socket connected) {
  setChannel(connected, state_->make());
  return connected;
}

}  // namespace netlite
