// SPDX-License-Identifier: MIT
//
// Waiting over WSAPoll, and the waker: a UDP socket of the loopback network that is connected to itself, since WSAPoll
// waits for sockets alone.
// Thread-safety: as platform.hpp promises; the only state is the waker that each thread keeps for itself.
#include "platform/platform.hpp"
#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <climits>
#include <memory>
#include <new>

namespace netlite::platform {

namespace {

// Whoever waits to write, and perhaps for a connect, looks every so often for what nobody tells him: before Windows 10
// version 2004 WSAPoll does not say that a connect has failed.
constexpr std::chrono::milliseconds kLook{100};

// WSAPoll counts in int milliseconds; a longer wait ends early with nothing ready, which the contract allows.
int pollTimeout(std::chrono::milliseconds timeout, bool writes) {
  if (writes) timeout = std::min(timeout, kLook);
  if (timeout == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(timeout.count(), INT_MAX));
}

// These two and no others: Windows refuses the whole call for what cannot be asked for.
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

// select tells it, along with urgent data, which is not what is asked for.
bool connectHasFailed(Handle handle) {
  fd_set exceptional;
  FD_ZERO(&exceptional);
  FD_SET(nativeSocket(handle), &exceptional);
  timeval no_time{};
  return ::select(0, nullptr, nullptr, &exceptional, &no_time) > 0 && !isConnected(handle);
}

// WSAPoll says unasked, and at once, that the peer has shut down its output. To whoever waits to write that is nothing.
bool isReady(const WaitEntry& entry, const WSAPOLLFD& polled) {
  if (entry.interest == Interest::readable) return polled.revents != 0;
  return (polled.revents & ~POLLHUP) != 0 || connectHasFailed(entry.handle);
}

bool isHalfClosed(const WaitEntry& entry, const WSAPOLLFD& polled) {
  return entry.interest == Interest::writable && polled.revents == POLLHUP;
}

// Waits for room in those that WSAPoll would come back for at once: select does not tell of a peer's end. They are
// ready after a whole look, too: the write that is tried then meets whatever else may have happened.
std::error_code awaitRoom(WaitEntry* entries, const WSAPOLLFD* polled, std::size_t count, Waker waker,
                          std::chrono::milliseconds timeout) {
  fd_set signals;
  fd_set rooms;
  FD_ZERO(&signals);
  FD_ZERO(&rooms);
  if (waker.waiting != kNoHandle) FD_SET(nativeSocket(waker.waiting), &signals);
  for (std::size_t i = 0; i < count; ++i) {
    if (isHalfClosed(entries[i], polled[i])) FD_SET(polled[i].fd, &rooms);
  }
  const std::chrono::milliseconds look = std::min(timeout, kLook);
  timeval time{0, static_cast<long>(look.count() * 1000)};
  const int found = ::select(0, &signals, &rooms, nullptr, &time);
  if (found < 0) return lastError();
  for (std::size_t i = 0; i < count; ++i) {
    if (!isHalfClosed(entries[i], polled[i])) continue;
    entries[i].ready = found == 0 ? look == kLook : FD_ISSET(polled[i].fd, &rooms) != 0;
  }
  return {};
}

std::error_code connectToItself(Handle handle) {
  const LocalAddress local = localAddress(handle);
  if (local.error) return local.error;
  const Transfer connected = connect(handle, Family::ipv4, local.address);
  return connected.outcome == Outcome::done ? std::error_code() : connected.error();
}

Opened openLoopbackSocket() {
  const Opened opened = openDatagram(Family::ipv4);
  if (opened.error) return opened;
  std::error_code error = bind(opened.handle, Family::ipv4, {InetAddress::getLoopbackAddress(), 0});
  if (!error) error = connectToItself(opened.handle);
  if (!error) return opened;
  close(opened.handle);
  return {kNoHandle, error};
}

// Not thread_local: in what mingw-w64 builds, its destructors run when the system has taken the memory back.
void WINAPI closeKeptWaker(void* kept) { closeWaker(*std::unique_ptr<Waker>(static_cast<Waker*>(kept))); }

// Where each thread keeps its waker. The end of a thread needs the code above, so that code stays loaded.
DWORD keptWakerSlot() noexcept {
  static const DWORD slot = [] {
    HMODULE module = nullptr;
    ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                         reinterpret_cast<const wchar_t*>(closeKeptWaker), &module);
    return ::FlsAlloc(closeKeptWaker);
  }();
  return slot;
}

}  // namespace

OpenedWaker openWaker() {
  const Opened opened = openLoopbackSocket();
  if (opened.error) return {{}, opened.error};
  return {{opened.handle, opened.handle}, {}};
}

void closeWaker(Waker waker) noexcept { close(waker.waiting); }

void signalWaker(Waker waker) noexcept {
  // One that has no room for another signal is signalled already.
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
  static_cast<void>(kept.release());  // the slot has it now
  return true;
}

Waker keptWaker() noexcept {
  const void* const kept = ::FlsGetValue(keptWakerSlot());
  return kept != nullptr ? *static_cast<const Waker*>(kept) : Waker{};
}

std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout) {
  WSAPOLLFD polled[kMaxWaitEntries + 1];
  bool writes = false;
  for (std::size_t i = 0; i < count; ++i) {
    polled[i] = {nativeSocket(entries[i].handle), pollEvents(entries[i].interest), 0};
    writes = writes || entries[i].interest == Interest::writable;
  }
  polled[count] = {nativeSocket(waker.waiting), POLLRDNORM, 0};
  // WSAPoll does not pass over what is no socket.
  const std::size_t all = waker.waiting == kNoHandle ? count : count + 1;
  if (::WSAPoll(polled, static_cast<ULONG>(all), pollTimeout(timeout, writes)) < 0) return lastError();
  bool any_ready = polled[count].revents != 0;
  bool any_half_closed = false;
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].ready = isReady(entries[i], polled[i]);
    any_ready = any_ready || entries[i].ready;
    any_half_closed = any_half_closed || isHalfClosed(entries[i], polled[i]);
  }
  // A signal may arrive a moment after it was taken back; left there, it would end every wait to come.
  if (polled[count].revents != 0) resetWaker(waker);
  return any_half_closed && !any_ready ? awaitRoom(entries, polled, count, waker, timeout) : std::error_code();
}

}  // namespace netlite::platform
