// SPDX-License-Identifier: MIT
//
// Readiness over WSAPoll, which is given all sockets each time.
// Thread-safety: as platform/poller.hpp promises.
#include "platform/windows/native_poller.hpp"
#include "platform/windows/poll_timeout.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace netlite::platform {

namespace {

using std::chrono::milliseconds;

// WSAPoll returns immediately for a writer whose peer has shut down its output. Such writers are checked at this
// interval.
constexpr milliseconds kRoomInterval{10};

// Before Windows 10 version 2004 WSAPoll does not report that a connect has failed. So writers are checked, too.
constexpr milliseconds kConnectInterval{100};

struct WatchedSocket {
  std::uint64_t token = 0;
  bool reads = false;
  bool writes = false;
  bool isHalfClosed = false;  // it only writes, and its peer has shut down its output
};

bool hasRoom(Handle handle) {
  fd_set writable;
  FD_ZERO(&writable);
  FD_SET(nativeSocket(handle), &writable);
  timeval noTime{};
  return ::select(0, nullptr, &writable, nullptr, &noTime) != 0;  // a closed socket counts, too
}

class WsaPoller : public NativePoller {
 public:
  explicit WsaPoller(Waker waker) : waker_(waker) {}
  ~WsaPoller() override { closeWaker(waker_); }

  std::error_code watch(Handle handle, Interest interest, std::uint64_t token) override;
  void unwatch(Handle handle) noexcept override;
  Result<std::size_t> poll(PollEvent* events, milliseconds timeout) override;
  bool wake() noexcept override {
    signalWaker(waker_);
    return true;
  }

 private:
  struct Listed {
    Handle handle;
    std::uint64_t token;
  };

  milliseconds makeList(milliseconds timeout);
  std::size_t findEvents(PollEvent* events);
  bool findEvent(const Listed& listed, const WSAPOLLFD& polled, PollEvent& event);
  bool findRoom(const Listed& listed, PollEvent& event);

  const Waker waker_;
  std::mutex mutex_;
  std::unordered_map<Handle, WatchedSocket> watches_;  // these two: guarded by mutex_
  bool is_polling_ = false;
  std::vector<WSAPOLLFD> polled_;  // these three: for the thread in poll(). The waker comes first
  std::vector<Listed> listed_;     // those in polled_ after it
  std::vector<Listed> half_closed_;
};

std::error_code WsaPoller::watch(Handle handle, Interest interest, std::uint64_t token) try {
  const std::lock_guard<std::mutex> lock(mutex_);
  WatchedSocket& watch = watches_[handle];
  if (watch.token != token) watch = {token, false, false, false};  // it may be a closed socket's, with the same number
  if (interest == Interest::readable) {
    watch.reads = true;
    watch.isHalfClosed = false;
  } else {
    watch.writes = true;
  }
  if (is_polling_) wake();  // its list is without this
  return {};
} catch (const std::bad_alloc&) {
  return std::make_error_code(std::errc::not_enough_memory);
}

void WsaPoller::unwatch(Handle handle) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  watches_.erase(handle);
}

Result<std::size_t> WsaPoller::poll(PollEvent* events, milliseconds timeout) try {
  const milliseconds limit = makeList(timeout);
  const int count = ::WSAPoll(polled_.data(), static_cast<ULONG>(polled_.size()), pollTimeout(limit));
  const std::error_code error = errorIfNegative(count);
  const std::lock_guard<std::mutex> lock(mutex_);
  is_polling_ = false;
  if (error) return error;
  if ((polled_.front().revents & POLLNVAL) != 0) return systemError(WSAEBADF);
  if (polled_.front().revents != 0) resetWaker(waker_);
  return findEvents(events);
} catch (const std::bad_alloc&) {
  return std::size_t{0};
}

// Returns how long WSAPoll may wait for what is in the list.
milliseconds WsaPoller::makeList(milliseconds timeout) {
  const std::lock_guard<std::mutex> lock(mutex_);
  polled_.assign(1, {nativeSocket(waker_.waiting), POLLRDNORM, 0});
  listed_.clear();
  half_closed_.clear();
  for (const auto& [handle, watch] : watches_) {
    if (watch.writes) timeout = std::min(timeout, watch.isHalfClosed ? kRoomInterval : kConnectInterval);
    if (watch.isHalfClosed) {
      half_closed_.push_back({handle, watch.token});
      continue;
    }
    const int wanted = (watch.reads ? POLLRDNORM : 0) | (watch.writes ? POLLWRNORM : 0);
    polled_.push_back({nativeSocket(handle), static_cast<short>(wanted), 0});
    listed_.push_back({handle, watch.token});
  }
  is_polling_ = true;
  return timeout;
}

// What finds no place is found the next time.
std::size_t WsaPoller::findEvents(PollEvent* events) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < listed_.size() && found < kMaxPollEvents; ++i) {
    if (findEvent(listed_[i], polled_[i + 1], events[found])) ++found;
  }
  for (std::size_t i = 0; i < half_closed_.size() && found < kMaxPollEvents; ++i) {
    if (findRoom(half_closed_[i], events[found])) ++found;
  }
  return found;
}

bool WsaPoller::findEvent(const Listed& listed, const WSAPOLLFD& polled, PollEvent& event) {
  const auto known = watches_.find(listed.handle);
  if (known == watches_.end() || known->second.token != listed.token) return false;
  WatchedSocket& watch = known->second;
  const auto has = [&polled](int events) { return (polled.revents & events) != 0; };
  const bool isReadable = watch.reads && has(~POLLWRNORM);
  const bool isWritable =
      watch.writes && (has(~(POLLHUP | POLLRDNORM)) || (polled.revents == 0 && connectHasFailed(listed.handle)));
  event = {listed.token, isReadable, isWritable, isReadable && has(POLLHUP | POLLNVAL), false};
  watch.reads = watch.reads && !isReadable;
  watch.writes = watch.writes && !isWritable;
  watch.isHalfClosed = watch.writes && !watch.reads && has(POLLHUP);
  if (!watch.reads && !watch.writes) watches_.erase(known);
  return isReadable || isWritable;
}

bool WsaPoller::findRoom(const Listed& listed, PollEvent& event) {
  const auto known = watches_.find(listed.handle);
  if (known == watches_.end() || known->second.token != listed.token || !hasRoom(listed.handle)) return false;
  event = {listed.token, false, true, false, false};
  known->second.writes = known->second.isHalfClosed = false;
  if (!known->second.reads) watches_.erase(known);
  return true;
}

}  // namespace

std::unique_ptr<NativePoller> openWsaPoller() {
  const Result<Waker> waker = openWaker();
  if (!waker) return nullptr;
  return std::make_unique<WsaPoller>(*waker);
}

}  // namespace netlite::platform
