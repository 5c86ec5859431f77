// SPDX-License-Identifier: MIT
//
// The system's sockets without netlite, for the baselines and the load generators.
// Thread-safety: a descriptor belongs to one thread at a time; the functions share nothing.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace bench {

[[noreturn]] inline void throwSystemError(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

template <typename Result>
Result checked(Result result, const char* call) {
  if (result < 0) throwSystemError(call);
  return result;
}

/// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const noexcept { return number_; }

 private:
  int number_ = -1;
};

inline sockaddr_in loopbackAddress(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline void setNoDelay(int descriptor) {
  const int on = 1;
  checked(::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
}

/// A socket on a free port of the loopback address.
inline Descriptor boundToLoopback(int type) {
  Descriptor socket(checked(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
  const sockaddr_in address = loopbackAddress(0);
  checked(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  return socket;
}

inline Descriptor listenOnLoopback() {
  Descriptor listener = boundToLoopback(SOCK_STREAM);
  checked(::listen(listener.get(), SOMAXCONN), "listen");
  return listener;
}

inline int portOf(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

inline Descriptor acceptFrom(const Descriptor& listener) {
  return Descriptor(checked(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
}

inline void connectTo(const Descriptor& socket, int port) {
  const sockaddr_in address = loopbackAddress(port);
  checked(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
}

inline Descriptor connectedTo(int port) {
  Descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  setNoDelay(socket.get());
  connectTo(socket, port);
  return socket;
}

/// The same, rotating through 250 source addresses of this machine.
inline Descriptor connectedFromAnyAddress(int port) {
  static unsigned turn = 0;
  Descriptor socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  setNoDelay(socket.get());
  const int on = 1;  // connect chooses a port that is free for this destination
  checked(::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "setsockopt");
  sockaddr_in address = loopbackAddress(0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % 250);
  checked(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  connectTo(socket, port);
  return socket;
}

/// A Unix-domain stream socket, and its address: an abstract name, which leaves no file.
inline Descriptor unixDomainSocket() {
  return Descriptor(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

inline std::pair<sockaddr_un, socklen_t> abstractAddress(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())};
}

inline Descriptor listenOnName(std::string_view name) {
  Descriptor listener = unixDomainSocket();
  const auto [address, size] = abstractAddress(name);
  checked(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size), "bind");
  checked(::listen(listener.get(), SOMAXCONN), "listen");
  return listener;
}

inline Descriptor connectedToName(std::string_view name) {
  Descriptor socket = unixDomainSocket();
  const auto [address, size] = abstractAddress(name);
  checked(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size), "connect");
  return socket;
}

/// The two ends of one TCP connection.
struct DescriptorPair {
  Descriptor client;
  Descriptor server;
};

inline DescriptorPair connectedDescriptors() {
  const Descriptor listener = listenOnLoopback();
  Descriptor client = connectedTo(portOf(listener));
  Descriptor server = acceptFrom(listener);
  setNoDelay(server.get());
  return {std::move(client), std::move(server)};
}

inline void sendAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(
        static_cast<std::size_t>(checked(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL), "send")));
  }
}

/// Receives at least one byte; returns 0 at the end.
inline std::size_t receiveSome(int descriptor, char* buffer, std::size_t size) {
  return static_cast<std::size_t>(checked(::recv(descriptor, buffer, size, 0), "recv"));
}

/// Waits until the peer closes, and makes this side's close leave no TIME_WAIT, which would occupy the port.
inline void awaitClose(const Descriptor& socket) {
  char byte = 0;
  while (receiveSome(socket.get(), &byte, 1) > 0) continue;
  const linger reset{1, 0};
  checked(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
}

/// Shuts down both directions, which wakes a thread in receiveSome().
inline void shutDown(const Descriptor& socket) { ::shutdown(socket.get(), SHUT_RDWR); }

/// Waits for a datagram and sends it back.
inline void answerDatagram(const Descriptor& socket, char* buffer, std::size_t size) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  const auto address = reinterpret_cast<sockaddr*>(&peer);
  const ssize_t count = checked(::recvfrom(socket.get(), buffer, size, 0, address, &length), "recvfrom");
  checked(::sendto(socket.get(), buffer, static_cast<std::size_t>(count), 0, address, length), "sendto");
}

}  // namespace bench
