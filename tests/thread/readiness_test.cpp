// SPDX-License-Identifier: MIT
//
// Readiness: the protocol between a poller and the virtual threads that wait for a descriptor.
#include "thread/readiness.hpp"

#include "platform/poller.hpp"
#include "support/loopback.hpp"
#include "thread/carrier.hpp"
#include "thread/context/context.hpp"
#include "thread/virtual_thread.hpp"

#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using platform::Interest;
using platform::PollEvent;

constexpr auto kPatience = 10s;

// Two connected descriptors.
class Ends {
 public:
  platform::Handle watched() const { return pair_.server.nativeHandle(); }
  void send() { pair_.client.getOutputStream().write("x"); }
  void receive() { EXPECT_EQ(pair_.server.getInputStream().read(), 'x'); }
  void endOutput() { pair_.client.shutdownOutput(); }

 private:
  Pair pair_ = connectedPair();
};

class ReadinessTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!hasContexts()) GTEST_SKIP() << "there are no virtual threads on this processor or system";
  }

  static void runVirtually(const std::function<void()>& body) {
    Thread::ofVirtual().stackSize(256 * 1024).start([&] { body(); }).join();
  }

  // An object that knows of nothing that is ready.
  static Readiness& acquireEmpty() {
    Readiness& readiness = Readiness::acquire();
    readiness.take(Interest::readable);
    readiness.take(Interest::writable);
    return readiness;
  }

  // The events that the carrier's poller has, before the carrier sees them.
  static std::vector<PollEvent> poll(std::chrono::milliseconds timeout) {
    std::vector<PollEvent> events(platform::kMaxPollEvents);
    const auto count = platform::poll(Carrier::current()->poller(), events.data(), timeout);
    events.resize(count ? *count : 0);
    return events;
  }

  static bool hasNoEvent() { return poll(0ms).empty() && poll(10ms).empty(); }

  // The next events. Another carrier may end a poll early.
  static std::vector<PollEvent> awaitEvents() {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    std::vector<PollEvent> events;
    while (events.empty() && std::chrono::steady_clock::now() < end) events = poll(100ms);
    return events;
  }

  // Watches the descriptor, which becomes readable, and returns the first event, with the object's token.
  static PollEvent watch(Readiness& readiness, Ends& ends) {
    ends.send();
    EXPECT_FALSE(readiness.watch(ends.watched(), Interest::readable));
    const std::vector<PollEvent> events = awaitEvents();
    EXPECT_EQ(events.size(), 1u);
    return events.empty() ? PollEvent{} : events.front();
  }
};

TEST_F(ReadinessTest, ANewObjectLetsTheFirstCallOfEachKindBeTried) {
  Readiness& readiness = Readiness::acquire();
  EXPECT_TRUE(readiness.take(Interest::readable));
  EXPECT_FALSE(readiness.take(Interest::readable));
  EXPECT_TRUE(readiness.take(Interest::writable));
  EXPECT_FALSE(readiness.take(Interest::writable));
  readiness.release();
}

TEST_F(ReadinessTest, AFlagIsUsedUpByTheCallThatTakesIt) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    PollEvent event = watch(readiness, ends);
    event.readable = true;
    Readiness::notify(event);
    EXPECT_TRUE(readiness.take(Interest::readable));
    EXPECT_FALSE(readiness.take(Interest::readable));
    Readiness::notify(event);  // comes during the call: the next one is tried
    EXPECT_TRUE(readiness.take(Interest::readable));
    readiness.release();
  });
}

TEST_F(ReadinessTest, AnEventOfOneDirectionSaysNothingOfTheOther) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    const PollEvent event = watch(readiness, ends);
    Readiness::notify({event.token, false, true, false});
    EXPECT_FALSE(readiness.take(Interest::readable));
    EXPECT_TRUE(readiness.take(Interest::writable));
    readiness.release();
  });
}

TEST_F(ReadinessTest, SetMakesTheNextCallBeTried) {
  Readiness& readiness = acquireEmpty();
  readiness.set(Interest::readable);
  EXPECT_TRUE(readiness.take(Interest::readable));
  EXPECT_FALSE(readiness.take(Interest::writable));
  readiness.release();
}

TEST_F(ReadinessTest, TheEndOfInputStaysForReadersOnly) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    watch(readiness, ends);
    ends.receive();
    ends.endOutput();
    EXPECT_FALSE(readiness.watch(ends.watched(), Interest::readable));
    for (const PollEvent& event : awaitEvents()) Readiness::notify(event);
    readiness.take(Interest::writable);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(readiness.take(Interest::readable));
    EXPECT_FALSE(readiness.take(Interest::writable));
    readiness.release();
  });
}

TEST_F(ReadinessTest, AMarkMakesOneMoreReadBeTried) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    PollEvent event = watch(readiness, ends);
    event.readable = event.urgent = true;
    event.writable = false;
    Readiness::notify(event);
    EXPECT_FALSE(readiness.take(Interest::writable));
    EXPECT_TRUE(readiness.take(Interest::readable));
    EXPECT_TRUE(readiness.take(Interest::readable));
    EXPECT_FALSE(readiness.take(Interest::readable));
    EXPECT_FALSE(readiness.take(Interest::writable));
    readiness.release();
  });
}

TEST_F(ReadinessTest, TheNextOwnerDoesNotInheritTheEnd) {
  runVirtually([] {
    std::optional<Ends> ends(std::in_place);
    Readiness& readiness = acquireEmpty();
    PollEvent event = watch(readiness, *ends);
    event.ended = true;
    Readiness::notify(event);
    readiness.release();
    ends.reset();
    Readiness& next = acquireEmpty();
    ASSERT_EQ(&next, &readiness);
    EXPECT_FALSE(next.take(Interest::readable));
    next.release();
  });
}

TEST_F(ReadinessTest, ALateEventForARecycledObjectDoesNothing) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    PollEvent event = watch(readiness, ends);
    event.readable = event.writable = event.ended = true;
    readiness.release();
    Readiness& next = acquireEmpty();
    ASSERT_EQ(&next, &readiness);
    Readiness::notify(event);
    EXPECT_FALSE(next.take(Interest::readable));
    EXPECT_FALSE(next.take(Interest::writable));
    next.release();
  });
}

TEST_F(ReadinessTest, ALateEventWakesNoWaiterOfTheNextOwner) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    PollEvent event = watch(readiness, ends);
    event.readable = true;
    readiness.release();
    Readiness& next = acquireEmpty();
    ASSERT_EQ(&next, &readiness);
    {
      const Readiness::Waiter waiter(next, Interest::readable);
      Readiness::notify(event);
      EXPECT_FALSE(waiter.wasWoken());
    }
    next.release();
  });
}

TEST_F(ReadinessTest, AnEventWakesTheWaitersOfItsDirection) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    const PollEvent event = watch(readiness, ends);
    {
      const Readiness::Waiter reader(readiness, Interest::readable);
      const Readiness::Waiter other(readiness, Interest::readable);
      const Readiness::Waiter writer(readiness, Interest::writable);
      Readiness::notify({event.token, true, false, false});
      EXPECT_TRUE(reader.wasWoken());
      EXPECT_TRUE(other.wasWoken());
      EXPECT_FALSE(writer.wasWoken());
    }
    readiness.release();
  });
}

TEST_F(ReadinessTest, WakeAllEndsEveryWait) {
  Readiness& readiness = acquireEmpty();
  std::atomic<int> waiting{0};
  std::vector<Thread> threads;
  for (const Interest interest : {Interest::readable, Interest::writable, Interest::readable}) {
    threads.push_back(Thread::startVirtualThread([&, interest] {
      const Readiness::Waiter waiter(readiness, interest);
      ++waiting;
      while (!waiter.wasWoken()) VirtualThread::park(Deadline::never());
    }));
  }
  while (waiting < 3) Thread::yield();
  readiness.wakeAll();
  for (const Thread& thread : threads) ASSERT_TRUE(thread.join(kPatience));
  readiness.release();
}

TEST_F(ReadinessTest, AWaiterThatGivesUpIsForgotten) {
  runVirtually([] {
    Readiness& readiness = acquireEmpty();
    {
      const Readiness::Waiter first(readiness, Interest::readable);
      std::optional<Readiness::Waiter> middle(std::in_place, readiness, Interest::readable);
      const Readiness::Waiter last(readiness, Interest::readable);
      middle.reset();
      readiness.wakeAll();
      EXPECT_TRUE(first.wasWoken());
      EXPECT_TRUE(last.wasWoken());
    }
    readiness.wakeAll();
    readiness.release();
  });
}

TEST_F(ReadinessTest, ADescriptorIsRegisteredOnce) {
  if (platform::watchesOnce()) GTEST_SKIP() << "each event needs a registration here";
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    watch(readiness, ends);
    EXPECT_FALSE(readiness.watch(ends.watched(), Interest::readable));
    EXPECT_TRUE(hasNoEvent());  // a registration reports what is ready anew
    ends.send();
    EXPECT_EQ(awaitEvents().size(), 1u);
    readiness.release();
  });
}

TEST_F(ReadinessTest, ADescriptorThatIsWatchedAgainReportsTheNextEvent) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    const std::uint64_t token = watch(readiness, ends).token;
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(readiness.watch(ends.watched(), Interest::readable));
      ends.send();
      const std::vector<PollEvent> events = awaitEvents();
      ASSERT_EQ(events.size(), 1u);
      EXPECT_EQ(events.front().token, token);
      EXPECT_TRUE(events.front().readable);
    }
    readiness.release();
  });
}

TEST_F(ReadinessTest, AfterUnwatchThereAreNoEvents) {
  runVirtually([] {
    Ends ends;
    Readiness& readiness = acquireEmpty();
    watch(readiness, ends);
    readiness.unwatch(ends.watched());
    ends.send();
    EXPECT_TRUE(hasNoEvent());
    readiness.release();
  });
}

TEST_F(ReadinessTest, AClosedDescriptorThatCannotBeWatchedIsReported) {
  runVirtually([] {
    Readiness& readiness = acquireEmpty();
    EXPECT_EQ(readiness.watch(platform::Handle(-1), Interest::readable), std::errc::bad_file_descriptor);
    readiness.release();
  });
}

}  // namespace
