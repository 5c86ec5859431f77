// SPDX-License-Identifier: MIT
//
// SocketCore: which calls may use the descriptor, when it is freed, and what ends a wait.
#include "net/socket_core.hpp"

#include "platform/socket.hpp"
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using platform::Interest;
using Pin = SocketCore::Pin;
using WaitResult = SocketCore::WaitResult;

// A descriptor that is connected to the peer.
platform::Handle connectedTo(ServerSocket& server, std::optional<Socket>& peer) {
  const platform::Result<platform::Handle> handle = platform::openStream(platform::Family::ipv4);
  platform::Address remote;
  remote.bytes[0] = 127;
  remote.bytes[3] = 1;
  remote.port = static_cast<std::uint16_t>(server.getLocalPort());
  const platform::Transfer connected = platform::connect(*handle, platform::Family::ipv4, remote);
  if (connected.outcome == platform::Outcome::failed) throw std::runtime_error("cannot connect");
  peer = server.accept();
  platform::WaitEntry entry{*handle, Interest::writable};  // on Windows the connect may still be in progress
  while (!entry.ready) platform::wait(&entry, 1, {}, std::chrono::milliseconds::max());
  return *handle;
}

class SocketCoreTest : public testing::Test {
 protected:
  bool descriptorIsOpen() const { return openDescriptors().count(handle_) == 1; }

  WaitResult waitFor(Interest interest, Deadline deadline = Deadline::never()) {
    const Pin pin(core_);
    return pin ? core_.wait(interest, deadline, [] { return "wait"; }).result : WaitResult::closed;
  }

  // Fills the buffers, so that every later write waits.
  void fillBuffers() {
    const std::string bytes(64 * 1024, 'x');
    while (platform::send(handle_, bytes.data(), bytes.size()).outcome == platform::Outcome::done) {
    }
  }

  // Whether the peer receives what is sent through the descriptor.
  bool outputIsOpen() {
    return platform::send(handle_, "x", 1).outcome == platform::Outcome::done && peer_->getInputStream().read() == 'x';
  }

  ServerSocket server_ = loopbackServer();
  std::optional<Socket> peer_;
  const platform::Handle handle_ = connectedTo(server_, peer_);
  SocketCore core_{handle_};
};

// ---- pins -----------------------------------------------------------------------------------------------------------

TEST_F(SocketCoreTest, APinOfAnOpenSocketHoldsItsDescriptor) {
  const Pin pin(core_);
  EXPECT_TRUE(pin);
  EXPECT_EQ(core_.handle(), handle_);
}

TEST_F(SocketCoreTest, AClosedSocketGivesNoPin) {
  core_.close();
  const Pin pin(core_);
  EXPECT_FALSE(pin);
}

TEST_F(SocketCoreTest, AClosedSocketGivesNoPinWhileAnotherIsHeld) {
  const Pin before(core_);
  core_.close();
  const Pin after(core_);
  EXPECT_FALSE(after);
}

TEST_F(SocketCoreTest, WithoutPinsCloseFreesTheDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  core_.close();
  EXPECT_FALSE(descriptorIsOpen());
  EXPECT_EQ(core_.handle(), platform::kNoHandle);
}

TEST_F(SocketCoreTest, TheLastPinFreesTheDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  std::optional<Pin> first(core_);
  std::optional<Pin> last(core_);
  core_.close();
  EXPECT_TRUE(core_.isClosed());
  EXPECT_TRUE(descriptorIsOpen());
  first.reset();
  EXPECT_TRUE(descriptorIsOpen());
  last.reset();
  EXPECT_FALSE(descriptorIsOpen());
}

TEST_F(SocketCoreTest, APinThatFailedFreesNothing) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  const Pin held(core_);
  core_.close();
  { const Pin failed(core_); }
  EXPECT_TRUE(descriptorIsOpen());
}

TEST_F(SocketCoreTest, ASecondCloseDoesNothing) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  const Pin held(core_);
  core_.close();
  core_.close();
  EXPECT_TRUE(descriptorIsOpen());
}

TEST_F(SocketCoreTest, ACoreWithoutADescriptorCanBeClosed) {
  SocketCore core;
  EXPECT_EQ(core.handle(), platform::kNoHandle);
  core.close();
  EXPECT_TRUE(core.isClosed());
}

TEST_F(SocketCoreTest, AReplacedDescriptorBelongsToTheCaller) {
  const Pin pin(core_);
  EXPECT_EQ(core_.replaceHandle(platform::kNoHandle), handle_);
  EXPECT_EQ(core_.handle(), platform::kNoHandle);
  core_.replaceHandle(handle_);
  EXPECT_EQ(core_.handle(), handle_);
}

// ---- waiting --------------------------------------------------------------------------------------------------------

TEST_F(SocketCoreTest, AWaitEndsWhenTheDescriptorIsReady) {
  BlockedThread waiting([this] { EXPECT_EQ(waitFor(Interest::readable), WaitResult::ready); });
  waiting.waitUntilAsleep();
  EXPECT_FALSE(waiting.hasEnded());
  peer_->getOutputStream().write('x');
  waiting.join();
}

TEST_F(SocketCoreTest, AWaitEndsAtItsDeadline) {
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_EQ(waitFor(Interest::readable, deadline), WaitResult::timedOut);
  EXPECT_TRUE(deadline.hasPassed());
}

TEST_F(SocketCoreTest, AWaitWhoseDeadlineHasPassedStillReportsReadiness) {
  EXPECT_EQ(waitFor(Interest::writable, Deadline::at(Deadline::Clock::now())), WaitResult::ready);
}

TEST_F(SocketCoreTest, AWaitAfterCloseEndsImmediately) {
  const Pin pin(core_);
  core_.close();
  EXPECT_EQ(core_.wait(Interest::readable, Deadline::never(), [] { return "wait"; }).result, WaitResult::closed);
}

TEST_F(SocketCoreTest, CloseEndsEveryWaitForInput) {
  BlockedThread one([this] { EXPECT_EQ(waitFor(Interest::readable), WaitResult::closed); });
  BlockedThread other([this] { EXPECT_EQ(waitFor(Interest::readable, Deadline::after(1h)), WaitResult::closed); });
  one.waitUntilAsleep();
  other.waitUntilAsleep();
  core_.close();
  one.join();
  other.join();
  EXPECT_EQ(core_.handle(), platform::kNoHandle);
}

TEST_F(SocketCoreTest, CloseEndsEveryWaitForBufferSpace) {
  fillBuffers();
  BlockedThread one([this] { EXPECT_EQ(waitFor(Interest::writable), WaitResult::closed); });
  BlockedThread other([this] { EXPECT_EQ(waitFor(Interest::writable, Deadline::after(1h)), WaitResult::closed); });
  one.waitUntilAsleep();
  other.waitUntilAsleep();
  EXPECT_FALSE(one.hasEnded());
  core_.close();
  one.join();
  other.join();
}

// Only a waiting writer needs a shutdown of the output to wake up. It would cut off what other calls are still sending.
TEST_F(SocketCoreTest, CloseShutsDownTheOutputOnlyForAWaitingWriter) {
  const Pin writing(core_);
  BlockedThread reading([this] { EXPECT_EQ(waitFor(Interest::readable), WaitResult::closed); });
  reading.waitUntilAsleep();
  core_.close();
  reading.join();
  EXPECT_TRUE(outputIsOpen());
}

TEST_F(SocketCoreTest, AWriterThatNoLongerWaitsDoesNotCount) {
  EXPECT_EQ(waitFor(Interest::writable), WaitResult::ready);
  const Pin writing(core_);
  const Pin another(core_);
  core_.close();
  EXPECT_TRUE(outputIsOpen());
}

TEST_F(SocketCoreTest, CloseEndsAWaitForSeveralDescriptors) {
  SocketCore core;  // as during a connect: the descriptors are not the core's
  BlockedThread waiting([&] {
    const Pin pin(core);
    platform::WaitEntry entries[] = {{handle_, Interest::readable}, {peer_->nativeHandle(), Interest::readable}};
    EXPECT_EQ(core.wait(entries, 2, Deadline::never()).result, WaitResult::closed);
  });
  waiting.waitUntilAsleep();
  core.close();
  waiting.join();
}

TEST_F(SocketCoreTest, WakeWaitersEndsAWaitForSeveralDescriptors) {
  BlockedThread waiting([this] {
    const Pin pin(core_);
    platform::WaitEntry entries[] = {{handle_, Interest::readable}, {peer_->nativeHandle(), Interest::readable}};
    EXPECT_EQ(core_.wait(entries, 2, Deadline::never()).result, WaitResult::ready);
    EXPECT_FALSE(entries[0].ready || entries[1].ready);
  });
  waiting.waitUntilAsleep();
  EXPECT_FALSE(waiting.hasEnded());
  core_.wakeWaiters();
  waiting.join();
}

// ---- unread input ---------------------------------------------------------------------------------------------------

TEST_F(SocketCoreTest, DrainsUnreadInputIfAsked) {
  core_.setDrainsInput(true);
  peer_->getOutputStream().write("unread");
  ASSERT_EQ(waitFor(Interest::readable), WaitResult::ready);
  core_.close();
  EXPECT_EQ(peer_->getInputStream().read(), -1);
}

TEST_F(SocketCoreTest, WithoutDrainingUnreadInputResetsTheConnection) {
  peer_->getOutputStream().write("unread");
  ASSERT_EQ(waitFor(Interest::readable), WaitResult::ready);
  core_.close();
  EXPECT_TRUE(readsReset(peer_->getInputStream()));
}

}  // namespace
