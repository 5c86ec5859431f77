// SPDX-License-Identifier: MIT
//
// The options of a Socket that reach the kernel: read by getsockopt from the native handle.
#include <netlite/exceptions.hpp>
#include <netlite/socket.hpp>

#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <tuple>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

#ifdef TCP_KEEPIDLE
constexpr int kKeepIdle = TCP_KEEPIDLE;
#else
constexpr int kKeepIdle = TCP_KEEPALIVE;  // macOS
#endif

int optionOf(const Socket& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  if (::getsockopt(static_cast<int>(socket.nativeHandle()), level, name, &value, &size) != 0) {
    throw std::runtime_error("getsockopt failed");
  }
  return value;
}

using KeepAlive = std::tuple<bool, int, int, int>;

// On or off, the idle time, the interval and the count.
KeepAlive keepAliveOf(const Socket& socket) {
  return {optionOf(socket, SOL_SOCKET, SO_KEEPALIVE) != 0, optionOf(socket, IPPROTO_TCP, kKeepIdle),
          optionOf(socket, IPPROTO_TCP, TCP_KEEPINTVL), optionOf(socket, IPPROTO_TCP, TCP_KEEPCNT)};
}

class KeepAliveTest : public testing::Test {
 protected:
  void setKeepAlive(Socket& socket) { socket.setKeepAlive(61s, 11s, 5); }
  void expectKeepAlive(const Socket& socket) { EXPECT_EQ(keepAliveOf(socket), KeepAlive(true, 61, 11, 5)); }

  void connect(Socket& socket) { socket.connect(server_.getLocalSocketAddress()); }
  void failToConnect(Socket& socket) { EXPECT_THROW(socket.connect(dead_.address()), ConnectException); }

  ServerSocket server_ = loopbackServer();
  const DeadPort dead_;
  Socket socket_;
};

TEST_F(KeepAliveTest, SetOnAConnectionReachesTheKernel) {
  connect(socket_);
  setKeepAlive(socket_);
  expectKeepAlive(socket_);
}

TEST_F(KeepAliveTest, SetOnAnAcceptedConnectionReachesTheKernel) {
  connect(socket_);
  Socket accepted = server_.accept();
  setKeepAlive(accepted);
  expectKeepAlive(accepted);
}

TEST_F(KeepAliveTest, SetBeforeTheConnectAppliesAfterIt) {
  setKeepAlive(socket_);
  connect(socket_);
  expectKeepAlive(socket_);
}

TEST_F(KeepAliveTest, SetBeforeAFailedConnectAppliesAfterTheNext) {
  setKeepAlive(socket_);
  failToConnect(socket_);
  connect(socket_);
  expectKeepAlive(socket_);
}

TEST_F(KeepAliveTest, SetOnABoundSocketSurvivesAFailedConnect) {
  socket_.bind({InetAddress::getLoopbackAddress(), 0});
  setKeepAlive(socket_);
  failToConnect(socket_);
  expectKeepAlive(socket_);
  connect(socket_);
  expectKeepAlive(socket_);
}

TEST_F(KeepAliveTest, TurnedOffKeepsItsTimes) {
  connect(socket_);
  setKeepAlive(socket_);
  socket_.setKeepAlive(false);
  EXPECT_EQ(keepAliveOf(socket_), KeepAlive(false, 61, 11, 5));
}

TEST_F(KeepAliveTest, IsCappedAtWhatEverySystemAccepts) {
  connect(socket_);
  socket_.setKeepAlive(std::chrono::seconds::max(), std::chrono::seconds::max(), 1 << 30);
  EXPECT_EQ(keepAliveOf(socket_), KeepAlive(true, 32767, 32767, 127));
}

}  // namespace
