// SPDX-License-Identifier: MIT
//
// ServerSocket as its users see it: binding, restarting, accept(), the accept filter, and running out of descriptors.
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/system.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

Socket clientOf(const ServerSocket& server) { return Socket(InetAddress::getLoopbackAddress(), server.getLocalPort()); }

template <typename Call>
void expectClosed(Call call) {
  EXPECT_EQ(thrownBy<SocketException>(call).code(), std::errc::operation_canceled);
}

void expectAlive(Socket& client, Socket& accepted) {
  client.getOutputStream().write("x");
  EXPECT_EQ(receive(accepted, 1), "x");
}

// ---- unbound --------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, AnUnboundServerSocketReportsThatItIsUnbound) {
  const ServerSocket server;
  EXPECT_FALSE(server.isBound());
  EXPECT_FALSE(server.isClosed());
  EXPECT_EQ(server.getLocalPort(), -1);
  EXPECT_EQ(server.getInetAddress(), InetAddress());
  EXPECT_THROW(server.getLocalSocketAddress(), SocketException);
  EXPECT_EQ(server.toString(), "ServerSocket[unbound]");
  EXPECT_EQ(server.getSoTimeout(), 0ms);
  EXPECT_EQ(server.nativeHandle(), -1);
}

TEST(ServerSocketTest, AcceptOnAnUnboundServerSocketThrows) {
  ServerSocket server;
  EXPECT_THROW(server.accept(), SocketException);
  EXPECT_FALSE(server.isClosed());
}

TEST(ServerSocketTest, APortOutOfRangeIsAnArgumentError) {
  EXPECT_THROW(ServerSocket(-1), std::invalid_argument);
  EXPECT_THROW(ServerSocket(65536), std::invalid_argument);
  EXPECT_THROW(ServerSocket(65536, 0, InetAddress::getLoopbackAddress()), std::invalid_argument);
}

// ---- binding --------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, PortZeroPicksAFreePort) {
  const ServerSocket first = loopbackServer();
  const ServerSocket second = loopbackServer();
  EXPECT_GT(first.getLocalPort(), 0);
  EXPECT_GT(second.getLocalPort(), 0);
  EXPECT_NE(first.getLocalPort(), second.getLocalPort());
}

TEST(ServerSocketTest, ABoundServerSocketReportsItsAddress) {
  const ServerSocket server = loopbackServer();
  EXPECT_TRUE(server.isBound());
  EXPECT_EQ(server.getInetAddress(), InetAddress::getLoopbackAddress());
  EXPECT_EQ(server.getLocalSocketAddress(), InetSocketAddress("127.0.0.1", server.getLocalPort()));
  EXPECT_EQ(server.toString(),
            "ServerSocket[addr=localhost/127.0.0.1,localport=" + std::to_string(server.getLocalPort()) + "]");
}

TEST(ServerSocketTest, TheWildcardAddressIsReported) {
  const ServerSocket server(0);
  EXPECT_TRUE(server.getInetAddress().isAnyLocalAddress());
  EXPECT_EQ(server.toString(),
            "ServerSocket[addr=0.0.0.0/0.0.0.0,localport=" + std::to_string(server.getLocalPort()) + "]");
}

TEST(ServerSocketTest, AServerSocketCanBeBoundAfterConstruction) {
  ServerSocket server;
  server.bind({InetAddress::getLoopbackAddress(), 0});
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, BindingTwiceFailsAndChangesNothing) {
  ServerSocket server = loopbackServer();
  const int port = server.getLocalPort();
  EXPECT_THROW(server.bind({InetAddress::getLoopbackAddress(), 0}), SocketException);
  EXPECT_EQ(server.getLocalPort(), port);
  clientOf(server);
}

TEST(ServerSocketTest, BindingToAPortInUseThrowsABindExceptionThatNamesIt) {
  const ServerSocket server = loopbackServer();
  const auto failure =
      thrownBy<BindException>([&] { ServerSocket(server.getLocalPort(), 0, InetAddress::getLoopbackAddress()); });
  EXPECT_EQ(failure.code(), std::errc::address_in_use);
  EXPECT_EQ(std::string(failure.what()),
            "listen on localhost/127.0.0.1:" + std::to_string(server.getLocalPort()) + ": " + failure.code().message());
}

TEST(ServerSocketTest, AListeningPortCannotBeBoundAgain) {
  const ServerSocket everywhere(0);
  EXPECT_THROW(ServerSocket(everywhere.getLocalPort(), 0, InetAddress::getLoopbackAddress()), BindException);
  const ServerSocket loopback = loopbackServer();
  EXPECT_THROW(ServerSocket(loopback.getLocalPort()), BindException);
}

TEST(ServerSocketTest, AfterAFailedBindItIsUnboundAndCanBindAgain) {
  const ServerSocket other = loopbackServer();
  ServerSocket server;
  EXPECT_THROW(server.bind(other.getLocalSocketAddress()), BindException);
  EXPECT_FALSE(server.isBound());
  EXPECT_EQ(server.getLocalPort(), -1);
  server.bind({InetAddress::getLoopbackAddress(), 0});
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, BindingToAForeignAddressThrowsABindException) {
  EXPECT_THROW(ServerSocket(0, 0, InetAddress::getByName("192.0.2.1")), BindException);
}

TEST(ServerSocketTest, BindingAfterCloseFails) {
  ServerSocket server;
  server.close();
  expectClosed([&] { server.bind({InetAddress::getLoopbackAddress(), 0}); });
}

TEST(ServerSocketTest, ARestartSucceedsDespiteAnOpenConnection) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows may refuse to bind until old connections are gone";
  ServerSocket server = loopbackServer();
  const InetSocketAddress address = server.getLocalSocketAddress();
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  server.close();
  ServerSocket restarted(address.getPort(), 0, address.getAddress());
  EXPECT_EQ(restarted.getLocalPort(), address.getPort());
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, ARestartSucceedsDespiteAConnectionThatTheServerClosedFirst) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows may refuse to bind until old connections are gone";
  ServerSocket server = loopbackServer();
  const InetSocketAddress address = server.getLocalSocketAddress();
  Socket client = clientOf(server);
  server.accept().close();
  EXPECT_EQ(client.getInputStream().read(), -1);
  client.close();
  server.close();
  EXPECT_NO_THROW(ServerSocket(address.getPort(), 0, address.getAddress()));
}

TEST(ServerSocketTest, WithoutReuseAddressARestartFailsDuringAnOpenConnection) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine allows the restart";
  ServerSocket server;
  server.setReuseAddress(false);
  server.bind({InetAddress::getLoopbackAddress(), 0});
  const Socket client = clientOf(server);
  const Socket accepted = server.accept();
  server.close();
  ServerSocket restarted;
  restarted.setReuseAddress(false);
  EXPECT_THROW(restarted.bind({InetAddress::getLoopbackAddress(), accepted.getLocalPort()}), BindException);
}

// ---- backlog --------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, ABacklogOfZeroOrLessMeansTheSystemsMaximum) {
  for (const int backlog : {0, -5}) {
    const ServerSocket server = loopbackServer(backlog);
    std::vector<Socket> waiting(60);  // more than Java's default backlog of 50
    for (Socket& client : waiting) client.connect(server.getLocalSocketAddress(), 10s);
    EXPECT_TRUE(waiting.back().isConnected()) << backlog;
  }
}

TEST(ServerSocketTest, TheBacklogLimitsTheWaitingConnections) {
  const FullListener full;
  Socket client;
  EXPECT_THROW(client.connect(full.address(), 50ms), SocketTimeoutException);
}

// ---- both families --------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, TheWildcardAddressAcceptsIPv4Clients) {
  ServerSocket server(0);
  Socket client("127.0.0.1", server.getLocalPort());
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, AnIPv4ClientOfADualStackServerHasIPv4Addresses) {
  ServerSocket server(0);
  const Socket client("127.0.0.1", server.getLocalPort());
  const Socket accepted = server.accept();
  EXPECT_TRUE(accepted.getInetAddress().isIPv4());
  EXPECT_EQ(accepted.getRemoteSocketAddress(), client.getLocalSocketAddress());
  EXPECT_EQ(accepted.getLocalSocketAddress(), client.getRemoteSocketAddress());
  EXPECT_EQ(accepted.toString(), "Socket[addr=/127.0.0.1,port=" + std::to_string(client.getLocalPort()) +
                                     ",localport=" + std::to_string(server.getLocalPort()) + "]");
}

TEST(ServerSocketTest, TheWildcardAddressAcceptsIPv6Clients) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  ServerSocket server(0);
  Socket client("::1", server.getLocalPort());
  Socket accepted = server.accept();
  EXPECT_EQ(accepted.getInetAddress(), InetAddress::getByName("::1"));
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, TheIPv6WildcardAddressAcceptsIPv4Clients) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  ServerSocket server(0, 0, InetAddress::getByName("::"));
  Socket client("127.0.0.1", server.getLocalPort());
  Socket accepted = server.accept();
  EXPECT_EQ(accepted.getInetAddress(), InetAddress::getByName("127.0.0.1"));
}

TEST(ServerSocketTest, ASpecificIPv6AddressAcceptsNoIPv4Clients) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const DeadPort dead;
  const ServerSocket server(dead.number(), 0, InetAddress::getByName("::1"));
  EXPECT_THROW(Socket("127.0.0.1", dead.number()), ConnectException);
}

// ---- accept ---------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, AcceptWaitsForAClient) {
  ServerSocket server = loopbackServer();
  std::optional<Socket> accepted;
  BlockedThread acceptor([&] { accepted = server.accept(); });
  acceptor.waitUntilAsleep();
  Socket client = clientOf(server);
  acceptor.join();
  expectAlive(client, *accepted);
}

TEST(ServerSocketTest, AcceptTimesOutAndTheNextAcceptSucceeds) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(30ms);
  const auto start = Clock::now();
  const auto failure = thrownBy<SocketTimeoutException>([&] { server.accept(); });
  EXPECT_GE(Clock::now() - start, 30ms);
  EXPECT_LT(Clock::now() - start, 10s);
  EXPECT_EQ(failure.code(), std::errc::timed_out);
  EXPECT_FALSE(server.isClosed());
  server.setSoTimeout(10s);
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, ATimeoutResetToZeroWaitsForever) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(1ms);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  server.setSoTimeout(0ms);
  std::optional<Socket> accepted;
  BlockedThread acceptor([&] { accepted = server.accept(); });
  acceptor.waitUntilAsleep();
  EXPECT_FALSE(acceptor.hasEnded());
  Socket client = clientOf(server);
  acceptor.join();
  expectAlive(client, *accepted);
}

TEST(ServerSocketTest, TheMaximumTimeoutWaitsForeverAndANegativeOneIsAnArgumentError) {
  ServerSocket server = loopbackServer();
  EXPECT_THROW(server.setSoTimeout(-1ms), std::invalid_argument);
  server.setSoTimeout(std::chrono::milliseconds::max());
  EXPECT_EQ(server.getSoTimeout(), std::chrono::milliseconds::max());
  BlockedThread acceptor([&] { server.accept(); });
  acceptor.waitUntilAsleep();
  EXPECT_FALSE(acceptor.hasEnded());
  const Socket client = clientOf(server);
  EXPECT_NO_THROW(acceptor.join());
}

TEST(ServerSocketTest, ANewTimeoutDoesNotAffectAWaitingAccept) {
  ServerSocket server = loopbackServer();
  BlockedThread acceptor([&] { server.accept(); });
  acceptor.waitUntilAsleep();
  server.setSoTimeout(1ms);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  EXPECT_FALSE(acceptor.hasEnded());
  const Socket client = clientOf(server);
  EXPECT_NO_THROW(acceptor.join());
}

TEST(ServerSocketTest, SeveralThreadsCanAccept) {
  ServerSocket server = loopbackServer();
  const auto acceptOne = [&] { server.accept(); };
  BlockedThread first(acceptOne);
  BlockedThread second(acceptOne);
  first.waitUntilAsleep();
  second.waitUntilAsleep();
  const Socket oneClient = clientOf(server);
  const Socket another = clientOf(server);
  EXPECT_NO_THROW(first.join());
  EXPECT_NO_THROW(second.join());
}

TEST(ServerSocketTest, DataOfAClientThatClosedBeforeAcceptIsReceived) {
  ServerSocket server = loopbackServer();
  {
    Socket client = clientOf(server);
    client.getOutputStream().write("hi");
  }
  Socket accepted = server.accept();
  EXPECT_TRUE(accepted.isConnected());
  EXPECT_EQ(accepted.getInputStream().readAllBytes(), "hi");
}

TEST(ServerSocketTest, AClientThatResetBeforeAcceptNeverMakesAcceptThrow) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(10s);
  {
    Socket client = clientOf(server);
    client.setSoLinger(true, 0);
  }
  const Socket next = clientOf(server);  // some systems skip the reset connection; accept() returns this one there
  EXPECT_NO_THROW(server.accept());
}

TEST(ServerSocketTest, AnAcceptedSocketWorksAfterTheServerIsClosed) {
  ServerSocket server = loopbackServer();
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  server.close();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, AcceptedSocketsHaveDefaultOptions) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(5s);
  const Socket client = clientOf(server);
  const Socket accepted = server.accept();
  EXPECT_EQ(accepted.getSoTimeout(), 0ms);
  EXPECT_EQ(accepted.getWriteTimeout(), 0ms);
  EXPECT_TRUE(accepted.getTcpNoDelay());
  EXPECT_FALSE(accepted.getKeepAlive());
  EXPECT_EQ(accepted.getSoLinger(), -1);
  EXPECT_EQ(accepted.getTrafficClass(), 0);
}

TEST(ServerSocketTest, TheServersTimeoutDoesNotApplyToAcceptedSockets) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(10s);
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  server.setSoTimeout(1ms);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  int got = 0;
  BlockedThread reader([&] { got = accepted.getInputStream().read(); });
  reader.waitUntilAsleep();
  EXPECT_FALSE(reader.hasEnded());
  client.getOutputStream().write('x');
  reader.join();
  EXPECT_EQ(got, 'x');
}

TEST(ServerSocketTest, AcceptedSocketsInheritTheReceiveBufferSize) {
  ServerSocket server;
  server.setReceiveBufferSize(30000);
  server.bind({InetAddress::getLoopbackAddress(), 0});
  const Socket client = clientOf(server);
  EXPECT_EQ(server.accept().getReceiveBufferSize(), server.getReceiveBufferSize());
}

// ---- the accept filter ----------------------------------------------------------------------------------------------

TEST(ServerSocketTest, TheFilterReceivesTheClientsAddress) {
  ServerSocket server = loopbackServer();
  std::vector<InetSocketAddress> seen;
  server.setAcceptFilter([&](const InetSocketAddress& remote) {
    seen.push_back(remote);
    return true;
  });
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  EXPECT_EQ(seen, std::vector<InetSocketAddress>{client.getLocalSocketAddress()});
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, ARejectedClientIsResetAndAcceptContinues) {
  ServerSocket server = loopbackServer();
  Socket rejected = clientOf(server);
  Socket welcome = clientOf(server);
  server.setAcceptFilter([&](const InetSocketAddress& remote) { return remote == welcome.getLocalSocketAddress(); });
  Socket accepted = server.accept();
  EXPECT_EQ(accepted.getRemoteSocketAddress(), welcome.getLocalSocketAddress());
  EXPECT_TRUE(readsReset(rejected.getInputStream()));
  expectAlive(welcome, accepted);
}

TEST(ServerSocketTest, AcceptThrowsTheFiltersExceptionAndResetsTheClient) {
  ServerSocket server = loopbackServer();
  Socket client = clientOf(server);
  server.setAcceptFilter([](const InetSocketAddress&) -> bool { throw std::out_of_range("filter"); });
  EXPECT_THROW(server.accept(), std::out_of_range);
  EXPECT_TRUE(readsReset(client.getInputStream()));
}

TEST(ServerSocketTest, AcceptWorksAgainAfterTheFilterHasThrown) {
  ServerSocket server = loopbackServer();
  server.setAcceptFilter([](const InetSocketAddress&) -> bool { throw std::out_of_range("filter"); });
  const Socket first = clientOf(server);
  EXPECT_THROW(server.accept(), std::out_of_range);
  server.setAcceptFilter([](const InetSocketAddress&) { return true; });
  Socket second = clientOf(server);
  Socket accepted = server.accept();
  expectAlive(second, accepted);
}

TEST(ServerSocketTest, AnEmptyFilterAcceptsAllClients) {
  ServerSocket server = loopbackServer();
  server.setAcceptFilter([](const InetSocketAddress&) { return false; });
  server.setAcceptFilter({});
  Socket client = clientOf(server);
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, TheFilterCanReplaceItself) {
  ServerSocket server = loopbackServer();
  const auto kept = std::make_shared<int>(0);  // lets a sanitizer find a use after the filter's destruction
  server.setAcceptFilter([&server, kept](const InetSocketAddress&) {
    server.setAcceptFilter({});
    ++*kept;
    return false;
  });
  Socket first = clientOf(server);
  Socket second = clientOf(server);
  Socket accepted = server.accept();
  EXPECT_EQ(*kept, 1);
  expectAlive(second, accepted);
}

TEST(ServerSocketTest, RejectedClientsDoNotExtendTheTimeout) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(50ms);
  const auto start = Clock::now();
  server.setAcceptFilter([&](const InetSocketAddress&) {
    EXPECT_LT(Clock::now() - start, 10s);
    if (Clock::now() - start < 10s) clientOf(server);  // a rejected client connects again immediately
    return false;
  });
  const Socket client = clientOf(server);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  EXPECT_GE(Clock::now() - start, 50ms);
}

TEST(ServerSocketTest, TheFilterCanCloseTheServer) {
  ServerSocket server = loopbackServer();
  server.setAcceptFilter([&](const InetSocketAddress&) {
    server.close();
    return false;
  });
  Socket client = clientOf(server);
  expectClosed([&] { server.accept(); });
  EXPECT_TRUE(readsReset(client.getInputStream()));
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, ClosingTwiceIsHarmless) {
  ServerSocket server = loopbackServer();
  server.close();
  server.close();
  EXPECT_TRUE(server.isClosed());
}

TEST(ServerSocketTest, ClosingAnUnboundServerSocketIsHarmless) {
  ServerSocket server;
  server.close();
  server.close();
  EXPECT_TRUE(server.isClosed());
  EXPECT_FALSE(server.isBound());
}

TEST(ServerSocketTest, TheAddressIsAvailableAfterClose) {
  ServerSocket server = loopbackServer();
  const InetSocketAddress address = server.getLocalSocketAddress();
  const std::string text = server.toString();
  server.close();
  EXPECT_TRUE(server.isBound());
  EXPECT_EQ(server.getLocalSocketAddress(), address);
  EXPECT_EQ(server.getInetAddress(), address.getAddress());
  EXPECT_EQ(server.getLocalPort(), address.getPort());
  EXPECT_EQ(server.toString(), text);
  EXPECT_EQ(server.nativeHandle(), -1);
}

TEST(ServerSocketTest, AcceptAfterCloseThrowsSocketClosed) {
  ServerSocket server = loopbackServer();
  server.close();
  expectClosed([&] { server.accept(); });
}

TEST(ServerSocketTest, OptionsAfterCloseThrow) {
  ServerSocket server = loopbackServer();
  server.close();
  expectClosed([&] { server.getSoTimeout(); });
  expectClosed([&] { server.setSoTimeout(1ms); });
  expectClosed([&] { server.getReuseAddress(); });
  expectClosed([&] { server.setReuseAddress(true); });
  expectClosed([&] { server.getReceiveBufferSize(); });
  expectClosed([&] { server.setReceiveBufferSize(1000); });
}

TEST(ServerSocketTest, CloseEndsEveryWaitingAccept) {
  ServerSocket server = loopbackServer();
  BlockedThread first([&] { server.accept(); });
  BlockedThread second([&] { server.accept(); });
  first.waitUntilAsleep();
  second.waitUntilAsleep();
  server.close();
  expectClosed([&] { first.join(); });
  expectClosed([&] { second.join(); });
}

TEST(ServerSocketTest, CloseEndsAWaitingAcceptThatHasATimeout) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(1h);
  BlockedThread acceptor([&] { server.accept(); });
  acceptor.waitUntilAsleep();
  server.close();
  expectClosed([&] { acceptor.join(); });
}

TEST(ServerSocketTest, CloseResetsTheConnectionsInTheBacklog) {
  ServerSocket server = loopbackServer();
  Socket client = clientOf(server);
  client.setSoTimeout(10s);
  server.close();
  EXPECT_TRUE(readsReset(client.getInputStream()));
}

TEST(ServerSocketTest, AfterCloseConnectsAreRefused) {
  ServerSocket server = loopbackServer();
  server.close();
  EXPECT_THROW(clientOf(server), ConnectException);
}

// ---- options --------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, ReuseAddressIsOnByDefaultBeforeAndAfterBind) {
  ServerSocket server;
  EXPECT_TRUE(server.getReuseAddress());
  server.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_TRUE(server.getReuseAddress());
}

TEST(ServerSocketTest, BindKeepsTheOptions) {
  ServerSocket server;
  server.setSoTimeout(77ms);
  server.setReuseAddress(false);
  server.setReceiveBufferSize(40000);
  server.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_EQ(server.getSoTimeout(), 77ms);
  EXPECT_FALSE(server.getReuseAddress());
  EXPECT_GE(server.getReceiveBufferSize(), 40000);
  EXPECT_LE(server.getReceiveBufferSize(), 2 * 40000);
}

TEST(ServerSocketTest, TheReceiveBufferSizeMustBePositive) {
  ServerSocket server;
  EXPECT_THROW(server.setReceiveBufferSize(0), std::invalid_argument);
  EXPECT_THROW(server.setReceiveBufferSize(-1), std::invalid_argument);
}

// ---- moving ---------------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, AMovedServerSocketKeepsAccepting) {
  ServerSocket server = loopbackServer();
  ServerSocket moved = std::move(server);
  Socket client = clientOf(moved);
  Socket accepted = moved.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, AMovedFromServerSocketBehavesAsIfClosed) {
  ServerSocket server = loopbackServer();
  const ServerSocket moved = std::move(server);
  EXPECT_TRUE(server.isClosed());
  expectClosed([&] { server.accept(); });
  expectClosed([&] { server.getSoTimeout(); });
  EXPECT_EQ(server.getLocalPort(), -1);
  EXPECT_EQ(server.getInetAddress(), InetAddress());
  EXPECT_EQ(server.toString(), "ServerSocket[unbound]");
  server.close();
  EXPECT_FALSE(moved.isClosed());
}

TEST(ServerSocketTest, MoveAssignmentClosesTheOldServerSocket) {
  ServerSocket server = loopbackServer();
  const InetSocketAddress old = server.getLocalSocketAddress();
  server = loopbackServer();
  EXPECT_THROW(Socket(old.getAddress(), old.getPort()), ConnectException);
  clientOf(server);
}

// ---- descriptors ----------------------------------------------------------------------------------------------------

TEST(ServerSocketTest, AServerSocketHasOneDescriptorAndClosingFreesIt) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  const std::set<std::intptr_t> before = openDescriptors();
  ServerSocket server = loopbackServer();
  std::set<std::intptr_t> expected = before;
  expected.insert(server.nativeHandle());
  EXPECT_EQ(openDescriptors(), expected);
  server.close();
  EXPECT_EQ(openDescriptors(), before);
}

TEST(ServerSocketTest, AFailedBindLeavesNoDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  const ServerSocket other = loopbackServer();
  const std::set<std::intptr_t> before = openDescriptors();
  ServerSocket server;
  EXPECT_THROW(server.bind(other.getLocalSocketAddress()), BindException);
  EXPECT_EQ(openDescriptors(), before);
}

TEST(ServerSocketTest, ARejectedClientLeavesNoDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  ServerSocket server = loopbackServer();
  server.setSoTimeout(50ms);
  EXPECT_THROW(server.accept(), SocketTimeoutException);  // opens this thread's waker, so that `before` includes it
  server.setAcceptFilter([](const InetSocketAddress&) { return false; });
  const Socket client = clientOf(server);
  const std::set<std::intptr_t> before = openDescriptors();
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  EXPECT_EQ(openDescriptors(), before);
}

#if __has_include(<sys/resource.h>)

// Keeps the process from opening descriptors while it lives: every number below the limit is in use.
class DescriptorExhaustion {
 public:
  DescriptorExhaustion() {
    getrlimit(RLIMIT_NOFILE, &usual_);
    rlimit low = usual_;
    low.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &low);
  }
  ~DescriptorExhaustion() { setrlimit(RLIMIT_NOFILE, &usual_); }
  DescriptorExhaustion(const DescriptorExhaustion&) = delete;
  DescriptorExhaustion& operator=(const DescriptorExhaustion&) = delete;

 private:
  rlimit usual_{};
};

void expectAcceptToSurviveDescriptorExhaustion(ServerSocket& server) {
  Socket client = clientOf(server);
  {
    const DescriptorExhaustion exhaustion;
    const auto failure = thrownBy<SocketException>([&] { server.accept(); });
    EXPECT_EQ(failure.code(), std::errc::too_many_files_open) << failure.what();
  }
  EXPECT_FALSE(server.isClosed());
  Socket accepted = server.accept();
  expectAlive(client, accepted);
}

TEST(ServerSocketTest, AcceptThrowsWithoutDescriptorsAndRecovers) {
  ServerSocket server = loopbackServer();
  expectAcceptToSurviveDescriptorExhaustion(server);
}

TEST(ServerSocketTest, AcceptWithATimeoutThrowsWithoutDescriptorsAndRecovers) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(10s);
  expectAcceptToSurviveDescriptorExhaustion(server);
}

TEST(ServerSocketTest, AcceptThrowsWithoutADescriptorForItsWakerAndRecovers) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(10s);
  BlockedThread fresh([&] { expectAcceptToSurviveDescriptorExhaustion(server); });  // a new thread has no waker yet
  EXPECT_NO_THROW(fresh.join());
}

#endif

}  // namespace
