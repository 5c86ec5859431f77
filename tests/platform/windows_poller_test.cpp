// SPDX-License-Identifier: MIT
//
// The two pollers of windows/, each event of which is reported once.
#include "platform/windows/native_poller.hpp"

#include "platform/socket.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using platform::Interest;
using platform::NativePoller;
using platform::PollEvent;

constexpr auto kPatience = 10s;
constexpr std::uint64_t kToken = 7;

enum class Kind { afd, wsaPoll };

class PollerTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { ASSERT_NE(poller_, nullptr); }

  void watch(const Socket& socket, Interest interest, std::uint64_t token = kToken) {
    ASSERT_FALSE(poller_->watch(socket.nativeHandle(), interest, token));
  }

  // The events of one poll(), which may end without any.
  std::vector<PollEvent> poll(std::chrono::milliseconds timeout) {
    std::vector<PollEvent> events(platform::kMaxPollEvents);
    const auto count = poller_->poll(events.data(), timeout);
    EXPECT_TRUE(count) << count.error();
    events.resize(count ? *count : 0);
    return events;
  }

  // The next event, of which there has to be one.
  PollEvent await() {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      const std::vector<PollEvent> events = poll(100ms);
      EXPECT_LE(events.size(), 1u);
      if (!events.empty()) return events.front();
    }
    ADD_FAILURE() << "no event";
    return {};
  }

  void expectNoEvent() {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(poll(10ms).empty());
  }

  // Writes until the system takes no more.
  static void fill(const Socket& socket) {
    const std::string text(100000, 'x');
    while (platform::send(socket.nativeHandle(), text.data(), text.size()).outcome == platform::Outcome::done) {
    }
  }

  Pair pair_ = connectedPair();
  std::unique_ptr<NativePoller> poller_ =
      GetParam() == Kind::afd ? platform::openAfdPoller() : platform::openWsaPoller();
};

std::string nameOf(const testing::TestParamInfo<Kind>& tested) { return tested.param == Kind::afd ? "Afd" : "WsaPoll"; }

INSTANTIATE_TEST_SUITE_P(, PollerTest, testing::Values(Kind::afd, Kind::wsaPoll), nameOf);

TEST_P(PollerTest, ReportsWhatIsReadyAlready) {
  pair_.client.getOutputStream().write("x");
  watch(pair_.server, Interest::readable);
  const PollEvent event = await();
  EXPECT_EQ(event.token, kToken);
  EXPECT_TRUE(event.readable);
  EXPECT_FALSE(event.writable);
  EXPECT_FALSE(event.ended);
}

TEST_P(PollerTest, ReportsWhatBecomesReady) {
  watch(pair_.server, Interest::readable);
  expectNoEvent();
  pair_.client.getOutputStream().write("x");
  EXPECT_TRUE(await().readable);
}

TEST_P(PollerTest, ReportsOnceForEachWatch) {
  pair_.client.getOutputStream().write("x");
  for (int i = 0; i < 3; ++i) {
    watch(pair_.server, Interest::readable);
    await();
    expectNoEvent();
  }
}

TEST_P(PollerTest, WatchingTwiceIsWatchingOnce) {
  watch(pair_.server, Interest::readable);
  watch(pair_.server, Interest::readable);
  pair_.client.getOutputStream().write("x");
  await();
  expectNoEvent();
}

TEST_P(PollerTest, ASocketWithRoomIsWritable) {
  watch(pair_.server, Interest::writable);
  const PollEvent event = await();
  EXPECT_TRUE(event.writable);
  EXPECT_FALSE(event.readable);
}

TEST_P(PollerTest, WatchesTheOtherDirectionOfAWatchedSocket) {
  watch(pair_.server, Interest::readable);
  watch(pair_.server, Interest::writable);
  EXPECT_TRUE(await().writable);
  expectNoEvent();
  pair_.client.getOutputStream().write("x");
  EXPECT_TRUE(await().readable);
}

TEST_P(PollerTest, ReportsRoomOnceThePeerHasRead) {
  fill(pair_.server);
  watch(pair_.server, Interest::writable);
  expectNoEvent();
  std::thread reading([this] {
    pair_.client.setSoTimeout(1s);
    try {
      pair_.client.getInputStream().readAllBytes();
    } catch (const SocketTimeoutException&) {
      // All that there is.
    }
  });
  EXPECT_TRUE(await().writable);
  reading.join();
}

TEST_P(PollerTest, ReportsTheEndOfTheInput) {
  watch(pair_.server, Interest::readable);
  pair_.client.shutdownOutput();
  const PollEvent event = await();
  EXPECT_TRUE(event.readable);
  EXPECT_TRUE(event.ended);
}

// It would never wait then, but ask the system over and over.
TEST_P(PollerTest, TheEndOfTheInputIsNoRoom) {
  fill(pair_.server);
  pair_.client.shutdownOutput();
  watch(pair_.server, Interest::writable);
  expectNoEvent();
  watch(pair_.server, Interest::readable);
  EXPECT_TRUE(await().ended);
  expectNoEvent();
}

TEST_P(PollerTest, ReportsRoomAfterTheEndOfTheInput) {
  fill(pair_.server);
  pair_.client.shutdownOutput();
  watch(pair_.server, Interest::writable);
  expectNoEvent();
  pair_.client.setSoTimeout(1s);
  EXPECT_THROW(pair_.client.getInputStream().readAllBytes(), SocketTimeoutException);
  EXPECT_TRUE(await().writable);
}

TEST_P(PollerTest, ReportsAClientThatCanBeAccepted) {
  const ServerSocket server = loopbackServer();
  ASSERT_FALSE(poller_->watch(server.nativeHandle(), Interest::readable, kToken));
  const Socket client("127.0.0.1", server.getLocalPort());
  EXPECT_TRUE(await().readable);
}

TEST_P(PollerTest, ReportsADatagram) {
  const DatagramSocket receiver(0, InetAddress::getLoopbackAddress());
  ASSERT_FALSE(poller_->watch(receiver.nativeHandle(), Interest::readable, kToken));
  DatagramSocket sender;
  sender.send({"x", InetSocketAddress(InetAddress::getLoopbackAddress(), receiver.getLocalPort())});
  const PollEvent event = await();
  EXPECT_TRUE(event.readable);
  EXPECT_FALSE(event.ended);
}

TEST_P(PollerTest, AfterUnwatchThereAreNoEvents) {
  watch(pair_.server, Interest::readable);
  poller_->unwatch(pair_.server.nativeHandle());
  pair_.client.getOutputStream().write("x");
  expectNoEvent();
}

TEST_P(PollerTest, UnwatchedSocketsCanBeWatchedAgain) {
  watch(pair_.server, Interest::readable);
  poller_->unwatch(pair_.server.nativeHandle());
  watch(pair_.server, Interest::readable);
  pair_.client.getOutputStream().write("x");
  EXPECT_TRUE(await().readable);
  expectNoEvent();
}

TEST_P(PollerTest, ANewTokenTakesThePlaceOfTheOldOne) {
  watch(pair_.server, Interest::readable, 1);
  watch(pair_.server, Interest::readable, 2);
  pair_.client.getOutputStream().write("x");
  EXPECT_EQ(await().token, 2u);
  expectNoEvent();
}

TEST_P(PollerTest, AClosedSocketIsForgotten) {
  watch(pair_.server, Interest::readable);
  expectNoEvent();
  pair_.server.close();
  for (int i = 0; i < 5; ++i) poll(20ms);  // the closing may be an event of the old token
  expectNoEvent();
}

TEST_P(PollerTest, ASocketWithTheNumberOfAClosedOneIsWatched) {
  for (int i = 0; i < 20; ++i) {
    Pair pair = connectedPair();
    const auto token = static_cast<std::uint64_t>(i);
    watch(pair.server, Interest::readable, token);
    pair.client.getOutputStream().write("x");
    const auto end = std::chrono::steady_clock::now() + kPatience;
    bool hasComeUp = false;
    while (!hasComeUp && std::chrono::steady_clock::now() < end) {
      for (const PollEvent& event : poll(100ms)) hasComeUp = hasComeUp || event.token == token;
    }
    ASSERT_TRUE(hasComeUp) << i;
    watch(pair.server, Interest::writable, token);
    watch(pair.server, Interest::readable, token);
  }
}

TEST_P(PollerTest, ManySocketsAreReportedEach) {
  constexpr std::size_t kSockets = 100;
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < kSockets; ++i) {
    pairs.push_back(connectedPair());
    watch(pairs[i].server, Interest::readable, i);
  }
  for (Pair& pair : pairs) pair.client.getOutputStream().write("x");
  std::vector<int> counts(kSockets);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (std::size_t found = 0; found < kSockets && std::chrono::steady_clock::now() < end;) {
    for (const PollEvent& event : poll(100ms)) {
      ++counts.at(static_cast<std::size_t>(event.token));
      ++found;
    }
  }
  expectNoEvent();
  EXPECT_EQ(counts, std::vector<int>(kSockets, 1));
}

// ---- waiting --------------------------------------------------------------------------------------------------------

TEST_P(PollerTest, APollEndsAtItsTimeout) {
  watch(pair_.server, Interest::readable);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(poll(30ms).empty());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 15ms);  // the system's clock ticks that often
}

TEST_P(PollerTest, WakeEndsThePollInProgress) {
  std::thread waking([this] {
    std::this_thread::sleep_for(10ms);
    poller_->wake();
  });
  EXPECT_TRUE(poll(std::chrono::milliseconds::max()).empty());
  waking.join();
}

TEST_P(PollerTest, WakeEndsTheNextPollIfThereIsNone) {
  poller_->wake();
  EXPECT_TRUE(poll(std::chrono::milliseconds::max()).empty());
}

// A virtual thread of another carrier may be the one that waits.
TEST_P(PollerTest, AnotherThreadMayWatchDuringAPoll) {
  pair_.client.getOutputStream().write("x");
  std::promise<void> mayEnd;
  std::thread watching([this, end = mayEnd.get_future()]() mutable {
    std::this_thread::sleep_for(10ms);
    watch(pair_.server, Interest::readable);
    end.wait();  // a poll ends with the thread that has started it
  });
  EXPECT_TRUE(await().readable);
  mayEnd.set_value();
  watching.join();
}

// ---- the choice -----------------------------------------------------------------------------------------------------

// Only the driver refuses to watch what is no socket.
bool isOfDriver(platform::Poller poller) {
  return static_cast<bool>(platform::watch(poller, platform::kNoHandle, Interest::readable, kToken));
}

TEST(PollerChoiceTest, TheDriverIsPreferred) {
  const auto poller = platform::openPoller();
  ASSERT_TRUE(poller);
  EXPECT_TRUE(isOfDriver(*poller));
  platform::closePoller(*poller);
}

TEST(PollerChoiceTest, TheEnvironmentCanForbidTheDriver) {
  ::_putenv_s("NETLITE_AFD", "0");
  const auto poller = platform::openPoller();
  ::_putenv_s("NETLITE_AFD", "");
  ASSERT_TRUE(poller);
  EXPECT_FALSE(isOfDriver(*poller));
  platform::closePoller(*poller);
}

}  // namespace
