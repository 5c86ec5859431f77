// SPDX-License-Identifier: MIT
//
// fork: what a child makes of the internal state that threads of the parent were using.
#include "address/resolver.hpp"
#include "net/socket_core.hpp"
#include "platform/datagram.hpp"
#include "platform/process.hpp"
#include "platform/socket.hpp"
#include "platform/wait.hpp"
#include "support/blocked_thread.hpp"
#include "support/posix/forked.hpp"
#include "thread/condition.hpp"
#include "thread/mutex.hpp"
#include "thread/os_thread.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // far more than any of this takes

// ---- marks ----------------------------------------------------------------------------------------------------------

TEST(ProcessMarkTest, DiffersInAChild) {
  const std::uint32_t ours = platform::processMark();
  EXPECT_TRUE(holdsInChild([&] { return platform::processMark() != ours; }));
}

// 0 is the mark of a lock that is free.
TEST(ProcessMarkTest, IsNever0HoweverDeepTheForksAreNested) {
  EXPECT_TRUE(holdsInChild([] {
    platform::process_mark = platform::kMarkBits;  // the last one
    return holdsInChild([] { return platform::processMark() != 0; });
  }));
}

TEST(ForkCountTest, GrowsInParentAndChild) {
  const std::uint32_t before = platform::forkCount();
  EXPECT_TRUE(holdsInChild([&] { return platform::forkCount() == before + 1; }));
  EXPECT_EQ(platform::forkCount(), before + 1);
}

// ---- holding off a fork ---------------------------------------------------------------------------------------------

TEST(NoForkTest, AForkOfAnotherThreadWaits) {
  std::optional<BlockedThread> forking;
  {
    const platform::NoFork whole;
    forking.emplace([] { EXPECT_TRUE(holdsInChild([] { return true; })); });
    forking->waitUntilAsleep();
    EXPECT_FALSE(forking->hasEnded());
  }
  forking->join();
}

TEST(NoForkTest, AChildMayHoldOffForksItself) {
  EXPECT_TRUE(holdsInChild([] {
    { const platform::NoFork whole; }
    return holdsInChild([] { return true; });
  }));
}

// ---- locks and threads ----------------------------------------------------------------------------------------------

// Holds a lock until it is destroyed.
class Holder {
 public:
  explicit Holder(Mutex& mutex) {
    thread_ = std::thread([&mutex, this] {
      const MutexLock lock(mutex);
      held_.open();
      end_.pass();
    });
    held_.pass();
  }
  ~Holder() {
    end_.open();
    thread_.join();
  }

 private:
  Gate held_;
  Gate end_;
  std::thread thread_;
};

TEST(ForkedMutexTest, IsFreeInTheChildThoughAThreadOfTheParentHoldsIt) {
  Mutex mutex;
  const Holder holder(mutex);
  EXPECT_TRUE(holdsInChild([&] {
    mutex.lock();
    mutex.unlock();
    return true;
  }));
  EXPECT_FALSE(mutex.try_lock());
}

// The parent's parked thread must not be woken in place of the child's.
TEST(ForkedMutexTest, WakesTheChildsThreadAlthoughOneOfTheParentWaits) {
  if (!kChildrenOfThreadsMayStartThreads) GTEST_SKIP() << "not supported by ThreadSanitizer";
  Mutex mutex;
  const auto lockOnce = [&mutex] { const MutexLock lock(mutex); };
  std::optional<BlockedThread> waiting;
  {
    const Holder holder(mutex);
    waiting.emplace(lockOnce);
    waiting->waitUntilAsleep();
    EXPECT_TRUE(holdsInChild([&] {
      mutex.lock();
      BlockedThread ours(lockOnce);
      ours.waitUntilAsleep();
      mutex.unlock();
      ours.join();
      return true;
    }));
  }
  waiting->join();
}

TEST(ForkedConditionTest, WakesTheChildsThreadAlthoughOneOfTheParentWaits) {
  if (!kChildrenOfThreadsMayStartThreads) GTEST_SKIP() << "not supported by ThreadSanitizer";
  Mutex mutex;
  Condition changed;
  const auto waitOnce = [&] {
    const MutexLock lock(mutex);
    changed.wait(mutex);
  };
  BlockedThread waiting(waitOnce);
  waiting.waitUntilAsleep();
  EXPECT_TRUE(holdsInChild([&] {
    BlockedThread ours(waitOnce);
    ours.waitUntilAsleep();
    changed.notifyOne();
    ours.join();
    return true;
  }));
  changed.notifyOne();
  waiting.join();
}

// The system may give a thread of the child the identity of one that the parent has.
TEST(ForkedThreadTest, IsNotWaitedForInTheChild) {
  if (!kChildrenOfThreadsMayStartThreads) GTEST_SKIP() << "not supported by ThreadSanitizer";
  Gate end;
  const auto waitForEnd = [&end] { end.pass(); };
  OsThread thread(0, waitForEnd, "start thread");
  EXPECT_TRUE(holdsInChild([&] {
    OsThread ours(0, waitForEnd, "start thread");
    thread.join();
    return true;
  }));
  end.open();
  thread.join();
}

// ---- sockets --------------------------------------------------------------------------------------------------------

class ForkedCoreTest : public testing::Test {
 protected:
  static platform::Handle openHandle() { return *platform::openStream(platform::Family::ipv4); }
  static bool isOpen(platform::Handle handle) { return ::fcntl(static_cast<int>(handle), F_GETFD) >= 0; }

  const platform::Handle handle_ = openHandle();
  SocketCore core_{handle_};
};

// The calls that the close of the parent waits for do not exist in the child.
TEST_F(ForkedCoreTest, FreesInTheChildWhatTheParentIsClosing) {
  const SocketCore::Pin inFlight(core_);
  core_.close();
  ASSERT_TRUE(isOpen(handle_));
  EXPECT_TRUE(holdsInChild([&] {
    core_.close();
    return !isOpen(handle_);
  }));
}

TEST_F(ForkedCoreTest, StaysClosedInTheChildForNewCalls) {
  const SocketCore::Pin inFlight(core_);
  core_.close();
  EXPECT_TRUE(holdsInChild([&] {
    const SocketCore::Pin pin(core_);
    return !pin && !isOpen(handle_);
  }));
}

TEST_F(ForkedCoreTest, MayNotBlockInTheChild) {
  EXPECT_TRUE(core_.mayBlock());
  EXPECT_TRUE(holdsInChild([&] {
    const SocketCore::Pin pin(core_);
    return !core_.mayBlock();
  }));
  EXPECT_TRUE(core_.mayBlock());
}

// A thread of the parent in a wait for several descriptors. If the child signalled its waker, which both share, it
// would not sleep again.
class ForkedWaiterTest : public ForkedCoreTest {
 protected:
  ForkedWaiterTest() { waiting_.waitUntilAsleep(); }
  ~ForkedWaiterTest() override { core_.close(); }

  SocketCore::Waited wait(Deadline deadline) {
    const SocketCore::Pin pin(core_);
    platform::WaitEntry entry{silent_, platform::Interest::readable, false};
    return core_.wait(&entry, 1, deadline);
  }

  const platform::Handle silent_ = *platform::openDatagram(platform::Family::ipv4);
  BlockedThread waiting_{[this] {
    while (wait(Deadline::never()).result != SocketCore::WaitResult::closed) {
    }
  }};
};

TEST_F(ForkedWaiterTest, IsNotWokenByTheChild) {
  EXPECT_TRUE(holdsInChild([&] {
    core_.wakeWaiters();
    return true;
  }));
  waiting_.waitUntilAsleep();
}

TEST_F(ForkedWaiterTest, IsNotWokenByAChildThatHasWaitedItself) {
  EXPECT_TRUE(holdsInChild([&] {
    const bool timedOut = wait(Deadline::after(20ms)).result == SocketCore::WaitResult::timedOut;
    core_.wakeWaiters();
    return timedOut;
  }));
  waiting_.waitUntilAsleep();
}

TEST(ForkedWakerTest, IsNotKeptInTheChild) {
  const platform::Waker waker = *platform::openWaker();
  const bool isKept = platform::keepWaker(waker);  // the system decides
  EXPECT_TRUE(holdsInChild([] { return platform::keptWaker().waiting == platform::kNoHandle; }));
  if (isKept) platform::forgetKeptWaker();
  platform::closeWaker(waker);
}

// ---- lookups --------------------------------------------------------------------------------------------------------

// A name server that answers in the child, and in the parent once the test lets it.
class NameServer {
 public:
  NameServer() { instance = this; }

  static platform::Result<platform::Addresses> lookUp(const std::string&) {
    if (!instance->answers_) {
      instance->asked_.open();
      instance->answer_.pass();
    }
    return platform::Addresses{platform::Address()};
  }

  void answer() { answers_ = true; }
  void awaitQuestion() { asked_.pass(); }
  void answerTheOneInProgress() { answer_.open(); }

 private:
  static inline NameServer* instance = nullptr;

  std::atomic<bool> answers_{false};
  Gate asked_;
  Gate answer_;
};

TEST(ForkedLookupTest, StartsAnewInTheChildThoughOneOfTheParentIsInProgress) {
  if (!kChildrenOfThreadsMayStartThreads) GTEST_SKIP() << "not supported by ThreadSanitizer";
  static NameServer& server = *new NameServer;  // never destroyed: a thread of the library may still be using it
  const auto resolve = [] {
    return resolveHost("slow.example", Deadline::after(kPatience), NameServer::lookUp).size();
  };
  BlockedThread asking([&] { EXPECT_EQ(resolve(), 1u); });
  server.awaitQuestion();
  EXPECT_TRUE(holdsInChild([&] {
    server.answer();
    return resolve() == 1;
  }));
  server.answerTheOneInProgress();
  asking.join();
}

platform::Result<platform::Addresses> answerImmediately(const std::string&) {
  return platform::Addresses{platform::Address()};
}

// Some of the forks come while a thread of the parent changes the map of lookups.
TEST(ForkedLookupTest, MayStartInTheChildWhileThoseOfTheParentComeAndGo) {
  if (!kChildrenOfThreadsMayStartThreads) GTEST_SKIP() << "not supported by ThreadSanitizer";
  if (!kChildrenOfBusyThreadsMayAllocate) GTEST_SKIP() << "not supported by AddressSanitizer";
  const auto resolve = [](const std::string& host) {
    return resolveHost(host, Deadline::after(kPatience), answerImmediately).size();
  };
  std::atomic<bool> isOver{false};
  const auto comeAndGo = [&](const std::string& host) {
    while (!isOver) EXPECT_EQ(resolve(host), 1u);
  };
  BlockedThread one([&] { comeAndGo("one.example"); });
  BlockedThread other([&] { comeAndGo("other.example"); });
  for (int child = 0; child < 500; ++child) {
    EXPECT_TRUE(holdsInChild([&] { return resolve("one.example") == 1; }));
  }
  isOver = true;
}

}  // namespace
