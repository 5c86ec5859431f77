// SPDX-License-Identifier: MIT
//
// fork: how a child handles internal state that threads of the parent were using at the fork.
#include "address/resolver.hpp"
#include "net/socket_core.hpp"
#include "platform/datagram.hpp"
#include "platform/process.hpp"
#include "platform/socket.hpp"
#include "platform/wait.hpp"
#include "support/blocked_thread.hpp"
#include "support/posix/forked.hpp"
#include "thread/blocking_pool.hpp"
#include "thread/os_thread.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // far more than anything here takes

// ---- marks ----------------------------------------------------------------------------------------------------------

TEST(ProcessMarkTest, DiffersInAChild) {
  const std::uint32_t ours = platform::processMark();
  EXPECT_TRUE(holdsInChild([&] { return platform::processMark() != ours; }));
}

// 0 marks a free lock, so the counter skips it when it wraps.
TEST(ProcessMarkTest, IsNot0AfterTheCounterWraps) {
  EXPECT_TRUE(holdsInChild([] {
    platform::process_mark = platform::kMarkBits;  // the last mark
    return holdsInChild([] { return platform::processMark() != 0; });
  }));
}

TEST(ForkCountTest, GrowsInParentAndChild) {
  const std::uint32_t before = platform::forkCount();
  EXPECT_TRUE(holdsInChild([&] { return platform::forkCount() == before + 1; }));
  EXPECT_EQ(platform::forkCount(), before + 1);
}

// Called in the parent as soon as the child exists. The system calls the handlers in the order of their registration,
// and this program's objects come before the library's.
std::function<void()> as_child_exists;
extern "C" void callAsChildExists() {
  if (as_child_exists) as_child_exists();
}
[[maybe_unused]] const int registered = ::pthread_atfork(nullptr, callAsChildExists, nullptr);

// Another thread of the parent may close a socket at that moment. The child may still need the input.
TEST(ForkCountTest, GrowsBeforeTheChildExists) {
  const std::uint32_t before = platform::forkCount();
  std::uint32_t during = before;
  as_child_exists = [&during] { during = platform::forkCount(); };
  EXPECT_TRUE(holdsInChild([] { return true; }));
  as_child_exists = nullptr;
  EXPECT_EQ(during, before + 1);
}

// ---- holding off a fork ---------------------------------------------------------------------------------------------

TEST(NoForkTest, AForkInAnotherThreadWaits) {
  std::optional<BlockedThread> forking;
  {
    const platform::NoFork whole;
    forking.emplace([] { EXPECT_TRUE(holdsInChild([] { return true; })); });
    forking->waitUntilAsleep();
    EXPECT_FALSE(forking->hasEnded());
  }
  forking->join();
}

TEST(NoForkTest, AChildMayHoldOffForksToo) {
  EXPECT_TRUE(holdsInChild([] {
    { const platform::NoFork whole; }
    return holdsInChild([] { return true; });
  }));
}

// ---- locks and threads ----------------------------------------------------------------------------------------------

// Holds a lock until it is destroyed.
class Holder {
 public:
  explicit Holder(WordMutex& mutex) {
    thread_ = std::thread([&mutex, this] {
      const WordMutexLock lock(mutex);
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

TEST(ForkedMutexTest, IsFreeInTheChildWhileAThreadOfTheParentHoldsIt) {
  WordMutex mutex;
  const Holder holder(mutex);
  EXPECT_TRUE(holdsInChild([&] {
    mutex.lock();
    mutex.unlock();
    return true;
  }));
  EXPECT_FALSE(mutex.try_lock());
}

// The parent's parked thread must not be woken in place of the child's.
TEST(ForkedMutexTest, WakesTheChildsThreadWhileOneOfTheParentWaits) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  WordMutex mutex;
  const auto lockOnce = [&mutex] { const WordMutexLock lock(mutex); };
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

TEST(ForkedConditionTest, WakesTheChildsThreadWhileOneOfTheParentWaits) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  WordMutex mutex;
  WordCondition changed;
  const auto waitOnce = [&] {
    const WordMutexLock lock(mutex);
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

// The system may give a thread of the child the same ID as a thread of the parent.
TEST(ForkedThreadTest, JoinInTheChildDoesNotWait) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
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

// The parent's idle helper must not be waited for.
TEST(ForkedBlockingPoolTest, StartsItsOwnHelpersInTheChild) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  BlockingPool::shared().run([] {});
  EXPECT_TRUE(holdsInChild([] {
    bool hasRun = false;
    BlockingPool::shared().run([&] { hasRun = true; });
    return hasRun && BlockingPool::shared().helperCount() == 1;
  }));
}

// ---- sockets --------------------------------------------------------------------------------------------------------

class ForkedCoreTest : public testing::Test {
 protected:
  static platform::Handle openHandle() { return *platform::openStream(platform::Family::ipv4); }
  static bool isOpen(platform::Handle handle) { return ::fcntl(static_cast<int>(handle), F_GETFD) >= 0; }

  const platform::Handle handle_ = openHandle();
  SocketCore core_{handle_};
};

// The parent's close waits for calls that do not exist in the child.
TEST_F(ForkedCoreTest, CloseInTheChildFreesADescriptorThatTheParentIsClosing) {
  const SocketCore::Pin inFlight(core_);
  core_.close();
  ASSERT_TRUE(isOpen(handle_));
  EXPECT_TRUE(holdsInChild([&] {
    core_.close();
    return !isOpen(handle_);
  }));
}

TEST_F(ForkedCoreTest, GivesNoPinInTheChildOnceClosed) {
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

// A thread of the parent that waits for several descriptors. If the child signalled its waker, which both processes
// share, the thread would not fall asleep again.
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

// A name server that answers immediately in the child, and in the parent once the test lets it.
class NameServer {
 public:
  NameServer() { instance = this; }

  static platform::Result<platform::Addresses> lookUp(const std::string&) {
    if (!instance->answers_immediately_) {
      instance->asked_.open();
      instance->answer_.pass();
    }
    return platform::Addresses{platform::Address()};
  }

  void answerImmediately() { answers_immediately_ = true; }
  void awaitLookup() { asked_.pass(); }
  void answerTheLookupInProgress() { answer_.open(); }

 private:
  static inline NameServer* instance = nullptr;

  std::atomic<bool> answers_immediately_{false};
  Gate asked_;
  Gate answer_;
};

TEST(ForkedLookupTest, StartsAgainInTheChildWhileTheParentsIsInProgress) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  static NameServer& server = *new NameServer;  // never destroyed: a thread of the library may still be using it
  const auto resolve = [] {
    return resolveHost("slow.example", Deadline::after(kPatience), NameServer::lookUp).size();
  };
  BlockedThread asking([&] { EXPECT_EQ(resolve(), 1u); });
  server.awaitLookup();
  EXPECT_TRUE(holdsInChild([&] {
    server.answerImmediately();
    return resolve() == 1;
  }));
  server.answerTheLookupInProgress();
  asking.join();
}

platform::Result<platform::Addresses> answerAnyName(const std::string&) {
  return platform::Addresses{platform::Address()};
}

// Some of the forks happen while a thread of the parent changes the map of lookups.
TEST(ForkedLookupTest, MayStartInTheChildWhileLookupsOfTheParentComeAndGo) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  if (!kChildrenOfBusyThreadsMayAllocate) GTEST_SKIP() << "not supported by the sanitizers";
  const auto resolve = [](const std::string& host) {
    return resolveHost(host, Deadline::after(kPatience), answerAnyName).size();
  };
  std::atomic<bool> isOver{false};
  const auto comeAndGo = [&](const std::string& host) {
    while (!isOver) EXPECT_EQ(resolve(host), 1u);
  };
  BlockedThread one([&] { comeAndGo("one.example"); });
  BlockedThread other([&] { comeAndGo("other.example"); });
  forManyChildren([&] { EXPECT_TRUE(holdsInChild([&] { return resolve("one.example") == 1; })); });
  isOver = true;
}

}  // namespace
