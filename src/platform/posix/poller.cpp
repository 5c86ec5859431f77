// SPDX-License-Identifier: MIT
//
// Readiness over epoll on Linux, and over kqueue on the BSDs and macOS.
// Thread-safety: as platform/poller.hpp promises; no state here.
#include "platform/poller.hpp"

#include "platform/posix/descriptor.hpp"
#include "platform/socket.hpp"
#include "platform/thread.hpp"

#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#else
#include <sys/event.h>
#include <sys/time.h>
#endif

namespace netlite::platform {

#ifdef __linux__

namespace {

constexpr std::uint64_t kWakeToken = ~std::uint64_t{0};

std::error_code add(int poller, int descriptor, std::uint32_t events, std::uint64_t token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
  if (errno != EEXIST) return lastError();
  return errorIfNegative(::epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event));
}

// An eventfd that always is readable. Edge triggered, it is reported again whenever wakePoller() changes its entry. A
// write would do the same, but if the program has closed the descriptor, it would go to whatever has its number now.
std::error_code addWaking(Poller& poller) {
  poller.waking = ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
  if (poller.waking < 0) return lastError();
  return add(descriptor(poller.watching), descriptor(poller.waking), EPOLLIN | EPOLLET, kWakeToken);
}

// An error alone ends nothing: a datagram socket reports one for each datagram that could not be delivered.
PollEvent pollEvent(const epoll_event& event) {
  const auto has = [&event](std::uint32_t events) { return (event.events & events) != 0; };
  return {event.data.u64, has(EPOLLIN | EPOLLERR), has(EPOLLOUT | EPOLLERR | EPOLLHUP), has(EPOLLRDHUP | EPOLLHUP),
          has(EPOLLPRI)};
}

}  // namespace

Result<Poller> openPoller() {
  Poller poller;
  poller.watching = ::epoll_create1(EPOLL_CLOEXEC);
  if (poller.watching < 0) return lastError();
  if (const std::error_code error = addWaking(poller)) {
    closePoller(poller);
    return error;
  }
  return poller;
}

std::error_code watch(Poller poller, Handle handle, Interest, std::uint64_t token) {
  constexpr std::uint32_t kEvents = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  return add(descriptor(poller.watching), descriptor(handle), kEvents, token);
}

void unwatch(Poller poller, Handle handle) noexcept {
  ::epoll_ctl(descriptor(poller.watching), EPOLL_CTL_DEL, descriptor(handle), nullptr);
}

Result<std::size_t> poll(Poller poller, PollEvent* events, std::chrono::milliseconds timeout) {
  epoll_event native[kMaxPollEvents];
  const int count = ::epoll_wait(descriptor(poller.watching), native, int{kMaxPollEvents}, pollTimeout(timeout));
  if (count < 0 && errno != EINTR) return lastError();
  std::size_t found = 0;
  for (int i = 0; i < count; ++i) {
    if (native[i].data.u64 != kWakeToken) events[found++] = pollEvent(native[i]);
  }
  return found;
}

bool wakePoller(Poller poller) noexcept {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kWakeToken;
  return ::epoll_ctl(descriptor(poller.watching), EPOLL_CTL_MOD, descriptor(poller.waking), &event) == 0;
}

#else

namespace {

constexpr uintptr_t kWakeIdentity = 0;

// EV_CLEAR has the edges of EPOLLET.
std::error_code change(Poller poller, uintptr_t identity, short filter, unsigned short flags, unsigned fflags,
                       std::uint64_t token) {
  struct kevent event;
  EV_SET(&event, identity, filter, flags, fflags, 0, reinterpret_cast<void*>(static_cast<uintptr_t>(token)));
  return errorIfNegative(::kevent(descriptor(poller.watching), &event, 1, nullptr, 0, nullptr));
}

PollEvent pollEvent(const struct kevent& event) {
  const bool reads = event.filter == EVFILT_READ;
  const bool ended = (event.flags & EV_EOF) != 0;
#ifdef EV_OOBAND
  const bool urgent = (event.flags & EV_OOBAND) != 0;
#else
  const bool urgent = reads;  // the BSDs do not report the mark, so each change is read until nothing is left
#endif
  return {reinterpret_cast<uintptr_t>(event.udata), reads, !reads, reads && ended, reads && urgent};
}

}  // namespace

Result<Poller> openPoller() {
  Poller poller;
  poller.watching = ::kqueue();
  if (poller.watching < 0) return lastError();
  if (const std::error_code error = change(poller, kWakeIdentity, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0)) {
    closePoller(poller);
    return error;
  }
  return poller;
}

std::error_code watch(Poller poller, Handle handle, Interest, std::uint64_t token) {
  const auto identity = static_cast<uintptr_t>(handle);
  const std::error_code error = change(poller, identity, EVFILT_READ, EV_ADD | EV_CLEAR, 0, token);
  return error ? error : change(poller, identity, EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, token);
}

void unwatch(Poller poller, Handle handle) noexcept {
  change(poller, static_cast<uintptr_t>(handle), EVFILT_READ, EV_DELETE, 0, 0);
  change(poller, static_cast<uintptr_t>(handle), EVFILT_WRITE, EV_DELETE, 0, 0);
}

Result<std::size_t> poll(Poller poller, PollEvent* events, std::chrono::milliseconds timeout) {
  struct kevent native[kMaxPollEvents];
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  timespec limit{static_cast<time_t>(seconds.count()), static_cast<long>((timeout - seconds).count()) * 1000000};
  const bool isLimited = timeout != std::chrono::milliseconds::max();
  const int count =
      ::kevent(descriptor(poller.watching), nullptr, 0, native, int{kMaxPollEvents}, isLimited ? &limit : nullptr);
  if (count < 0 && errno != EINTR) return lastError();
  std::size_t found = 0;
  for (int i = 0; i < count; ++i) {
    if (native[i].filter != EVFILT_USER) events[found++] = pollEvent(native[i]);
  }
  return found;
}

bool wakePoller(Poller poller) noexcept { return !change(poller, kWakeIdentity, EVFILT_USER, 0, NOTE_TRIGGER, 0); }

#endif

bool watchesOnce() noexcept { return false; }

void closePoller(Poller poller) noexcept {
  if (poller.watching >= 0) close(poller.watching);
  if (poller.waking >= 0) close(poller.waking);
}

}  // namespace netlite::platform
