// SPDX-License-Identifier: MIT
//
// Unix-domain sockets: how they differ from TCP, and the life of a server's path. What they have in common with TCP is
// tested by the suites of socket_test and others, which run over both (tests/CMakeLists.txt).
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/loopback.hpp"
#include "support/scratch_folder.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

class UnixDomainTest : public testing::Test {
 protected:
  void SetUp() override {
    if (runsUnderWine()) GTEST_SKIP() << "Wine has no Unix-domain sockets";
  }

  UnixDomainSocketAddress addressOf(const std::string& name) const { return UnixDomainSocketAddress(folder_ / name); }

  static bool contains(const std::exception& exception, const std::string& text) {
    return std::string(exception.what()).find(text) != std::string::npos;
  }

  const ScratchFolder folder_;
  const UnixDomainSocketAddress address_ = addressOf("s");
};

// Two connected sockets, and their server.
struct Connection {
  explicit Connection(const UnixDomainSocketAddress& address) : server(address), client(address) {}

  ServerSocket server;
  Socket client;
  Socket accepted = server.accept();
};

bool exists(const UnixDomainSocketAddress& address) { return fs::exists(fs::symlink_status(address.getPath())); }

// ---- a connection ---------------------------------------------------------------------------------------------------

TEST_F(UnixDomainTest, LinesPassInBothDirections) {
  Connection pair(address_);
  PrintWriter(pair.client.getOutputStream(), true).println("to the server");
  EXPECT_EQ(BufferedReader(pair.accepted.getInputStream()).readLine(), "to the server");
  PrintWriter(pair.accepted.getOutputStream(), true).println("to the client");
  EXPECT_EQ(BufferedReader(pair.client.getInputStream()).readLine(), "to the client");
}

TEST_F(UnixDomainTest, BothEndsHaveTheServersAddressAlsoAfterClose) {
  Connection pair(address_);
  for (Socket* socket : {&pair.client, &pair.accepted}) {
    for (const bool closed : {false, true}) {
      if (closed) socket->close();
      EXPECT_TRUE(socket->isUnixDomain());
      EXPECT_EQ(socket->getUnixDomainAddress(), address_);
      EXPECT_TRUE(socket->isConnected());
      EXPECT_TRUE(socket->isBound());
      EXPECT_EQ(socket->toString(), "Socket[addr=" + address_.toString() + "]");
    }
  }
}

TEST_F(UnixDomainTest, ASocketHasTheWildcardAddressAndPortZeroInPlaceOfIpAddresses) {
  Connection pair(address_);
  for (Socket* socket : {&pair.client, &pair.accepted}) {
    for (const bool closed : {false, true}) {
      if (closed) socket->close();
      EXPECT_EQ(socket->getInetAddress(), InetAddress());
      EXPECT_EQ(socket->getLocalAddress(), InetAddress());
      EXPECT_EQ(socket->getPort(), 0);
      EXPECT_EQ(socket->getLocalPort(), 0);
      EXPECT_THROW(socket->getRemoteSocketAddress(), SocketException);
      EXPECT_THROW(socket->getLocalSocketAddress(), SocketException);
    }
  }
}

TEST_F(UnixDomainTest, AServerSocketHasItsAddressAlsoAfterClose) {
  ServerSocket server(address_);
  for (const bool closed : {false, true}) {
    if (closed) server.close();
    EXPECT_TRUE(server.isUnixDomain());
    EXPECT_TRUE(server.isBound());
    EXPECT_EQ(server.getUnixDomainAddress(), address_);
    EXPECT_EQ(server.getInetAddress(), InetAddress());
    EXPECT_EQ(server.getLocalPort(), 0);
    EXPECT_THROW(server.getLocalSocketAddress(), SocketException);
    EXPECT_EQ(server.toString(), "ServerSocket[addr=" + address_.toString() + "]");
  }
}

TEST(NotUnixDomainTest, TcpSocketsHaveNoUnixDomainAddressAndNoCredentials) {
  const ServerSocket server = loopbackServer();
  const Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_FALSE(server.isUnixDomain());
  EXPECT_FALSE(client.isUnixDomain());
  EXPECT_THROW(server.getUnixDomainAddress(), SocketException);
  EXPECT_THROW(client.getUnixDomainAddress(), SocketException);
  EXPECT_EQ(thrownBy<SocketException>([&] { client.getPeerCredentials(); }).code(), std::errc::operation_not_supported);
}

TEST(NotUnixDomainTest, UnconnectedSocketsHaveNoUnixDomainAddressAndNoCredentials) {
  EXPECT_FALSE(Socket().isUnixDomain());
  EXPECT_FALSE(ServerSocket().isUnixDomain());
  EXPECT_THROW(Socket().getUnixDomainAddress(), SocketException);
  EXPECT_THROW(ServerSocket().getUnixDomainAddress(), SocketException);
  EXPECT_EQ(thrownBy<SocketException>([] { Socket().getPeerCredentials(); }).code(), std::errc::not_connected);
}

TEST_F(UnixDomainTest, MessagesNameTheAddress) {
  Connection pair(address_);
  pair.client.setSoTimeout(1ms);
  const auto read = thrownBy<SocketTimeoutException>([&] { pair.client.getInputStream().read(); });
  EXPECT_TRUE(contains(read, "read from " + address_.toString())) << read.what();
  pair.server.setSoTimeout(1ms);
  const auto accept = thrownBy<SocketTimeoutException>([&] { pair.server.accept(); });
  EXPECT_TRUE(contains(accept, "accept on " + address_.toString())) << accept.what();
}

// ---- options --------------------------------------------------------------------------------------------------------

void setEveryOption(Socket& socket) {
  socket.setTcpNoDelay(false);
  socket.setKeepAlive(10s, 5s, 3);
  socket.setTrafficClass(0x10);
  socket.setSoLinger(true, 7);
  socket.setReuseAddress(true);
  socket.setSendBufferSize(16 * 1024);
  socket.setReceiveBufferSize(16 * 1024);
}

void expectEveryOption(const Socket& socket) {
  EXPECT_FALSE(socket.getTcpNoDelay());
  EXPECT_TRUE(socket.getKeepAlive());
  EXPECT_EQ(socket.getTrafficClass(), 0x10);
  EXPECT_EQ(socket.getSoLinger(), 7);
  EXPECT_TRUE(socket.getReuseAddress());
}

TEST_F(UnixDomainTest, OptionsOfTcpAreAcceptedAndRemembered) {
  Connection pair(address_);
  for (Socket* socket : {&pair.client, &pair.accepted}) {
    setEveryOption(*socket);
    expectEveryOption(*socket);
  }
}

TEST_F(UnixDomainTest, OptionsSetBeforeConnectAreRememberedAfterIt) {
  const ServerSocket server(address_);
  Socket socket;
  setEveryOption(socket);
  socket.connect(address_);
  expectEveryOption(socket);
}

TEST_F(UnixDomainTest, OptionsHaveTheDefaultsOfTcp) {
  Connection pair(address_);
  const Socket tcp;
  for (const Socket* socket : {&pair.client, &pair.accepted}) {
    EXPECT_EQ(socket->getTcpNoDelay(), tcp.getTcpNoDelay());
    EXPECT_EQ(socket->getKeepAlive(), tcp.getKeepAlive());
    EXPECT_EQ(socket->getTrafficClass(), tcp.getTrafficClass());
    EXPECT_EQ(socket->getSoLinger(), tcp.getSoLinger());
  }
}

TEST_F(UnixDomainTest, ServerOptionsAreAccepted) {
  ServerSocket server;
  server.setReuseAddress(false);
  server.setReceiveBufferSize(16 * 1024);
  server.bind(address_);
  EXPECT_FALSE(server.getReuseAddress());
  server.setReuseAddress(true);
  EXPECT_TRUE(server.getReuseAddress());
}

// ---- connecting -----------------------------------------------------------------------------------------------------

TEST_F(UnixDomainTest, ConnectingWhereNothingIsThrowsASocketExceptionThatIsNoConnectException) {
  for (const auto& connect :
       {std::function([&] { Socket socket(address_); }), std::function([&] { Socket().connect(address_, 1s); })}) {
    const auto exception = thrownBy<SocketException>([&] {
      try {
        connect();
      } catch (const ConnectException&) {
        FAIL() << "a ConnectException";
      }
    });
    EXPECT_EQ(exception.code(), std::errc::no_such_file_or_directory);
    EXPECT_TRUE(contains(exception, "connect to " + address_.toString() + ": ")) << exception.what();
  }
}

TEST_F(UnixDomainTest, ConnectingToAPlainFileThrowsAConnectException) {
  std::ofstream(address_.getPath()) << "text";
  EXPECT_THROW(Socket{address_}, ConnectException);
}

TEST_F(UnixDomainTest, ASocketCanTryAgainAfterAFailedConnect) {
  Socket socket;
  socket.setTcpNoDelay(false);
  EXPECT_THROW(socket.connect(address_), SocketException);
  EXPECT_FALSE(socket.isConnected());
  EXPECT_FALSE(socket.isUnixDomain());
  ServerSocket server(address_);
  socket.connect(address_);
  EXPECT_TRUE(socket.isConnected());
  EXPECT_FALSE(socket.getTcpNoDelay());
}

TEST_F(UnixDomainTest, ASocketCanTryTcpAfterAFailedConnect) {
  Socket socket;
  EXPECT_THROW(socket.connect(address_), SocketException);
  ServerSocket server = loopbackServer();
  socket.connect(server.getLocalSocketAddress());
  EXPECT_FALSE(socket.isUnixDomain());
  EXPECT_EQ(socket.getPort(), server.getLocalPort());
}

TEST_F(UnixDomainTest, ABoundSocketCannotConnect) {
  const ServerSocket server(address_);
  Socket socket;
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_THROW(socket.connect(address_), SocketException);
  EXPECT_FALSE(socket.isConnected());
}

TEST_F(UnixDomainTest, AConnectedSocketCanNeitherConnectNorBind) {
  Connection pair(address_);
  EXPECT_EQ(thrownBy<SocketException>([&] { pair.client.connect(address_); }).code(), std::errc::already_connected);
  EXPECT_EQ(thrownBy<SocketException>([&] { pair.client.bind(InetSocketAddress(0)); }).code(),
            std::errc::already_connected);
}

TEST_F(UnixDomainTest, AClosedSocketCannotConnect) {
  const ServerSocket server(address_);
  Socket socket;
  socket.close();
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.connect(address_); }).code(), std::errc::operation_canceled);
}

TEST_F(UnixDomainTest, ANegativeTimeoutIsAnArgumentError) {
  EXPECT_THROW(Socket().connect(address_, -1ms), std::invalid_argument);
}

TEST_F(UnixDomainTest, AVeryShortTimeoutIsEnoughIfNobodyHasToWait) {
  const ServerSocket server(address_);
  Socket socket;
  socket.connect(address_, 1ms);
  EXPECT_TRUE(socket.isConnected());
}

// A server whose queue is full.
class FullServer {
 public:
  explicit FullServer(const UnixDomainSocketAddress& address) : server(address, 1) {
    for (int client = 0; client < 20; ++client) {
      try {
        Socket socket;
        socket.connect(address, 20ms);
        queued.push_back(std::move(socket));
      } catch (const SocketTimeoutException&) {
        return;
      }
    }
    throw std::logic_error("the accept queue did not fill up");
  }

  ServerSocket server;
  std::vector<Socket> queued;
};

class FullQueueTest : public UnixDomainTest {
 protected:
  void SetUp() override {
    UnixDomainTest::SetUp();
#ifndef __linux__
    if (!IsSkipped()) GTEST_SKIP() << "this system refuses clients that do not fit the queue";
#endif
  }
};

TEST_F(FullQueueTest, AConnectTimesOut) {
  const FullServer full(address_);
  Socket socket;
  const auto start = std::chrono::steady_clock::now();
  const auto exception = thrownBy<SocketTimeoutException>([&] { socket.connect(address_, 60ms); });
  EXPECT_GE(std::chrono::steady_clock::now() - start, 60ms);
  EXPECT_TRUE(contains(exception, "connect to " + address_.toString())) << exception.what();
  EXPECT_FALSE(socket.isConnected());
}

TEST_F(FullQueueTest, AConnectSucceedsOnceThereIsRoom) {
  FullServer full(address_);
  Socket socket;
  BlockedThread connecting([&] { socket.connect(address_); });
  std::this_thread::sleep_for(20ms);  // most often it is waiting by now; the result is the same if not
  full.server.accept();
  connecting.join();
  EXPECT_TRUE(socket.isConnected());
}

TEST_F(FullQueueTest, CloseEndsAConnect) {
  for (const auto timeout : {0ms, 3600000ms}) {
    const ScratchFolder folder;
    const UnixDomainSocketAddress address(folder / "s");
    const FullServer full(address);
    Socket socket;
    BlockedThread connecting([&] { socket.connect(address, timeout); });
    std::this_thread::sleep_for(20ms);  // as above
    socket.close();
    EXPECT_EQ(thrownBy<SocketException>([&] { connecting.join(); }).code(), std::errc::operation_canceled);
  }
}

TEST_F(FullQueueTest, ClosingTheServerEndsAConnect) {
  FullServer full(address_);
  Socket socket;
  BlockedThread connecting([&] { socket.connect(address_); });
  std::this_thread::sleep_for(20ms);  // as above
  full.server.close();
  EXPECT_THROW(connecting.join(), SocketException);
}

// ---- the path of a server -------------------------------------------------------------------------------------------

TEST_F(UnixDomainTest, AServerCreatesItsPathAndCloseRemovesIt) {
  ServerSocket server(address_);
  EXPECT_TRUE(exists(address_));
  server.close();
  EXPECT_TRUE(folder_.files().empty());
  server.close();
}

TEST_F(UnixDomainTest, TheDestructorRemovesThePath) {
  { const ServerSocket server(address_); }
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(UnixDomainTest, MovingKeepsThePathAndMoveAssignmentRemovesTheOldOne) {
  ServerSocket server(address_);
  ServerSocket moved(std::move(server));
  EXPECT_TRUE(exists(address_));
  moved = ServerSocket(addressOf("other"));
  EXPECT_EQ(folder_.files(), std::set<std::string>{"other"});
}

TEST_F(UnixDomainTest, ThePathOfAServerThatHasEndedInOrderIsFree) {
  for (int i = 0; i < 3; ++i) {
    ServerSocket server(address_);
    const Socket client(address_);
  }
}

TEST_F(UnixDomainTest, ConnectionsOutliveThePath) {
  Connection pair(address_);
  pair.server.close();
  pair.client.getOutputStream().write("x");
  EXPECT_EQ(receive(pair.accepted, 1), "x");
}

TEST_F(UnixDomainTest, APathWithALivingServerIsInUseAndTheServerNoticesNothing) {
  ServerSocket server(address_);
  const auto exception = thrownBy<BindException>([&] { ServerSocket other(address_); });
  EXPECT_EQ(exception.code(), std::errc::address_in_use);
  EXPECT_TRUE(contains(exception, "listen on " + address_.toString())) << exception.what();
  if (!runsOnWindows()) {
    server.setSoTimeout(50ms);
    EXPECT_THROW(server.accept(), SocketTimeoutException);
  }
  const Socket client(address_);
  EXPECT_TRUE(client.isConnected());
}

TEST_F(UnixDomainTest, AfterAFailedBindAServerSocketIsUnboundAndCanBindAgain) {
  const ServerSocket other(address_);
  ServerSocket server;
  EXPECT_THROW(server.bind(address_), BindException);
  EXPECT_FALSE(server.isBound());
  EXPECT_FALSE(server.isUnixDomain());
  server.bind(addressOf("free"));
  EXPECT_TRUE(server.isBound());
  server.close();
  EXPECT_TRUE(exists(address_));
}

TEST_F(UnixDomainTest, ABoundServerSocketCannotBindAgain) {
  ServerSocket server(address_);
  EXPECT_THROW(server.bind(addressOf("other")), SocketException);
  EXPECT_THROW(server.bind(InetSocketAddress(0)), SocketException);
  EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
}

TEST_F(UnixDomainTest, AClosedServerSocketCannotBind) {
  ServerSocket server;
  server.close();
  EXPECT_EQ(thrownBy<SocketException>([&] { server.bind(address_); }).code(), std::errc::operation_canceled);
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(UnixDomainTest, APlainFileIsInUseAndNotTouched) {
  std::ofstream(address_.getPath()) << "text";
  EXPECT_EQ(thrownBy<BindException>([&] { ServerSocket server(address_); }).code(), std::errc::address_in_use);
  std::string text;
  std::ifstream(address_.getPath()) >> text;
  EXPECT_EQ(text, "text");
}

TEST_F(UnixDomainTest, AFolderIsInUseAndNotTouched) {
  fs::create_directory(address_.getPath());
  EXPECT_THROW(ServerSocket{address_}, BindException);
  EXPECT_THROW(ServerSocket{UnixDomainSocketAddress(address_.getPath() + "/")}, BindException);
  EXPECT_TRUE(fs::is_directory(address_.getPath()));
}

TEST_F(UnixDomainTest, AMissingFolderIsABindException) {
  EXPECT_EQ(thrownBy<BindException>([&] { ServerSocket server(addressOf("none/s")); }).code(),
            std::errc::no_such_file_or_directory);
}

TEST_F(UnixDomainTest, CloseIsHarmlessIfThePathIsGone) {
  ServerSocket server(address_);
  fs::remove(address_.getPath());
  server.close();
  EXPECT_TRUE(server.isClosed());
}

TEST_F(UnixDomainTest, CloseRemovesNoFileThatHasReplacedThePath) {
  ServerSocket server(address_);
  fs::remove(address_.getPath());
  ServerSocket next(address_);
  server.close();
  EXPECT_TRUE(exists(address_));
  const Socket client(address_);
  EXPECT_EQ(client.getUnixDomainAddress(), address_);
}

TEST_F(UnixDomainTest, CloseRemovesNoPlainFileThatHasReplacedThePath) {
  ServerSocket server(address_);
  fs::remove(address_.getPath());
  std::ofstream(address_.getPath()) << "text";
  server.close();
  EXPECT_TRUE(fs::is_regular_file(address_.getPath()));
}

TEST_F(UnixDomainTest, ARelativePathMeansTheFolderAtTheTimeOfBind) {
  const fs::path before = fs::current_path();
  const ScratchFolder other;
  fs::current_path(folder_.path());
  ServerSocket server(UnixDomainSocketAddress("s"));
  const Socket client(UnixDomainSocketAddress("s"));
  std::ofstream(other / "s") << "text";
  fs::current_path(other.path());
  server.close();
  fs::current_path(before);
  EXPECT_EQ(server.getUnixDomainAddress().getPath(), "s");
  EXPECT_TRUE(folder_.files().empty());
  EXPECT_TRUE(fs::exists(other / "s"));
}

TEST_F(UnixDomainTest, APathMayHaveTheMaximumLength) {
  constexpr std::size_t kSmallestLimit = 103;
  const UnixDomainSocketAddress address(folder_ / std::string(kSmallestLimit - 1 - folder_.path().size(), 'x'));
  Connection pair(address);
  EXPECT_EQ(pair.accepted.getUnixDomainAddress(), address);
}

TEST_F(UnixDomainTest, ClosingWhileBindingLeavesNoPath) {
  for (int round = 0; round < 300; ++round) {
    ServerSocket server;
    std::atomic<bool> begun{false};
    std::thread binding([&] {
      begun = true;
      try {
        server.bind(address_);
      } catch (const SocketException&) {
      }
    });
    while (!begun) std::this_thread::yield();
    for (int i = 0; i < round % 20; ++i) std::this_thread::yield();
    server.close();
    binding.join();
    ASSERT_TRUE(folder_.files().empty());
  }
}

TEST_F(UnixDomainTest, SocketsHaveOneDescriptorEachAndLeaveNone) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not show the open descriptors";
  { Connection first(address_); }
  const auto before = openDescriptors();
  {
    const Connection pair(address_);
    EXPECT_EQ(openDescriptors().size(), before.size() + 3);
    EXPECT_THROW(ServerSocket{address_}, BindException);
    EXPECT_THROW(Socket{addressOf("none")}, SocketException);
    EXPECT_EQ(openDescriptors().size(), before.size() + 3);
  }
  EXPECT_TRUE(descriptorsReturnTo(before));
}

TEST_F(UnixDomainTest, DescriptorsAreNotInherited) {
  const Connection pair(address_);
  EXPECT_FALSE(isInherited(pair.server.nativeHandle()));
  EXPECT_FALSE(isInherited(pair.client.nativeHandle()));
  EXPECT_FALSE(isInherited(pair.accepted.nativeHandle()));
}

// ---- accepting ------------------------------------------------------------------------------------------------------

TEST_F(UnixDomainTest, AcceptTimesOutAndTheNextAcceptSucceeds) {
  ServerSocket server(address_);
  server.setSoTimeout(30ms);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  const Socket client(address_);
  EXPECT_TRUE(server.accept().isConnected());
}

TEST_F(UnixDomainTest, CloseEndsEveryWaitingAcceptAndRemovesThePath) {
  for (const auto timeout : {0ms, 3600000ms}) {
    ServerSocket server(address_);
    server.setSoTimeout(timeout);
    const auto accept = [&] {
      EXPECT_EQ(thrownBy<SocketException>([&] { server.accept(); }).code(), std::errc::operation_canceled);
    };
    BlockedThread first(accept);
    BlockedThread second(accept);
    first.waitUntilAsleep();
    second.waitUntilAsleep();
    server.close();
    EXPECT_FALSE(exists(address_));
    first.join();
    second.join();
  }
}

TEST_F(UnixDomainTest, CloseEndsTheConnectionsInTheQueue) {
  ServerSocket server(address_);
  Socket client(address_);
  server.close();
  EXPECT_TRUE(readsReset(client.getInputStream()));
}

TEST_F(UnixDomainTest, AnAcceptFilterIsRefused) {
  ServerSocket server(address_);
  EXPECT_THROW(server.setAcceptFilter([](const InetSocketAddress&) { return false; }), SocketException);
  const Socket client(address_);
  EXPECT_TRUE(server.accept().isConnected());
}

TEST_F(UnixDomainTest, AnEmptyAcceptFilterIsHarmless) {
  ServerSocket server(address_);
  server.setAcceptFilter(nullptr);
  const Socket client(address_);
  EXPECT_TRUE(server.accept().isConnected());
}

TEST_F(UnixDomainTest, AServerSocketWithAnAcceptFilterCannotBind) {
  ServerSocket server;
  server.setAcceptFilter([](const InetSocketAddress&) { return true; });
  EXPECT_THROW(server.bind(address_), SocketException);
  EXPECT_TRUE(folder_.files().empty());
  server.setAcceptFilter(nullptr);
  server.bind(address_);
  EXPECT_TRUE(server.isUnixDomain());
}

// ---- TcpServer ------------------------------------------------------------------------------------------------------

void echo(Socket& client) {
  BufferedReader in(client.getInputStream());
  PrintWriter out(client.getOutputStream());
  in.tie(out);
  for (const std::string& line : in.lines()) out.println(line);
}

TEST_F(UnixDomainTest, ATcpServerServesAndStopRemovesThePath) {
  TcpServer server(ServerSocket(address_), echo);
  server.start();
  EXPECT_EQ(server.getLocalPort(), 0);
  for (int i = 0; i < 3; ++i) {
    Socket client(address_);
    PrintWriter(client.getOutputStream(), true).println("안녕");
    EXPECT_EQ(BufferedReader(client.getInputStream()).readLine(), "안녕");
  }
  server.stop(0ms);
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(UnixDomainTest, ATcpServerRefusesAnAcceptFilter) {
  TcpServer::Options options;
  options.acceptFilter = [](const InetSocketAddress&) { return true; };
  EXPECT_THROW(TcpServer(ServerSocket(address_), echo, options), SocketException);
  EXPECT_TRUE(folder_.files().empty());
}

// ---- where the system has no such sockets ---------------------------------------------------------------------------

TEST(NoUnixDomainTest, WhereTheSystemHasNoneTheExceptionSaysSo) {
  if (!runsUnderWine()) GTEST_SKIP() << "this system has Unix-domain sockets";
  const UnixDomainSocketAddress address("s");
  for (const auto& attempt :
       {std::function([&] { ServerSocket server(address); }), std::function([&] { Socket socket(address); })}) {
    const auto exception = thrownBy<SocketException>(attempt);
    EXPECT_EQ(exception.code(), std::errc::address_family_not_supported);
    EXPECT_NE(std::string(exception.what()).find("not supported"), std::string::npos) << exception.what();
  }
}

}  // namespace
