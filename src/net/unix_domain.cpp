// SPDX-License-Identifier: MIT
//
// Connecting and listening.
// Thread-safety: no shared state.
#include "net/unix_domain.hpp"

#include "platform/socket.hpp"

#include <netlite/thread.hpp>

#include <chrono>

namespace netlite {

namespace {

using platform::Family;
using platform::Outcome;
using platform::Result;

// How often to ask a server whose queue is full: no system reports when there is room again.
constexpr std::chrono::milliseconds kFullQueueRetry{5};

platform::UnixAddress toPlatform(const UnixDomainSocketAddress& address) {
  return {address.getPath(), address.isAbstract()};
}

[[noreturn]] void throwFailure(Operation operation, const std::string& what, std::error_code error) {
  if (error == std::errc::address_family_not_supported) throwSocketError(what, Error::noUnixDomain);
  throwSocketError(operation, what, error);
}

OwnedHandle openFor(Operation operation, const SocketOptions& options, const std::string& what) {
  const Result<platform::Handle> opened = options.open(Family::unixDomain);
  if (!opened) throwFailure(operation, what, opened.error());
  return OwnedHandle(*opened);
}

}  // namespace

std::pair<OwnedHandle, CreatedPath> listenAt(const SocketOptions& options, const UnixDomainSocketAddress& local,
                                             int backlog, const std::string& what) {
  OwnedHandle handle = openFor(Operation::bind, options, what);
  const platform::UnixAddress address = toPlatform(local);
  // May wait for another program that binds in the same folder.
  Result<platform::BoundPath> bound =
      Thread::blocking([&] { return platform::listenAt(handle.get(), address, backlog); });
  if (!bound) throwFailure(Operation::bind, what, bound.error());
  return {std::move(handle), CreatedPath(std::move(*bound))};
}

OwnedHandle connectTo(SocketCore& core, const SocketOptions& options, const UnixDomainSocketAddress& remote,
                      Deadline deadline, const std::string& what) {
  const platform::UnixAddress target = toPlatform(remote);
  OwnedHandle handle = openFor(Operation::connect, options, what);
  platform::setBlocking(handle.get(), false);
  for (;;) {
    const platform::Transfer connected = platform::connect(handle.get(), target);
    if (connected.outcome == Outcome::done) break;
    if (connected.outcome == Outcome::failed) {
      // As in Java: where nothing is, nothing has refused.
      const bool isMissing = connected.error() == std::errc::no_such_file_or_directory;
      throwFailure(isMissing ? Operation::other : Operation::connect, what, connected.error());
    }
    const SocketCore::Waited waited = core.wait(nullptr, 0, earlier(deadline, Deadline::after(kFullQueueRetry)));
    const bool isPauseOver = waited.result == SocketCore::WaitResult::timedOut && !deadline.hasPassed();
    if (!isPauseOver) throwUnlessReady(waited, [&] { return what; });
  }
  platform::setBlocking(handle.get(), true);
  return handle;
}

}  // namespace netlite
