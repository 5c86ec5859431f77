// SPDX-License-Identifier: MIT
//
// Waiting over poll, and the waker: an eventfd on Linux, a pipe elsewhere.
// Thread-safety: as platform/wait.hpp promises; the only state is the waker that each thread keeps for itself.
#include "platform/wait.hpp"

#include "platform/posix/descriptor.hpp"
#include "platform/process.hpp"
#include "platform/socket.hpp"
#include "platform/thread.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace netlite::platform {

namespace {

short pollEvents(Interest interest) { return interest == Interest::readable ? POLLIN : POLLOUT; }

#ifndef __linux__
struct KeptWaker {
  Waker waker;
  std::uint32_t mark = 0;  // of the process that opened it
};

thread_local KeptWaker kept_waker;
thread_local bool thread_is_ending = false;

void closeKeptWaker() noexcept {
  const KeptWaker kept = std::exchange(kept_waker, {});
  if (kept.waker.waiting != kNoHandle) closeWaker(kept.waker);
}

struct CloseKeptWaker {
  ~CloseKeptWaker() {
    thread_is_ending = true;
    closeKeptWaker();
  }
};

void makePrivate(int end) {
  ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(end, F_SETFL, O_NONBLOCK);
}
#endif

}  // namespace

Result<Waker> openWaker() {
#ifdef __linux__
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) return lastError();
  return Waker{event, event};
#else
  int ends[2];
  if (::pipe(ends) < 0) return lastError();
  makePrivate(ends[0]);
  makePrivate(ends[1]);
  return Waker{ends[0], ends[1]};
#endif
}

void closeWaker(Waker waker) noexcept {
  close(waker.waiting);
  if (waker.signalling != waker.waiting) close(waker.signalling);
}

void signalWaker(Waker waker) noexcept {
  const NoCancellation uninterrupted;
  // An eventfd requires eight bytes, and a pipe accepts them. A full one reports EAGAIN: it is signalled already.
  const std::uint64_t one = 1;
  while (::write(descriptor(waker.signalling), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void resetWaker(Waker waker) noexcept {
  const NoCancellation uninterrupted;
  std::uint64_t signals = 0;
  ssize_t count = 0;
  do {
    count = ::read(descriptor(waker.waiting), &signals, sizeof signals);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

#ifdef __linux__
// An eventfd is cheap to open, and few waits need one (see shutdownEndsWaits). A kept one would be a second descriptor
// for each thread, and would be lost in a program that closes descriptors it does not know, as daemons do.
bool keepWaker(Waker) noexcept { return false; }

Waker keptWaker() noexcept { return {}; }

void forgetKeptWaker() noexcept {}
#else
bool keepWaker(Waker waker) noexcept {
  if (thread_is_ending) return false;
  thread_local CloseKeptWaker at_the_end;
  kept_waker = {waker, processMark()};
  return true;
}

Waker keptWaker() noexcept {
  if (kept_waker.mark != processMark()) closeKeptWaker();
  return kept_waker.waker;
}

void forgetKeptWaker() noexcept { kept_waker = {}; }
#endif

std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout) {
  pollfd polled[kMaxWaitEntries + 1];
  for (std::size_t i = 0; i < count; ++i) {
    polled[i] = {descriptor(entries[i].handle), pollEvents(entries[i].interest), 0};
  }
  polled[count] = {descriptor(waker.waiting), POLLIN, 0};
  const int ready = ::poll(polled, static_cast<nfds_t>(count + 1), pollTimeout(timeout));
  if (ready < 0) return errno == EINTR ? std::error_code() : lastError();
  for (std::size_t i = 0; i < count; ++i) entries[i].ready = polled[i].revents != 0;
  return (polled[count].revents & POLLNVAL) != 0 ? systemError(EBADF) : std::error_code();
}

#ifdef __linux__
bool shutdownEndsWaits() noexcept { return true; }
#else
bool shutdownEndsWaits() noexcept { return false; }
#endif

}  // namespace netlite::platform
