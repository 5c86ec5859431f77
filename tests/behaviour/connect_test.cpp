// SPDX-License-Identifier: MIT
//
// Connecting by name and by address, after refusals, until another thread closes the socket, and racing several
// addresses. The race is tested on Connector itself, since no name has suitable addresses on every machine.
#include "address/conversion.hpp"
#include "base/deadline.hpp"
#include "net/connector.hpp"
#include "net/socket_core.hpp"
#include "platform/platform.hpp"
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

// An unused port: it was free a moment ago.
int freePort() { return loopbackServer().getLocalPort(); }

void expectTalk(Socket& client, ServerSocket& server) {
  Socket accepted = server.accept();
  client.getOutputStream().write("x");
  EXPECT_EQ(receive(accepted, 1), "x");
}

// ---- targets --------------------------------------------------------------------------------------------------------

TEST(ConnectTest, ToALiteralAddress) {
  ServerSocket server = loopbackServer();
  Socket client("127.0.0.1", server.getLocalPort());
  EXPECT_EQ(client.getInetAddress(), InetAddress::getByName("127.0.0.1"));
  expectTalk(client, server);
}

TEST(ConnectTest, ToANameKeepsTheName) {
  ServerSocket server(0);
  Socket client("localhost", server.getLocalPort());
  EXPECT_EQ(client.getInetAddress().getHostName(), "localhost");
  EXPECT_TRUE(client.getInetAddress().isLoopbackAddress());
  expectTalk(client, server);
}

TEST(ConnectTest, ToANameTriesAddressesUntilOneAnswers) {
  ServerSocket server = loopbackServer();  // IPv4 only, whatever else localhost may be
  Socket client("localhost", server.getLocalPort(), 10s);
  EXPECT_EQ(client.getInetAddress(), InetAddress::getLoopbackAddress());
  expectTalk(client, server);
}

TEST(ConnectTest, ToAnAddress) {
  ServerSocket server = loopbackServer();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  expectTalk(client, server);
}

TEST(ConnectTest, AnUnconnectedSocketConnectsLater) {
  ServerSocket server = loopbackServer();
  Socket client;
  client.connect(server.getLocalSocketAddress());
  EXPECT_TRUE(client.isConnected());
  EXPECT_EQ(client.getRemoteSocketAddress(), server.getLocalSocketAddress());
  expectTalk(client, server);
}

TEST(ConnectTest, WithATimeoutThatIsNotNeeded) {
  ServerSocket server = loopbackServer();
  Socket client;
  client.connect(server.getLocalSocketAddress(), 10s);
  expectTalk(client, server);
}

TEST(ConnectTest, TheWildcardAddressMeansThisMachine) {
  ServerSocket server = loopbackServer();
  Socket client(InetAddress(), server.getLocalPort());
  EXPECT_EQ(client.getInetAddress(), InetAddress::getLoopbackAddress());
  expectTalk(client, server);
}

TEST(ConnectTest, TheWildcardAddressAsTextMeansThisMachineToo) {
  ServerSocket server = loopbackServer();
  Socket client("0.0.0.0", server.getLocalPort());
  EXPECT_EQ(client.getInetAddress(), InetAddress::getLoopbackAddress());
  expectTalk(client, server);
}

TEST(ConnectTest, TheIPv6WildcardAddressMeansThisMachineToo) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  ServerSocket server(0, 0, InetAddress::getByName("::1"));
  Socket client(InetAddress::getByName("::"), server.getLocalPort());
  EXPECT_EQ(client.getInetAddress(), InetAddress::getByName("::1"));
  expectTalk(client, server);
}

// ---- failures -------------------------------------------------------------------------------------------------------

TEST(ConnectTest, PortZeroIsAnArgumentErrorAndLeavesTheSocketUsable) {
  ServerSocket server = loopbackServer();
  Socket client;
  EXPECT_THROW(client.connect({InetAddress::getLoopbackAddress(), 0}), std::invalid_argument);
  client.connect(server.getLocalSocketAddress());
  EXPECT_TRUE(client.isConnected());
}

TEST(ConnectTest, AnUnknownHostIsNamed) {
  const auto failure = thrownBy<UnknownHostException>([] { Socket("no-such-host.invalid", 80); });
  EXPECT_EQ(failure.host(), "no-such-host.invalid");
}

TEST(ConnectTest, AMalformedHostIsUnknown) {
  for (const char* host : {"", "127.1", "0x7f.1", "a b", "[::1"}) {
    EXPECT_THROW(Socket(host, 80), UnknownHostException) << host;
  }
}

TEST(ConnectTest, RefusedNamesOperationAddressAndReason) {
  const DeadPort dead;
  Socket client;
  const auto failure = thrownBy<ConnectException>([&] { client.connect(dead.address()); });
  EXPECT_EQ(failure.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(failure.what()),
            "connect to localhost/127.0.0.1:" + std::to_string(dead.number()) + ": Connection refused");
}

TEST(ConnectTest, RefusedByNameNamesHostAndAddress) {
  const auto failure = thrownBy<ConnectException>([] { Socket("localhost", DeadPort().number()); });
  EXPECT_EQ(failure.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(failure.what()).rfind("connect to localhost/", 0), 0u) << failure.what();
}

TEST(ConnectTest, AfterARefusalTheSocketIsOpenAndUnconnected) {
  Socket client;
  EXPECT_THROW(client.connect(DeadPort().address()), ConnectException);
  EXPECT_FALSE(client.isClosed());
  EXPECT_FALSE(client.isConnected());
  EXPECT_FALSE(client.isBound());
  EXPECT_EQ(client.getPort(), 0);
  EXPECT_THROW(client.getInputStream(), SocketException);
}

TEST(ConnectTest, AfterARefusalTheSocketCanConnectWithItsOptionsKept) {
  ServerSocket server = loopbackServer();
  Socket client;
  client.setKeepAlive(true);
  client.setTcpNoDelay(false);
  client.setSoTimeout(4321ms);
  EXPECT_THROW(client.connect(DeadPort().address()), ConnectException);
  EXPECT_TRUE(client.getKeepAlive());
  client.connect(server.getLocalSocketAddress());
  EXPECT_TRUE(client.getKeepAlive());
  EXPECT_FALSE(client.getTcpNoDelay());
  EXPECT_EQ(client.getSoTimeout(), 4321ms);
  expectTalk(client, server);
}

class BoundConnectTest : public testing::TestWithParam<bool> {
 protected:
  // Binds to a port of the system's choice or to an explicit one.
  void bind() {
    client_.bind({InetAddress::getLoopbackAddress(), GetParam() ? freePort() : 0});
    port_ = client_.getLocalPort();
  }
  void expectToConnectFromItsPort() {
    EXPECT_EQ(client_.getLocalPort(), port_);
    client_.connect(server_.getLocalSocketAddress());
    EXPECT_EQ(client_.getLocalPort(), port_);
    EXPECT_EQ(server_.accept().getPort(), port_);
  }

  ServerSocket server_ = loopbackServer();
  Socket client_;
  int port_ = 0;
};

TEST_P(BoundConnectTest, ConnectsFromItsPort) {
  bind();
  expectToConnectFromItsPort();
}

TEST_P(BoundConnectTest, ARefusalLeavesItBound) {
  bind();
  EXPECT_THROW(client_.connect(DeadPort().address()), ConnectException);
  EXPECT_TRUE(client_.isBound());
  expectToConnectFromItsPort();
}

TEST_P(BoundConnectTest, ATimeoutLeavesItBound) {
  const FullListener full;
  bind();
  EXPECT_THROW(client_.connect(full.address(), 10ms), SocketTimeoutException);
  expectToConnectFromItsPort();
}

TEST_P(BoundConnectTest, ARefusalLeavesItsOptions) {
  client_.setKeepAlive(true);
  bind();
  client_.setSoLinger(true, 3);
  EXPECT_THROW(client_.connect(DeadPort().address()), ConnectException);
  EXPECT_TRUE(client_.getKeepAlive());
  EXPECT_EQ(client_.getSoLinger(), 3);
  expectToConnectFromItsPort();
}

// TCP lets a socket connect to itself, which is never intended.
TEST_P(BoundConnectTest, ConnectingToItselfIsRefusedAndLeavesItBound) {
  bind();
  const auto failure = thrownBy<ConnectException>([&] { client_.connect(client_.getLocalSocketAddress()); });
  EXPECT_EQ(failure.code(), std::errc::connection_refused);
  EXPECT_FALSE(client_.isConnected());
  expectToConnectFromItsPort();
}

INSTANTIATE_TEST_SUITE_P(Ports, BoundConnectTest, testing::Bool(),
                         [](const auto& instance) { return instance.param ? "Explicit" : "Free"; });

TEST(ConnectTest, ASocketBoundToTheWildcardAddressConnectsFromItsPort) {
  ServerSocket server = loopbackServer();
  Socket client;
  client.bind(InetSocketAddress(0));
  const int port = client.getLocalPort();
  EXPECT_THROW(client.connect(DeadPort().address()), ConnectException);
  client.connect(server.getLocalSocketAddress());
  EXPECT_EQ(client.getLocalSocketAddress(), InetSocketAddress("127.0.0.1", port));
  expectTalk(client, server);
}

TEST(ConnectTest, ASocketBoundToOneFamilyCannotReachTheOtherButCanTryAgain) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const ServerSocket six(0, 0, InetAddress::getByName("::1"));
  ServerSocket four = loopbackServer();
  Socket client;
  client.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_THROW(client.connect(six.getLocalSocketAddress()), SocketException);
  client.connect(four.getLocalSocketAddress());
  expectTalk(client, four);
}

TEST(ConnectTest, ConnectingTwiceThrowsAndKeepsTheConnection) {
  ServerSocket server = loopbackServer();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  const auto failure = thrownBy<SocketException>([&] { client.connect(server.getLocalSocketAddress()); });
  EXPECT_EQ(failure.code(), std::errc::already_connected);
  expectTalk(client, server);
}

TEST(ConnectTest, ConnectingAfterCloseThrowsSocketClosed) {
  const ServerSocket server = loopbackServer();
  Socket client;
  client.close();
  const auto failure = thrownBy<SocketException>([&] { client.connect(server.getLocalSocketAddress()); });
  EXPECT_EQ(failure.code(), std::errc::operation_canceled);
}

TEST(ConnectTest, ConnectingWhileConnectingThrowsAndTheFirstConnectContinues) {
  const FullListener full;
  Socket client;
  BlockedThread connector([&] { client.connect(full.address()); });
  connector.waitUntilAsleep();
  const auto failure = thrownBy<SocketException>([&] { client.connect(full.address()); });
  EXPECT_EQ(failure.code(), std::errc::connection_already_in_progress);
  EXPECT_FALSE(connector.hasEnded());
  client.close();
  EXPECT_THROW(connector.join(), SocketException);
}

TEST(ConnectTest, BindingWhileConnectingThrows) {
  const FullListener full;
  Socket client;
  BlockedThread connector([&] { client.connect(full.address()); });
  connector.waitUntilAsleep();
  EXPECT_THROW(client.bind({InetAddress::getLoopbackAddress(), 0}), SocketException);
  client.close();
  EXPECT_THROW(connector.join(), SocketException);
}

TEST(ConnectTest, OptionsSetWhileConnectingApplyToTheConnection) {
  FullListener full;
  Socket client;
  BlockedThread connector([&] { client.connect(full.address()); });
  connector.waitUntilAsleep();
  client.setKeepAlive(true);
  client.setSoLinger(true, 3);
  full.acceptAll();
  ASSERT_NO_THROW(connector.join());
  EXPECT_TRUE(client.getKeepAlive());
  EXPECT_EQ(client.getSoLinger(), 3);
}

// ---- closed while connecting ----------------------------------------------------------------------------------------

TEST(ConnectTest, CloseEndsAWaitingConnect) {
  const FullListener full;
  Socket client;
  BlockedThread connector([&] { client.connect(full.address()); });
  connector.waitUntilAsleep();
  client.close();
  const auto failure = thrownBy<SocketException>([&] { connector.join(); });
  EXPECT_EQ(failure.code(), std::errc::operation_canceled);
  EXPECT_TRUE(client.isClosed());
  EXPECT_FALSE(client.isConnected());
}

TEST(ConnectTest, CloseEndsAWaitingConnectOfABoundSocketThatHasATimeout) {
  const FullListener full;
  Socket client;
  client.bind({InetAddress::getLoopbackAddress(), 0});
  BlockedThread connector([&] { client.connect(full.address(), 1h); });
  connector.waitUntilAsleep();
  client.close();
  const auto failure = thrownBy<SocketException>([&] { connector.join(); });
  EXPECT_EQ(failure.code(), std::errc::operation_canceled);
}

TEST(ConnectTest, TheDestructorEndsAWaitingConnect) {
  const FullListener full;
  auto client = std::make_unique<Socket>();
  BlockedThread connector([&socket = *client, &full] { socket.connect(full.address()); });
  connector.waitUntilAsleep();
  client.reset();
  const auto failure = thrownBy<SocketException>([&] { connector.join(); });
  EXPECT_EQ(failure.code(), std::errc::operation_canceled);
}

// ---- descriptors ----------------------------------------------------------------------------------------------------

TEST(ConnectTest, RefusedConnectsLeaveNoDescriptors) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  const std::set<std::intptr_t> before = openDescriptors();
  for (int i = 0; i < 300; ++i) EXPECT_THROW(Socket("127.0.0.1", DeadPort().number()), ConnectException);
  EXPECT_EQ(openDescriptors(), before);
}

TEST(ConnectTest, AConnectEndedByCloseLeavesNoDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  const FullListener full;
  const std::set<std::intptr_t> before = openDescriptors();
  for (const bool bound : {false, true}) {
    Socket client;
    if (bound) client.bind({InetAddress::getLoopbackAddress(), 0});
    BlockedThread connector([&] { client.connect(full.address()); });
    connector.waitUntilAsleep();
    client.close();
    EXPECT_THROW(connector.join(), SocketException);
    EXPECT_EQ(openDescriptors(), before);
  }
}

// ---- several addresses ----------------------------------------------------------------------------------------------

std::vector<InetAddress> addresses(const std::vector<const char*>& literals) {
  std::vector<InetAddress> result;
  for (const char* literal : literals) result.push_back(InetAddress::getByName(literal));
  return result;
}

std::vector<std::string> interleavedTexts(const std::vector<const char*>& literals) {
  std::vector<std::string> result;
  for (const InetSocketAddress& remote : interleaved(addresses(literals), 80)) {
    EXPECT_EQ(remote.getPort(), 80);
    result.push_back(remote.getHostString());
  }
  return result;
}

TEST(InterleavedTest, TheFamiliesAlternateBeginningWithTheFirst) {
  EXPECT_EQ(interleavedTexts({"::1", "::2", "::3", "192.0.2.1", "192.0.2.2"}),
            (std::vector<std::string>{"::1", "192.0.2.1", "::2", "192.0.2.2", "::3"}));
  EXPECT_EQ(interleavedTexts({"192.0.2.1", "::1", "::2"}), (std::vector<std::string>{"192.0.2.1", "::1", "::2"}));
}

TEST(InterleavedTest, OneFamilyKeepsItsOrder) {
  EXPECT_EQ(interleavedTexts({"192.0.2.3", "192.0.2.1", "192.0.2.2"}),
            (std::vector<std::string>{"192.0.2.3", "192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(interleavedTexts({}), std::vector<std::string>());
}

class PlainSockets final : public AttemptSockets {
 public:
  platform::Result<platform::Handle> open(platform::Family& family) override {
    ++opened_;
    return platform::openStream(family);
  }
  void discard(platform::Handle handle) noexcept override {
    ++discarded_;
    platform::close(handle);
  }
  int opened() const { return opened_; }
  int discarded() const { return discarded_; }

 private:
  std::atomic<int> opened_{0};
  std::atomic<int> discarded_{0};
};

class ConnectorTest : public testing::Test {
 protected:
  // Returns the winning address and leaves no descriptor open.
  InetSocketAddress race(std::vector<InetSocketAddress> remotes, Deadline deadline = Deadline::after(10s)) {
    const SocketCore::Pin pin(core_);
    const Established established = Connector(core_, sockets_, "the target", deadline).connect(std::move(remotes));
    EXPECT_EQ(inetSocketAddress(*platform::localAddress(established.handle)), established.local);
    platform::close(established.handle);
    return established.remote;
  }

  int discarded() const { return sockets_.discarded(); }
  int tried() const { return sockets_.opened(); }

  ServerSocket server_ = loopbackServer();
  const InetSocketAddress good_ = server_.getLocalSocketAddress();
  SocketCore core_;
  PlainSockets sockets_;
};

TEST_F(ConnectorTest, AnAddressThatAnswersImmediatelyIsTheOnlyOneTried) {
  const ServerSocket other = loopbackServer();
  EXPECT_EQ(race({good_, other.getLocalSocketAddress()}), good_);
  EXPECT_EQ(tried(), 1);
}

TEST_F(ConnectorTest, TheNextAttemptStartsAQuarterOfASecondAfterASilentOne) {
  const FullListener silent;
  const auto start = Clock::now();
  EXPECT_EQ(race({silent.address(), good_}), good_);
  EXPECT_GE(Clock::now() - start, 250ms);
  EXPECT_EQ(tried(), 2);
  EXPECT_EQ(discarded(), 1);
}

TEST_F(ConnectorTest, TheNextAttemptStartsImmediatelyAfterARefusal) {
  const DeadPort dead;
  std::vector<InetSocketAddress> remotes(60, dead.address());
  remotes.push_back(good_);
  EXPECT_EQ(race(remotes), good_);  // 60 delays of a quarter of a second would miss the deadline
  EXPECT_EQ(discarded(), 60);
}

TEST_F(ConnectorTest, TheNextAttemptStartsImmediatelyAfterARefusalThatFollowsASilentAddress) {
  const FullListener silent;
  const DeadPort dead;
  std::vector<InetSocketAddress> remotes(60, dead.address());
  remotes.insert(remotes.begin(), silent.address());
  remotes.push_back(good_);
  EXPECT_EQ(race(remotes), good_);
}

TEST_F(ConnectorTest, IfAllRefuseTheFirstFailureIsThrownAndTheOthersAreNamed) {
  const std::array<DeadPort, 3> ports{};
  const std::vector<InetSocketAddress> dead = {ports[0].address(), ports[1].address(), ports[2].address()};
  const auto failure = thrownBy<ConnectException>([&] { race(dead); });
  EXPECT_EQ(failure.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(failure.what()), "connect to " + dead[0].toString() + " (then " + dead[1].toString() +
                                             ": Connection refused; " + dead[2].toString() +
                                             ": Connection refused): Connection refused");
  EXPECT_EQ(discarded(), 3);
}

TEST_F(ConnectorTest, OneDeadlineAppliesToAllAttempts) {
  const FullListener silent;
  const std::vector<InetSocketAddress> remotes(8, silent.address());
  const auto start = Clock::now();
  const auto failure = thrownBy<SocketTimeoutException>([&] { race(remotes, Deadline::after(400ms)); });
  EXPECT_GE(Clock::now() - start, 400ms);
  EXPECT_LT(tried(), 8);
  EXPECT_EQ(discarded(), tried());
  EXPECT_EQ(std::string(failure.what()), "connect to the target: Timed out");
}

TEST_F(ConnectorTest, WaitsForASilentAddressAfterTheOthersHaveRefused) {
  const FullListener silent;
  const DeadPort dead;
  BlockedThread racer([&] { race({silent.address(), dead.address()}, Deadline::never()); });
  EXPECT_TRUE(eventually([&] { return discarded() == 1; }));
  racer.waitUntilAsleep();
  core_.close();
  EXPECT_EQ(thrownBy<SocketException>([&] { racer.join(); }).code(), std::errc::operation_canceled);
  EXPECT_EQ(tried(), 2);
  EXPECT_EQ(discarded(), 2);
}

TEST_F(ConnectorTest, CloseEndsAllAttempts) {
  const FullListener silent;
  BlockedThread racer([&] { race({silent.address(), silent.address()}, Deadline::never()); });
  racer.waitUntilAsleep();
  core_.close();
  EXPECT_EQ(thrownBy<SocketException>([&] { racer.join(); }).code(), std::errc::operation_canceled);
  EXPECT_EQ(discarded(), tried());
}

TEST_F(ConnectorTest, TheLosersDescriptorsAreClosed) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  const FullListener silent;
  const DeadPort dead;
  const std::set<std::intptr_t> before = openDescriptors();
  race({silent.address(), dead.address(), good_});
  EXPECT_EQ(openDescriptors(), before);
}

}  // namespace
