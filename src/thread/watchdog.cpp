// SPDX-License-Identifier: MIT
#include "thread/watchdog.hpp"

#include "thread/os_thread.hpp"

#include <algorithm>
#include <utility>

namespace netlite {

namespace {

using std::chrono::milliseconds;

// Looks four times within the limit, so that a report comes at most a quarter late.
milliseconds pauseFor(milliseconds limit) { return std::max(limit / 4, milliseconds(1)); }

}  // namespace

void Watchdog::add(Carrier& carrier) {
  const WordMutexLock lock(mutex_);
  watched_.push_back({&carrier});
}

void Watchdog::set(milliseconds limit, Handler handler) {
  const WordMutexLock lock(mutex_);
  if (!is_running_ && limit != milliseconds::max()) {
    OsThread(
        0, [this] { watch(); }, "start the watchdog of virtual threads")
        .detach();
    is_running_ = true;
  }
  limit_ = limit;
  handler_ = std::move(handler);
  changed_.notifyAll();
}

void Watchdog::watch() noexcept {
  WordMutexLock lock(mutex_);
  for (;;) {
    changed_.waitUntil(mutex_, limit_ == milliseconds::max() ? Deadline::never() : Deadline::after(pauseFor(limit_)));
    const std::vector<Report> reports = look(Deadline::Clock::now());
    if (reports.empty()) continue;
    const Handler handler = handler_;
    lock.unlock();
    for (const Report& report : reports) handler(report.name, report.held);
    lock.lock();
  }
}

std::vector<Watchdog::Report> Watchdog::look(Deadline::Clock::time_point now) {
  std::vector<Report> reports;
  for (Watched& watched : watched_) {
    if (!isStuck(watched, now)) continue;
    std::string name = watched.carrier->nameOfRunning(watched.switch_count);
    if (name.empty()) continue;
    watched.is_reported = true;
    reports.push_back({std::move(name), std::chrono::duration_cast<milliseconds>(now - watched.since)});
  }
  return reports;
}

// An even count means that no virtual thread runs.
bool Watchdog::isStuck(Watched& watched, Deadline::Clock::time_point now) const {
  const std::uint32_t count = watched.carrier->switchCount();
  if (count != watched.switch_count) watched = {watched.carrier, count, now};
  return count % 2 == 1 && !watched.is_reported && limit_ != milliseconds::max() && now - watched.since >= limit_;
}

}  // namespace netlite
