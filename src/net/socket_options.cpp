// SPDX-License-Identifier: MIT
//
// Options of a socket with and without a descriptor, and binding.
// Thread-safety: see the header.
#include "net/socket_options.hpp"

#include "base/errors.hpp"

#include <algorithm>
#include <utility>

namespace netlite {

namespace {

using platform::Address;
using platform::Family;
using platform::Handle;
using platform::kNoHandle;
using platform::Option;
using platform::Result;

std::size_t indexOf(Option option) { return static_cast<std::size_t>(option); }

bool isWildcard(const Address& address) { return address.bytes == Address().bytes; }

}  // namespace

std::error_code SocketOptions::set(SocketCore& core, Option option, int value) {
  const SocketCore::Pin pin(core);
  if (!pin) return Error::socketClosed;
  const WordMutexLock lock(mutex_);
  if (core.handle() != kNoHandle) {
    if (const std::error_code error = platform::setOption(core.handle(), family_, option, value)) return error;
  }
  values_[indexOf(option)] = value;
  is_set_.set(indexOf(option));
  return {};
}

Result<int> SocketOptions::get(SocketCore& core, Option option) const {
  const SocketCore::Pin pin(core);
  if (!pin) return make_error_code(Error::socketClosed);
  const WordMutexLock lock(mutex_);
  if (core.handle() != kNoHandle) {
    const Result<int> value = platform::getOption(core.handle(), family_, option);
    if (value.error() != std::errc::operation_not_supported) return value;
  }
  return is_set_[indexOf(option)] ? values_[indexOf(option)] : valueOfNewSocket(option);
}

// Of an IP socket, also for a Unix-domain socket, which lacks the options of IP.
Result<int> SocketOptions::valueOfNewSocket(Option option) const {
  const Result<Handle> opened = opener_(Family::ipv4);
  if (!opened) return opened.error();
  const OwnedHandle handle(*opened);
  const Result<int> value = platform::getOption(handle.get(), Family::ipv4, option);
  return value.error() == std::errc::operation_not_supported ? Result<int>(0) : value;
}

Result<Handle> SocketOptions::open(Family family) const {
  const Result<Handle> opened = opener_(family);
  if (!opened) return opened;
  OwnedHandle handle(*opened);
  const WordMutexLock lock(mutex_);
  if (const std::error_code error = applyTo(handle.get(), family)) return error;
  return handle.release();
}

Result<BoundHandle> SocketOptions::openBound(const Address& local) const {
  if (isWildcard(local)) {
    Result<BoundHandle> both = openBoundAs(Family::dualStack, local);
    if (both || both.error() == std::errc::address_in_use) return both;
  }
  return openBoundAs(local.isIPv6 ? Family::ipv6 : Family::ipv4, local);
}

Result<BoundHandle> SocketOptions::openBoundAs(Family family, const Address& local) const {
  const Result<Handle> opened = open(family);
  if (!opened) return opened.error();
  OwnedHandle handle(*opened);
  if (const std::error_code error = platform::bind(handle.get(), family, local)) return error;
  const Result<Address> bound = platform::localAddress(handle.get());
  if (!bound) return bound.error();
  return BoundHandle{std::move(handle), family, bound->port};
}

void SocketOptions::install(SocketCore& core, Handle handle, Family family) {
  const WordMutexLock lock(mutex_);
  applyTo(handle, family);  // no errors: each option was accepted by open(), or the next set() reports its error
  family_ = family;
  core.replaceHandle(handle);
}

Handle SocketOptions::remove(SocketCore& core) {
  const WordMutexLock lock(mutex_);
  return core.replaceHandle(kNoHandle);
}

Family SocketOptions::family() const {
  const WordMutexLock lock(mutex_);
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

}  // namespace netlite
