// SPDX-License-Identifier: MIT
//
// Waiting over poll, and the waker: an eventfd on Linux, a pipe elsewhere.
// Thread-safety: as platform.hpp promises; the only state is the waker that each thread keeps for itself.
#include "platform/platform.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <utility>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace netlite::platform {

namespace {

// poll counts in int milliseconds; a longer wait ends early with nothing ready, which the contract allows.
int pollTimeout(std::chrono::milliseconds timeout) {
  if (timeout == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(timeout.count(), INT_MAX));
}

thread_local Waker kept_waker;
thread_local bool thread_is_ending = false;

struct CloseKeptWaker {
  ~CloseKeptWaker() {
    thread_is_ending = true;
    closeWaker(std::exchange(kept_waker, {}));
  }
};

short pollEvents(Interest interest) { return interest == Interest::readable ? POLLIN : POLLOUT; }

#ifndef __linux__
void makePrivate(int end) {
  ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(end, F_SETFL, O_NONBLOCK);
}
#endif

}  // namespace

OpenedWaker openWaker() {
#ifdef __linux__
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) return {{}, systemError(errno)};
  return {{event, event}, {}};
#else
  int ends[2];
  if (::pipe(ends) < 0) return {{}, systemError(errno)};
  makePrivate(ends[0]);
  makePrivate(ends[1]);
  return {{ends[0], ends[1]}, {}};
#endif
}

void closeWaker(Waker waker) noexcept {
  close(waker.waiting);
  if (waker.signalling != waker.waiting) close(waker.signalling);
}

void signalWaker(Waker waker) noexcept {
  // Eight bytes are what an eventfd wants, and a pipe does not mind. A full one says EAGAIN: it is signalled already.
  const std::uint64_t one = 1;
  while (::write(static_cast<int>(waker.signalling), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void resetWaker(Waker waker) noexcept {
  std::uint64_t signals = 0;
  ssize_t count = 0;
  do {
    count = ::read(static_cast<int>(waker.waiting), &signals, sizeof signals);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

bool keepWaker(Waker waker) noexcept {
  if (thread_is_ending) return false;
  thread_local CloseKeptWaker at_the_end;
  kept_waker = waker;
  return true;
}

Waker keptWaker() noexcept { return kept_waker; }

std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout) {
  pollfd polled[kMaxWaitEntries + 1];
  for (std::size_t i = 0; i < count; ++i) {
    polled[i] = {static_cast<int>(entries[i].handle), pollEvents(entries[i].interest), 0};
  }
  polled[count] = {static_cast<int>(waker.waiting), POLLIN, 0};
  const int ready = ::poll(polled, static_cast<nfds_t>(count + 1), pollTimeout(timeout));
  if (ready < 0) return errno == EINTR ? std::error_code() : systemError(errno);
  for (std::size_t i = 0; i < count; ++i) entries[i].ready = polled[i].revents != 0;
  return {};
}

}  // namespace netlite::platform
