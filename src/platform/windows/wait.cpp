// SPDX-License-Identifier: MIT
//
// Waiting over WSAPoll, and the waker: a UDP socket connected to itself, since WSAPoll waits for sockets alone.
// Thread-safety: as platform/wait.hpp promises; the only state is the waker that each thread keeps for itself.
#include "platform/wait.hpp"

#include "platform/datagram.hpp"
#include "platform/socket.hpp"
#include "platform/windows/fiber_local.hpp"
#include "platform/windows/poll_timeout.hpp"
#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace netlite::platform {

namespace {

// Waits for writability poll at this interval, because before Windows 10 version 2004 WSAPoll does not report that a
// connect has failed.
constexpr std::chrono::milliseconds kPollInterval{100};

// No other events: for any other one Windows refuses the whole call.
short pollEvents(Interest interest) {
  return static_cast<short>(interest == Interest::readable ? POLLRDNORM : POLLWRNORM);
}

bool isConnected(Handle handle) {
  DWORD seconds = 0;
  int size = sizeof seconds;
  const int result =
      ::getsockopt(nativeSocket(handle), SOL_SOCKET, SO_CONNECT_TIME, reinterpret_cast<char*>(&seconds), &size);
  return result == 0 && seconds != 0xFFFFFFFF;
}

// WSAPoll always reports, without being asked, that the peer has shut down its output. A writer's wait ignores that.
bool isReady(const WaitEntry& entry, const WSAPOLLFD& polled) {
  if (entry.interest == Interest::readable) return polled.revents != 0;
  return (polled.revents & ~POLLHUP) != 0 || connectHasFailed(entry.handle);
}

bool isHalfClosed(const WaitEntry& entry, const WSAPOLLFD& polled) {
  return entry.interest == Interest::writable && polled.revents == POLLHUP;
}

// Waits for room to write in sockets whose peer has shut down its output: for these WSAPoll returns immediately, and
// select does not. After a whole interval they count as ready, too, so that the caller's write finds whatever else has
// happened.
std::error_code awaitRoom(WaitEntry* entries, const WSAPOLLFD* polled, std::size_t count, Waker waker,
                          std::chrono::milliseconds timeout) {
  fd_set signals;
  fd_set writable;
  FD_ZERO(&signals);
  FD_ZERO(&writable);
  if (waker.waiting != kNoHandle) FD_SET(nativeSocket(waker.waiting), &signals);
  for (std::size_t i = 0; i < count; ++i) {
    if (isHalfClosed(entries[i], polled[i])) FD_SET(polled[i].fd, &writable);
  }
  const std::chrono::milliseconds interval = std::min(timeout, kPollInterval);
  timeval time{0, static_cast<long>(interval.count() * 1000)};
  const int readyCount = ::select(0, &signals, &writable, nullptr, &time);
  if (readyCount < 0) return lastError();
  for (std::size_t i = 0; i < count; ++i) {
    if (!isHalfClosed(entries[i], polled[i])) continue;
    entries[i].ready = readyCount == 0 ? interval == kPollInterval : FD_ISSET(polled[i].fd, &writable) != 0;
  }
  return {};
}

std::error_code connectToItself(Handle handle) {
  const Result<Address> local = localAddress(handle);
  if (!local) return local.error();
  const Transfer connected = connect(handle, Family::ipv4, *local);
  return connected.outcome == Outcome::done ? std::error_code() : connected.error();
}

Result<Handle> openLoopbackSocket() {
  const Result<Handle> opened = openDatagram(Family::ipv4);
  if (!opened) return opened;
  Address loopback;
  loopback.bytes = {127, 0, 0, 1};
  std::error_code error = bind(*opened, Family::ipv4, loopback);
  if (!error) error = connectToItself(*opened);
  if (!error) return opened;
  close(*opened);
  return error;
}

// WSAPoll refuses an empty list.
std::error_code sleepFor(std::chrono::milliseconds timeout) {
  ::Sleep(static_cast<DWORD>(pollTimeout(timeout)));
  return {};
}

void WINAPI closeKeptWaker(void* kept) { closeWaker(*std::unique_ptr<Waker>(static_cast<Waker*>(kept))); }

DWORD keptWakerSlot() noexcept {
  static const DWORD slot = allocateFiberLocal(closeKeptWaker);
  return slot;
}

}  // namespace

// select reports a failed connect in the same set as urgent data, which is no failure.
bool connectHasFailed(Handle handle) {
  fd_set exceptional;
  FD_ZERO(&exceptional);
  FD_SET(nativeSocket(handle), &exceptional);
  timeval noTime{};
  return ::select(0, nullptr, nullptr, &exceptional, &noTime) > 0 && !isConnected(handle);
}

Result<Waker> openWaker() {
  const Result<Handle> opened = openLoopbackSocket();
  if (!opened) return opened.error();
  return Waker{*opened, *opened};
}

void closeWaker(Waker waker) noexcept { close(waker.waiting); }

void signalWaker(Waker waker) noexcept {
  // A socket without room for another signal is signalled already.
  const char signal = 0;
  ::send(nativeSocket(waker.signalling), &signal, sizeof signal, 0);
}

void resetWaker(Waker waker) noexcept {
  char signal;
  while (::recv(nativeSocket(waker.waiting), &signal, sizeof signal, 0) >= 0) {
  }
}

bool keepWaker(Waker waker) noexcept {
  std::unique_ptr<Waker> kept(new (std::nothrow) Waker(waker));
  if (!kept || !::FlsSetValue(keptWakerSlot(), kept.get())) return false;
  static_cast<void>(kept.release());  // the slot owns it now
  return true;
}

Waker keptWaker() noexcept {
  const void* const kept = ::FlsGetValue(keptWakerSlot());
  return kept != nullptr ? *static_cast<const Waker*>(kept) : Waker{};
}

void forgetKeptWaker() noexcept {
  const std::unique_ptr<Waker> kept(static_cast<Waker*>(::FlsGetValue(keptWakerSlot())));
  ::FlsSetValue(keptWakerSlot(), nullptr);
}

std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout) {
  WSAPOLLFD polled[kMaxWaitEntries + 1];
  bool writes = false;
  for (std::size_t i = 0; i < count; ++i) {
    polled[i] = {nativeSocket(entries[i].handle), pollEvents(entries[i].interest), 0};
    writes = writes || entries[i].interest == Interest::writable;
  }
  polled[count] = {nativeSocket(waker.waiting), POLLRDNORM, 0};
  // WSAPoll does not skip an entry without a socket.
  const std::size_t all = waker.waiting == kNoHandle ? count : count + 1;
  if (all == 0) return sleepFor(timeout);
  if (::WSAPoll(polled, static_cast<ULONG>(all), pollTimeout(writes ? std::min(timeout, kPollInterval) : timeout)) < 0)
    return lastError();
  if ((polled[count].revents & POLLNVAL) != 0) return systemError(WSAEBADF);
  bool anyReady = polled[count].revents != 0;
  bool anyHalfClosed = false;
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].ready = isReady(entries[i], polled[i]);
    anyReady = anyReady || entries[i].ready;
    anyHalfClosed = anyHalfClosed || isHalfClosed(entries[i], polled[i]);
  }
  // A signal may arrive a moment after a reset; left there, it would end every later wait.
  if (polled[count].revents != 0) resetWaker(waker);
  return anyHalfClosed && !anyReady ? awaitRoom(entries, polled, count, waker, timeout) : std::error_code();
}

bool shutdownEndsWaits() noexcept { return false; }

}  // namespace netlite::platform
