// SPDX-License-Identifier: MIT
//
// Waiting over WSAPoll, and the waker: a UDP socket of the loopback network that is connected to itself, since WSAPoll
// waits for sockets alone.
// Thread-safety: as platform.hpp promises; no state here.
#include "platform/platform.hpp"
#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <climits>
#include <memory>
#include <new>

namespace netlite::platform {

namespace {

// Before Windows 10 version 2004 WSAPoll does not tell that a connect has failed. Whoever waits to write, and perhaps
// for a connect, therefore looks for it himself every so often.
constexpr std::chrono::milliseconds kFailedConnectLook{100};

// WSAPoll counts in int milliseconds; a longer wait ends early with nothing ready, which the contract allows.
int pollTimeout(std::chrono::milliseconds timeout, bool mayBeConnecting) {
  if (mayBeConnecting) timeout = std::min(timeout, kFailedConnectLook);
  if (timeout == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(timeout.count(), INT_MAX));
}

// These two and no others: Windows refuses the whole call for what cannot be asked for.
short pollEvents(Interest interest) { return interest == Interest::readable ? POLLRDNORM : POLLWRNORM; }

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
  bool may_be_connecting = false;
  for (std::size_t i = 0; i < count; ++i) {
    polled[i] = {nativeSocket(entries[i].handle), pollEvents(entries[i].interest), 0};
    may_be_connecting = may_be_connecting || entries[i].interest == Interest::writable;
  }
  polled[count] = {nativeSocket(waker.waiting), POLLRDNORM, 0};
  // WSAPoll does not pass over what is no socket.
  const std::size_t all = waker.waiting == kNoHandle ? count : count + 1;
  if (::WSAPoll(polled, static_cast<ULONG>(all), pollTimeout(timeout, may_be_connecting)) < 0) return lastError();
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].ready =
        polled[i].revents != 0 || (entries[i].interest == Interest::writable && connectHasFailed(entries[i].handle));
  }
  // A signal may arrive a moment after it was taken back; left there, it would end every wait to come.
  if (polled[count].revents != 0) resetWaker(waker);
  return {};
}

}  // namespace netlite::platform
