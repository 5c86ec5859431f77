// SPDX-License-Identifier: MIT
//
// The wrappers of the system calls: the linker's --wrap=f sends every call of f to __wrap_f and names the system's
// function __real_f.
// Thread-safety: see the header.
#include "support/fault_injection.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker requires these names
extern "C" {
int __real_accept4(int descriptor, sockaddr* address, socklen_t* size, int flags);
int __real_bind(int descriptor, const sockaddr* address, socklen_t size);
int __real_close(int descriptor);
int __real_connect(int descriptor, const sockaddr* address, socklen_t size);
int __real_eventfd(unsigned initial, int flags);
void __real_freeaddrinfo(addrinfo* list);
int __real_getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found);
int __real_getsockname(int descriptor, sockaddr* address, socklen_t* size);
int __real_getsockopt(int descriptor, int level, int name, void* value, socklen_t* size);
int __real_ioctl(int descriptor, unsigned long request, void* argument);
int __real_listen(int descriptor, int backlog);
int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument);
int __real_poll(pollfd* entries, nfds_t count, int timeout);
ssize_t __real_read(int descriptor, void* buffer, size_t size);
ssize_t __real_recv(int descriptor, void* buffer, size_t size, int flags);
ssize_t __real_send(int descriptor, const void* data, size_t size, int flags);
int __real_setsockopt(int descriptor, int level, int name, const void* value, socklen_t size);
int __real_shutdown(int descriptor, int how);
int __real_socket(int domain, int type, int protocol);
ssize_t __real_write(int descriptor, const void* data, size_t size);
}

namespace netlite::test {

namespace {

thread_local Faults* faults_of_this_thread = nullptr;
std::atomic<std::chrono::milliseconds> thread_delay{std::chrono::milliseconds(0)};

template <typename Real>
auto perform(const Faults::Rule& rule, Real real) -> decltype(real()) {
  using Kind = Faults::Rule::Kind;
  if (rule.kind == Kind::answer) return rule.number;
  if (rule.kind != Kind::fail) {
    const auto result = real();
    if (rule.kind == Kind::pass) return result;
  }
  errno = rule.number;
  return -1;
}

template <typename Real>
auto perform(Call call, Real real) -> decltype(real()) {
  return perform(Faults::next(call), real);
}

int interruptedPoll(const Faults::Rule& rule, pollfd* entries, nfds_t count, int timeout) {
  const int delay = static_cast<int>(rule.delay.count());
  const bool endsEarlier = timeout >= 0 && timeout <= delay;
  const int ready = __real_poll(entries, count, endsEarlier ? timeout : delay);
  if (ready != 0 || endsEarlier) return ready;
  errno = EINTR;
  return -1;
}

// ---- names ----------------------------------------------------------------------------------------------------------

struct FakeHost {
  std::vector<std::string> addresses;
  std::chrono::milliseconds delay{0};
  int failure = 0;
  int error = 0;
  int failuresLeft = 0;
  bool hangs = false;
  int lookupCount = 0;
};

struct FakeEntry {
  addrinfo info{};
  sockaddr_storage address{};
};

struct Names {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, FakeHost> hosts;  // guarded by mutex
  std::map<const addrinfo*, std::unique_ptr<std::deque<FakeEntry>>>
      lists;        // guarded by mutex; keyed by their first entry
  int pending = 0;  // guarded by mutex
};

Names& names() {
  // Never destroyed: a lookup may still hang when the program ends.
  static Names& instance = *new Names;
  return instance;
}

FakeEntry makeEntry(const std::string& literal) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* parsed = nullptr;
  if (__real_getaddrinfo(literal.c_str(), nullptr, &hints, &parsed) != 0) throw std::logic_error(literal);
  FakeEntry entry;
  std::memcpy(&entry.address, parsed->ai_addr, parsed->ai_addrlen);
  entry.info = *parsed;
  __real_freeaddrinfo(parsed);
  entry.info.ai_canonname = nullptr;
  entry.info.ai_next = nullptr;
  return entry;
}

addrinfo* makeList(const std::vector<std::string>& addresses) {
  auto list = std::make_unique<std::deque<FakeEntry>>();
  for (const std::string& address : addresses) list->push_back(makeEntry(address));
  for (std::size_t i = 0; i < list->size(); ++i) {
    FakeEntry& entry = (*list)[i];
    entry.info.ai_addr = reinterpret_cast<sockaddr*>(&entry.address);
    if (i + 1 < list->size()) entry.info.ai_next = &(*list)[i + 1].info;
  }
  addrinfo* const first = &list->front().info;
  names().lists.emplace(first, std::move(list));
  return first;
}

int answerFor(FakeHost& host, addrinfo** found) {
  if (host.failuresLeft > 0) {
    --host.failuresLeft;
    errno = host.error;
    return host.failure;
  }
  *found = makeList(host.addresses);
  return 0;
}

std::optional<int> lookUpFake(const char* name, addrinfo** found) {
  std::unique_lock<std::mutex> lock(names().mutex);
  const auto known = names().hosts.find(name);
  if (known == names().hosts.end()) return std::nullopt;
  FakeHost& host = known->second;
  ++host.lookupCount;
  ++names().pending;
  if (host.delay.count() > 0) {
    lock.unlock();
    std::this_thread::sleep_for(host.delay);
    lock.lock();
  }
  names().changed.wait(lock, [&host] { return !host.hangs; });
  const int result = answerFor(host, found);
  --names().pending;
  names().changed.notify_all();
  return result;
}

struct LateStart {
  std::chrono::milliseconds delay;
  void* (*routine)(void*);
  void* argument;
};

extern "C" void* startLate(void* argument) {
  const LateStart start = *std::unique_ptr<LateStart>(static_cast<LateStart*>(argument));
  std::this_thread::sleep_for(start.delay);
  return start.routine(start.argument);
}

}  // namespace

LateThreads::LateThreads(std::chrono::milliseconds delay) { thread_delay = delay; }
LateThreads::~LateThreads() { thread_delay = std::chrono::milliseconds(0); }

Faults::Faults() {
  if (faults_of_this_thread != nullptr) throw std::logic_error("this thread already has a Faults");
  faults_of_this_thread = this;
}

Faults::~Faults() { faults_of_this_thread = nullptr; }

Faults& Faults::add(Call call, const Rule& rule, int times) {
  queues_[indexOf(call)].rules.push_back({rule, times});
  return *this;
}

Faults::Rule Faults::next(Call call) {
  const Rule rule = faults_of_this_thread == nullptr ? Rule() : faults_of_this_thread->take(call);
  if (rule.before) rule.before();
  return rule;
}

Faults::Rule Faults::take(Call call) {
  Queue& queue = queues_[indexOf(call)];
  ++queue.count;
  if (queue.rules.empty()) return {};
  Repeated& first = queue.rules.front();
  const Rule rule = first.rule;
  if (first.times != kAlways && --first.times == 0) queue.rules.pop_front();
  return rule;
}

FakeNames::FakeNames() {
  std::lock_guard<std::mutex> lock(names().mutex);
  if (!names().hosts.empty()) throw std::logic_error("another FakeNames exists");
}

FakeNames::~FakeNames() {
  std::unique_lock<std::mutex> lock(names().mutex);
  for (auto& host : names().hosts) host.second.hangs = false;
  names().changed.notify_all();
  names().changed.wait(lock, [] { return names().pending == 0; });
  names().hosts.clear();
}

void FakeNames::add(const std::string& host, std::vector<std::string> addresses, std::chrono::milliseconds delay) {
  std::lock_guard<std::mutex> lock(names().mutex);
  names().hosts[host].addresses = std::move(addresses);
  names().hosts[host].delay = delay;
}

void FakeNames::fail(const std::string& host, int code, int error, int times) {
  std::lock_guard<std::mutex> lock(names().mutex);
  names().hosts[host].failure = code;
  names().hosts[host].error = error;
  names().hosts[host].failuresLeft = times;
}

void FakeNames::hang(const std::string& host) {
  std::lock_guard<std::mutex> lock(names().mutex);
  names().hosts[host].addresses = {"127.0.0.1"};
  names().hosts[host].hangs = true;
}

int FakeNames::lookupCount(const std::string& host) const {
  std::lock_guard<std::mutex> lock(names().mutex);
  return names().hosts[host].lookupCount;
}

}  // namespace netlite::test

using netlite::test::Call;
using netlite::test::Faults;
using netlite::test::LateStart;
using netlite::test::names;
using netlite::test::perform;
using netlite::test::startLate;
using netlite::test::thread_delay;

extern "C" {

int __wrap_accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  return perform(Call::accept, [&] { return __real_accept4(descriptor, address, size, flags); });
}

int __wrap_bind(int descriptor, const sockaddr* address, socklen_t size) {
  return perform(Call::bind, [&] { return __real_bind(descriptor, address, size); });
}

int __wrap_close(int descriptor) {
  return perform(Call::close, [&] { return __real_close(descriptor); });
}

int __wrap_connect(int descriptor, const sockaddr* address, socklen_t size) {
  return perform(Call::connect, [&] { return __real_connect(descriptor, address, size); });
}

int __wrap_eventfd(unsigned initial, int flags) {
  return perform(Call::eventfd, [&] { return __real_eventfd(initial, flags); });
}

void __wrap_freeaddrinfo(addrinfo* list) {
  std::lock_guard<std::mutex> lock(names().mutex);
  if (names().lists.erase(list) == 0) __real_freeaddrinfo(list);
}

int __wrap_getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  const std::optional<int> fake = netlite::test::lookUpFake(host, found);
  return fake ? *fake : __real_getaddrinfo(host, service, hints, found);
}

int __wrap_getsockname(int descriptor, sockaddr* address, socklen_t* size) {
  return perform(Call::getsockname, [&] { return __real_getsockname(descriptor, address, size); });
}

int __wrap_getsockopt(int descriptor, int level, int name, void* value, socklen_t* size) {
  return perform(Call::getsockopt, [&] { return __real_getsockopt(descriptor, level, name, value, size); });
}

int __wrap_ioctl(int descriptor, unsigned long request, void* argument) {
  return perform(Call::ioctl, [&] { return __real_ioctl(descriptor, request, argument); });
}

int __wrap_listen(int descriptor, int backlog) {
  return perform(Call::listen, [&] { return __real_listen(descriptor, backlog); });
}

int __wrap_poll(pollfd* entries, nfds_t count, int timeout) {
  const Faults::Rule rule = Faults::next(Call::poll);
  if (rule.kind == Faults::Rule::Kind::interrupt) {
    return netlite::test::interruptedPoll(rule, entries, count, timeout);
  }
  return perform(rule, [&] { return __real_poll(entries, count, timeout); });
}

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                          void* argument) {
  const std::chrono::milliseconds delay = thread_delay;
  if (delay.count() == 0) return __real_pthread_create(thread, attributes, routine, argument);
  auto start = std::make_unique<LateStart>(LateStart{delay, routine, argument});
  const int error = __real_pthread_create(thread, attributes, startLate, start.get());
  if (error == 0) static_cast<void>(start.release());  // now owned by the thread
  return error;
}

ssize_t __wrap_read(int descriptor, void* buffer, size_t size) {
  return perform(Call::read, [&] { return __real_read(descriptor, buffer, size); });
}

ssize_t __wrap_recv(int descriptor, void* buffer, size_t size, int flags) {
  const Faults::Rule rule = Faults::next(Call::recv);
  return perform(rule, [&] { return __real_recv(descriptor, buffer, std::min(size, rule.maxBytes), flags); });
}

ssize_t __wrap_send(int descriptor, const void* data, size_t size, int flags) {
  const Faults::Rule rule = Faults::next(Call::send);
  return perform(rule, [&] { return __real_send(descriptor, data, std::min(size, rule.maxBytes), flags); });
}

int __wrap_setsockopt(int descriptor, int level, int name, const void* value, socklen_t size) {
  return perform(Call::setsockopt, [&] { return __real_setsockopt(descriptor, level, name, value, size); });
}

int __wrap_shutdown(int descriptor, int how) {
  return perform(Call::shutdown, [&] { return __real_shutdown(descriptor, how); });
}

int __wrap_socket(int domain, int type, int protocol) {
  return perform(Call::socket, [&] { return __real_socket(domain, type, protocol); });
}

ssize_t __wrap_write(int descriptor, const void* data, size_t size) {
  return perform(Call::write, [&] { return __real_write(descriptor, data, size); });
}

// The names of poll, read and recv when the distribution's compiler checks buffer sizes (_FORTIFY_SOURCE).

int __wrap___poll_chk(pollfd* entries, nfds_t count, int timeout, size_t) {
  return __wrap_poll(entries, count, timeout);
}

ssize_t __wrap___read_chk(int descriptor, void* buffer, size_t size, size_t) {
  return __wrap_read(descriptor, buffer, size);
}

ssize_t __wrap___recv_chk(int descriptor, void* buffer, size_t size, size_t, int flags) {
  return __wrap_recv(descriptor, buffer, size, flags);
}
}
// NOLINTEND(bugprone-reserved-identifier)
