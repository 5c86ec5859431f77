// SPDX-License-Identifier: MIT
//
// Failures on demand. The tests that link fault_injection.cpp with the linker's --wrap have the system calls of the
// library pass through here, where a script may answer instead of the system, and the names of the resolver too.
// Thread-safety: a Faults belongs to the thread that made it and has no effect on others. A FakeNames holds for all
// threads, since the library looks names up in threads of its own, and so does a LateThreads; there is one at a time.
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

/// More often than any test makes a call.
inline constexpr int kAlways = std::numeric_limits<int>::max();

/// What the system calls of this thread are answered while it lives, each kind of call by its own queue, the first rule
/// first. When a queue is used up the system answers.
class Faults {
 public:
  struct Rule {
    enum class Kind { pass, fail, failAfter, answer, interrupt };

    Kind kind = Kind::pass;
    int number = 0;                                              // an errno, or the answer
    std::size_t most = std::numeric_limits<std::size_t>::max();  // bytes that may be moved
    std::chrono::milliseconds patience{0};                       // until the interruption
    std::function<void()> before;                                // done first, where there is something
  };

  Faults();
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  /// The system answers.
  Faults& pass(Call call, int times = 1) { return add(call, {}, times); }

  /// The call fails with this errno, and the system does not hear of it.
  Faults& fail(Call call, int error, int times = 1) { return add(call, rule(Rule::Kind::fail, error), times); }

  /// The system does what it was called for, and then it looks like a failure with this errno.
  Faults& failAfter(Call call, int error, int times = 1) {
    return add(call, rule(Rule::Kind::failAfter, error), times);
  }

  /// The call returns this, and the system does not hear of it.
  Faults& answer(Call call, int result, int times = 1) { return add(call, rule(Rule::Kind::answer, result), times); }

  /// recv, send: the system sees a buffer of `most` bytes.
  Faults& shorten(Call call, std::size_t most, int times = 1) {
    return add(call, rule(Rule::Kind::pass, 0, most), times);
  }

  /// poll: unless it ends before by itself, a signal (EINTR) ends it.
  Faults& interruptAfter(std::chrono::milliseconds patience, int times) {
    return add(Call::poll, rule(Rule::Kind::interrupt, 0, 0, patience), times);
  }

  /// The system answers, but something else happens just before.
  Faults& passAfter(Call call, std::function<void()> before) {
    Rule rule;
    rule.before = std::move(before);
    return add(call, rule, 1);
  }

  /// How often this thread has made the call since the Faults was made.
  int made(Call call) const { return queues_[indexOf(call)].made; }

  /// For the stand-ins of the system calls.
  static Rule next(Call call);

 private:
  struct Repeated {
    Rule rule;
    int times;
  };

  struct Queue {
    std::deque<Repeated> rules;
    int made = 0;
  };

  static constexpr std::size_t indexOf(Call call) { return static_cast<std::size_t>(call); }

  static Rule rule(Rule::Kind kind, int number, std::size_t most = std::numeric_limits<std::size_t>::max(),
                   std::chrono::milliseconds patience = std::chrono::milliseconds(0)) {
    return {kind, number, most, patience, nullptr};
  }

  Faults& add(Call call, const Rule& rule, int times);
  Rule take(Call call);

  std::array<Queue, static_cast<std::size_t>(Call::write) + 1> queues_;
};

/// Host names that the test makes up; all other names are the system's to know.
class FakeNames {
 public:
  FakeNames();

  /// Lets every look-up answer, and waits for those under way.
  ~FakeNames();
  FakeNames(const FakeNames&) = delete;
  FakeNames& operator=(const FakeNames&) = delete;

  /// The host has these addresses (literals), in this order, and says so after the delay.
  void add(const std::string& host, std::vector<std::string> addresses,
           std::chrono::milliseconds delay = std::chrono::milliseconds(0));

  /// The look-ups of the host fail with this EAI_ code, and with EAI_SYSTEM leave this errno; the first `times` of
  /// them.
  void fail(const std::string& host, int code, int error = 0, int times = kAlways);

  /// The look-ups of the host do not end before this object does.
  void hang(const std::string& host);

  int timesAsked(const std::string& host) const;
};

/// While it lives, the threads that the library starts take this long to begin. There is one at a time.
class LateThreads {
 public:
  explicit LateThreads(std::chrono::milliseconds delay);
  ~LateThreads();
  LateThreads(const LateThreads&) = delete;
  LateThreads& operator=(const LateThreads&) = delete;
};

}  // namespace netlite::test
