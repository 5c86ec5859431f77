// SPDX-License-Identifier: MIT
//
// Failures on demand. In tests that link fault_injection.cpp with the linker's --wrap, the library's system calls and
// name lookups pass through here, where a script may answer in place of the system.
// Thread-safety: a Faults belongs to the thread that created it and does not affect others. FakeNames and LateThreads
// affect all threads, since the library looks names up in its own threads; only one of each may exist at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace netlite::test {

enum class Call {
  accept,
  bind,
  close,
  connect,
  eventfd,
  getsockname,
  getsockopt,
  ioctl,
  listen,
  poll,
  read,
  recv,
  send,
  setsockopt,
  shutdown,
  socket,
  write
};

/// A number of times that no test reaches.
inline constexpr int kAlways = std::numeric_limits<int>::max();

/// Scripted results for this thread's system calls while the object lives. Each kind of call has a queue of rules, used
/// in order. When a queue is empty the system answers.
class Faults {
 public:
  struct Rule {
    enum class Kind { pass, fail, failAfter, answer, interrupt };

    Kind kind = Kind::pass;
    int number = 0;                                                  // an errno, or the result
    std::size_t maxBytes = std::numeric_limits<std::size_t>::max();  // bytes that may be moved
    std::chrono::milliseconds delay{0};                              // before the interruption
    std::function<void()> before;                                    // called first, if set
  };

  Faults();
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  /// The system answers.
  Faults& pass(Call call, int times = 1) { return add(call, {}, times); }

  /// The call fails with this errno and does not reach the system.
  Faults& fail(Call call, int error, int times = 1) { return add(call, rule(Rule::Kind::fail, error), times); }

  /// The system performs the call, which then reports failure with this errno.
  Faults& failAfter(Call call, int error, int times = 1) {
    return add(call, rule(Rule::Kind::failAfter, error), times);
  }

  /// The call returns `result` and does not reach the system.
  Faults& answer(Call call, int result, int times = 1) { return add(call, rule(Rule::Kind::answer, result), times); }

  /// recv, send: the system sees a buffer of at most `maxBytes` bytes.
  Faults& shorten(Call call, std::size_t maxBytes, int times = 1) {
    return add(call, rule(Rule::Kind::pass, 0, maxBytes), times);
  }

  /// poll: a signal (EINTR) ends it after the delay, unless it has ended by then.
  Faults& interruptAfter(std::chrono::milliseconds delay, int times) {
    return add(Call::poll, rule(Rule::Kind::interrupt, 0, 0, delay), times);
  }

  /// The system answers, right after `before` has been called.
  Faults& passAfter(Call call, std::function<void()> before) {
    Rule rule;
    rule.before = std::move(before);
    return add(call, rule, 1);
  }

  /// The number of these calls that this thread has made since the Faults was created.
  int count(Call call) const { return queues_[indexOf(call)].count; }

  /// For the wrappers of the system calls.
  static Rule next(Call call);

 private:
  struct Repeated {
    Rule rule;
    int times;
  };

  struct Queue {
    std::deque<Repeated> rules;
    int count = 0;
  };

  static constexpr std::size_t indexOf(Call call) { return static_cast<std::size_t>(call); }

  static Rule rule(Rule::Kind kind, int number, std::size_t maxBytes = std::numeric_limits<std::size_t>::max(),
                   std::chrono::milliseconds delay = std::chrono::milliseconds(0)) {
    return {kind, number, maxBytes, delay, nullptr};
  }

  Faults& add(Call call, const Rule& rule, int times);
  Rule take(Call call);

  std::array<Queue, static_cast<std::size_t>(Call::write) + 1> queues_;
};

/// Host names that the test invents; the system resolves all others.
class FakeNames {
 public:
  FakeNames();

  /// Lets every pending lookup finish, and waits for it.
  ~FakeNames();
  FakeNames(const FakeNames&) = delete;
  FakeNames& operator=(const FakeNames&) = delete;

  /// A lookup of the host returns these addresses (literals), in this order, after the delay.
  void add(const std::string& host, std::vector<std::string> addresses,
           std::chrono::milliseconds delay = std::chrono::milliseconds(0));

  /// The first `times` lookups of the host fail with this EAI_ code and, for EAI_SYSTEM, this errno.
  void fail(const std::string& host, int code, int error = 0, int times = kAlways);

  /// Lookups of the host hang until this object is destroyed.
  void hang(const std::string& host);

  /// The number of lookups of the host so far.
  int lookupCount(const std::string& host) const;
};

/// While it lives, each thread that the library starts begins to run only after this delay.
class LateThreads {
 public:
  explicit LateThreads(std::chrono::milliseconds delay);
  ~LateThreads();
  LateThreads(const LateThreads&) = delete;
  LateThreads& operator=(const LateThreads&) = delete;
};

}  // namespace netlite::test
