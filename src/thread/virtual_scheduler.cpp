// SPDX-License-Identifier: MIT
#include "thread/virtual_scheduler.hpp"

#include "base/no_destructor.hpp"
#include "base/thread_annotations.hpp"
#include "platform/poller.hpp"
#include "platform/thread.hpp"
#include "thread/carrier.hpp"
#include "thread/forked.hpp"
#include "thread/no_fork.hpp"
#include "thread/os_thread.hpp"
#include "thread/stack_pool.hpp"
#include "thread/thread_state.hpp"
#include "thread/virtual_thread.hpp"
#include "thread/watchdog.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

namespace netlite::virtual_scheduler {

namespace {

using std::chrono::milliseconds;

// Virtual threads have stacks of their own; a carrier's carries its loop, and signal handlers of the program.
constexpr std::size_t kCarrierStack = std::size_t{128} * 1024;

constexpr std::size_t kMaxParallelism = 1024;

// The environment's NETLITE_PARALLELISM, or 0 if it is no number of carriers.
std::size_t parallelismOfEnvironment() {
  const char* const text = std::getenv("NETLITE_PARALLELISM");
  if (text == nullptr) return 0;
  std::size_t number = 0;
  const char* const end = text + std::strlen(text);
  const auto [parsed, error] = std::from_chars(text, end, number);
  return error == std::errc() && parsed == end && number <= kMaxParallelism ? number : 0;
}

void printStuck(const std::string& name, milliseconds held) {
  std::fprintf(stderr, "netlite: virtual thread %s has held its carrier for %lld ms\n", name.c_str(),
               static_cast<long long>(held.count()));
}

// What the program has chosen.
struct Settings {
  std::size_t parallelism = 0;  // 0: the default
  milliseconds limit{0};
  Watchdog::Handler handler;  // empty: the default
};

// Carriers are never ended and never destroyed: at exit virtual threads are abandoned, as detached threads are.
class Scheduler {
 public:
  /// In a forked child a new one with the parent's settings, as the parent's carriers do not exist there.
  static Scheduler& instance();

  VirtualThread& create(std::shared_ptr<ThreadState> state, std::size_t stackSize, std::function<void()> body)
      NETLITE_EXCLUDES(mutex_);
  Carrier& carrierForNext() NETLITE_EXCLUDES(mutex_);
  std::vector<Carrier*> carriers() NETLITE_EXCLUDES(mutex_);
  void setParallelism(std::size_t carriers) NETLITE_EXCLUDES(mutex_);
  void setStuckHandler(milliseconds limit, Watchdog::Handler handler) NETLITE_EXCLUDES(mutex_);

 private:
  Settings takeSettings() noexcept NETLITE_NO_THREAD_SAFETY_ANALYSIS { return std::move(settings_); }  // after a fork
  void adopt(Settings settings) NETLITE_EXCLUDES(mutex_);
  Carrier* leastLoaded() NETLITE_REQUIRES(mutex_);
  Carrier& addCarrierOr(Carrier* other) NETLITE_REQUIRES(mutex_);
  Carrier& addCarrier() NETLITE_REQUIRES(mutex_);
  void fixParallelism() NETLITE_REQUIRES(mutex_);
  void installHandler() NETLITE_REQUIRES(mutex_);

  WordMutex mutex_;
  std::vector<Carrier*> carriers_ NETLITE_GUARDED_BY(mutex_);
  Settings settings_ NETLITE_GUARDED_BY(mutex_);
  std::size_t parallelism_ NETLITE_GUARDED_BY(mutex_) = 0;  // fixed before the first start
  bool has_started_ NETLITE_GUARDED_BY(mutex_) = false;
  StackPool stacks_ NETLITE_GUARDED_BY(mutex_);  // for strands that are not virtual threads
  Watchdog watchdog_;
};

Scheduler& Scheduler::instance() {
  static NoDestructor<Scheduler> scheduler;
  static NoDestructor<WordMutex> mutex;
  static Forked forked;
  const WordMutexLock lock(*mutex);
  if (forked.notice()) {
    Settings settings = scheduler->takeSettings();
    scheduler.reset();
    Carrier::forgetAll();
    scheduler->adopt(std::move(settings));
  }
  return *scheduler;
}

void Scheduler::adopt(Settings settings) {
  const WordMutexLock lock(mutex_);
  settings_ = std::move(settings);
}

VirtualThread& Scheduler::create(std::shared_ptr<ThreadState> state, std::size_t stackSize,
                                 std::function<void()> body) {
  if (VirtualThread::current() != nullptr) {
    return VirtualThread::create(Carrier::current()->stacks(), std::move(state), stackSize, std::move(body));
  }
  const WordMutexLock lock(mutex_);
  return VirtualThread::create(stacks_, std::move(state), stackSize, std::move(body));
}

// Carriers are added until there are as many as processors, or a carrier is found that has nothing to do.
Carrier& Scheduler::carrierForNext() {
  const WordMutexLock lock(mutex_);
  fixParallelism();
  Carrier* const least = leastLoaded();
  if (least != nullptr && (least->load() == 0 || carriers_.size() >= parallelism_)) return *least;
  return addCarrierOr(least);
}

void Scheduler::fixParallelism() {
  if (has_started_) return;
  parallelism_ = settings_.parallelism;
  if (parallelism_ == 0) parallelism_ = parallelismOfEnvironment();
  if (parallelism_ == 0) parallelism_ = platform::processorCount();
  installHandler();
}

void Scheduler::installHandler() {
  if (settings_.handler) return watchdog_.set(settings_.limit, settings_.handler);
  const char* const trace = std::getenv("NETLITE_TRACE_PINNED");
  const bool isTraced = trace != nullptr && std::strcmp(trace, "1") == 0;
  watchdog_.set(isTraced ? milliseconds(1000) : milliseconds::max(), printStuck);
}

Carrier* Scheduler::leastLoaded() {
  const auto hasLess = [](const Carrier* left, const Carrier* right) { return left->load() < right->load(); };
  const auto least = std::min_element(carriers_.begin(), carriers_.end(), hasLess);
  return least == carriers_.end() ? nullptr : *least;
}

// If the system has no room for another carrier, those that exist do its work.
Carrier& Scheduler::addCarrierOr(Carrier* other) {
  try {
    return addCarrier();
  } catch (const std::exception&) {
    if (other == nullptr) throw;
    return *other;
  }
}

Carrier& Scheduler::addCarrier() {
  carriers_.reserve(carriers_.size() + 1);
  const platform::Result<platform::Poller> poller = platform::openPoller();
  if (!poller) throw std::system_error(poller.error(), "start a carrier of virtual threads");
  auto carrier = std::make_unique<Carrier>(*poller);
  try {
    OsThread(
        kCarrierStack, [started = carrier.get()] { started->run(); }, "start a carrier of virtual threads")
        .detach();
  } catch (...) {
    platform::closePoller(*poller);
    throw;
  }
  has_started_ = true;
  carriers_.push_back(carrier.get());
  watchdog_.add(*carrier);
  return *carrier.release();
}

std::vector<Carrier*> Scheduler::carriers() {
  const WordMutexLock lock(mutex_);
  return carriers_;
}

void Scheduler::setParallelism(std::size_t carriers) {
  const WordMutexLock lock(mutex_);
  if (has_started_) throw IllegalStateException("set parallelism: a virtual thread was already started");
  settings_.parallelism = carriers;
}

void Scheduler::setStuckHandler(milliseconds limit, Watchdog::Handler handler) {
  const WordMutexLock lock(mutex_);
  {
    const NoFork whole;  // a child has to find both
    settings_.limit = limit;
    settings_.handler.swap(handler);
  }
  installHandler();
}

// What the virtual threads of one carrier wait for. The one that describes them and the strand that asks own it
// together.
class Description {
 public:
  void set(std::string text) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    text_ = std::move(text);
    set_.notifyAll();
  }

  /// Nothing if the deadline came first.
  std::optional<std::string> await(Deadline deadline) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    while (!text_ && set_.waitUntil(mutex_, deadline)) {
    }
    return text_;
  }

 private:
  WordMutex mutex_;
  WordCondition set_;
  std::optional<std::string> text_ NETLITE_GUARDED_BY(mutex_);
};

// A carrier that has not switched for this long is held up. What it has is not described.
constexpr milliseconds kPatience{100};

// Only its own virtual threads can look at a carrier's others while they are parked.
std::shared_ptr<Description> askForDescription(Carrier& carrier) {
  auto description = std::make_shared<Description>();
  const auto describe = [description, &carrier] { description->set(carrier.describeAll()); };
  carrier.start(Scheduler::instance().create(nullptr, 0, describe));
  return description;
}

std::string descriptionOf(Carrier& carrier, Description& asked) {
  for (;;) {
    const std::uint32_t count = carrier.switchCount();
    if (const std::optional<std::string> text = asked.await(Deadline::after(kPatience))) return *text;
    const std::string running = carrier.nameOfRunning(count);
    if (!running.empty()) return running + ": running; the others of its carrier wait for it and are not shown\n";
  }
}

}  // namespace

bool isAvailable() noexcept { return hasContexts(); }

void start(std::shared_ptr<ThreadState> state, std::size_t stackSize, std::function<void()> body) {
  Scheduler& scheduler = Scheduler::instance();
  Carrier& carrier = scheduler.carrierForNext();
  carrier.start(scheduler.create(std::move(state), stackSize, std::move(body)));
}

Prepared::Prepared(std::size_t stackSize) : thread_(&Scheduler::instance().create(nullptr, stackSize, nullptr)) {}

Prepared::Prepared(Prepared&& other) noexcept : thread_(std::exchange(other.thread_, nullptr)) {}

Prepared& Prepared::operator=(Prepared&& other) noexcept {
  std::swap(thread_, other.thread_);
  return *this;
}

Prepared::~Prepared() {
  if (thread_ != nullptr) thread_->discard();
}

Arena* Prepared::arena() const noexcept { return thread_ != nullptr ? &thread_->arena() : nullptr; }

void Prepared::start(std::function<void()> body) {
  Carrier& carrier = Scheduler::instance().carrierForNext();
  thread_->setBody(std::move(body));
  carrier.start(*std::exchange(thread_, nullptr));
}

void yield() noexcept { VirtualThread::current()->yield(); }

void setParallelism(int carriers) { Scheduler::instance().setParallelism(static_cast<std::size_t>(carriers)); }

void dump(std::ostream& out) {
  const std::vector<Carrier*> carriers = Scheduler::instance().carriers();
  std::vector<std::shared_ptr<Description>> asked;
  for (Carrier* const carrier : carriers) asked.push_back(askForDescription(*carrier));
  for (std::size_t i = 0; i < carriers.size(); ++i) out << descriptionOf(*carriers[i], *asked[i]);
}

void setStuckHandler(milliseconds limit, Watchdog::Handler handler) {
  Scheduler::instance().setStuckHandler(limit, std::move(handler));
}

}  // namespace netlite::virtual_scheduler
