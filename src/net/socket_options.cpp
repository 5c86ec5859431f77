// SPDX-License-Identifier: MIT
//
// Options before and after there is a descriptor.
// Thread-safety: see the header.
#include "net/socket_options.hpp"

#include "base/errors.hpp"
#include "net/owned_handle.hpp"

#include <mutex>

namespace netlite {

namespace {

using platform::Family;
using platform::Handle;
using platform::kNoHandle;
using platform::Option;
using platform::OptionValue;

std::size_t indexOf(Option option) { return static_cast<std::size_t>(option); }

}  // namespace

void SocketOptions::set(SocketCore& core, Option option, int value, const std::string& socket) {
  const SocketCore::Pin pin(core);
  if (!pin) throwSocketError("set option of " + socket, Error::socketClosed);
  std::lock_guard<Mutex> lock(mutex_);
  if (core.handle() != kNoHandle) {
    const std::error_code error = platform::setOption(core.handle(), family_, option, value);
    if (error) throwSocketError(Operation::other, "set option of " + socket, error);
  }
  values_[indexOf(option)] = value;
  is_set_.set(indexOf(option));
}

int SocketOptions::get(SocketCore& core, Option option, const std::string& socket) const {
  const SocketCore::Pin pin(core);
  if (!pin) throwSocketError("get option of " + socket, Error::socketClosed);
  std::lock_guard<Mutex> lock(mutex_);
  const bool open = core.handle() != kNoHandle;
  if (!open && is_set_[indexOf(option)]) return values_[indexOf(option)];
  const OptionValue got = open ? platform::getOption(core.handle(), family_, option) : valueOfNewSocket(option);
  if (got.error == std::errc::operation_not_supported) return values_[indexOf(option)];  // the system does not keep it
  if (got.error) throwSocketError(Operation::other, "get option of " + socket, got.error);
  return got.value;
}

OptionValue SocketOptions::valueOfNewSocket(Option option) const {
  const platform::Opened opened = opener_(Family::ipv4);
  if (opened.error) return {0, opened.error};
  const OwnedHandle handle(opened.handle);
  return platform::getOption(handle.get(), Family::ipv4, option);
}

platform::Opened SocketOptions::open(Family family) const {
  const platform::Opened opened = opener_(family);
  if (opened.error) return opened;
  OwnedHandle handle(opened.handle);
  std::lock_guard<Mutex> lock(mutex_);
  const std::error_code error = applyTo(handle.get(), family);
  return {error ? kNoHandle : handle.release(), error};
}

platform::Opened SocketOptions::openBound(const InetSocketAddress& local, Family& family) const {
  if (local.getAddress().isAnyLocalAddress()) {
    family = Family::dualStack;
    const platform::Opened both = openBoundAs(family, local);
    if (!both.error || both.error == std::errc::address_in_use) return both;
  }
  family = familyFor(local.getAddress());
  return openBoundAs(family, local);
}

platform::Opened SocketOptions::openBoundAs(Family family, const InetSocketAddress& local) const {
  const platform::Opened opened = open(family);
  if (opened.error) return opened;
  OwnedHandle handle(opened.handle);
  const std::error_code error = platform::bind(handle.get(), family, local);
  return {error ? kNoHandle : handle.release(), error};
}

void SocketOptions::install(SocketCore& core, Handle handle, Family family) {
  std::lock_guard<Mutex> lock(mutex_);
  applyTo(handle, family);  // each was accepted when the descriptor was opened, or is reported by the next set()
  family_ = family;
  core.replaceHandle(handle);
}

Handle SocketOptions::remove(SocketCore& core) {
  std::lock_guard<Mutex> lock(mutex_);
  return core.replaceHandle(kNoHandle);
}

Family SocketOptions::family() const {
  std::lock_guard<Mutex> lock(mutex_);
  return family_;
}

std::error_code SocketOptions::applyTo(Handle handle, Family family) const {
  for (std::size_t i = 0; i < kOptionCount; ++i) {
    if (!is_set_[i]) continue;
    const std::error_code error = platform::setOption(handle, family, static_cast<Option>(i), values_[i]);
    if (error) return error;
  }
  return {};
}

Family familyFor(const InetAddress& address) { return address.isIPv6() ? Family::ipv6 : Family::ipv4; }

InetSocketAddress reachable(const InetSocketAddress& remote) {
  const InetAddress& address = remote.getAddress();
  if (!address.isAnyLocalAddress()) return remote;
  return {address.isIPv6() ? InetAddress::getByName("::1") : InetAddress::getLoopbackAddress(), remote.getPort()};
}

}  // namespace netlite
