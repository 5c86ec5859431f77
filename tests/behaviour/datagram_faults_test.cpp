// SPDX-License-Identifier: MIT
//
// Rare conditions of datagram sockets: a full queue, a signal during a call, a port that another process takes first.
// Functions of this program replace the system's (ld's --wrap). Linux only.
#include <netlite/datagram_socket.hpp>

#include <netlite/exceptions.hpp>

#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <system_error>
#include <thread>

namespace {

std::atomic<int> full_queues{0};        // sends that still find the queue full
std::atomic<int> interrupted_calls{0};  // sends and receives that are still interrupted
std::atomic<int> lost_ports{0};         // binds to a chosen port that still find it taken
std::atomic<int> refused_sources{0};    // sends with a source that the system still refuses
std::atomic<int> sends{0};

bool consumeFault(std::atomic<int>& faults) {
  if (faults.load() == 0) return false;
  --faults;
  return true;
}

bool hasPort(const sockaddr* address) {
  return address->sa_data[0] != 0 || address->sa_data[1] != 0;  // IPv4 and IPv6 have it in the same place
}

int failWith(int error) {
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

ssize_t __real_sendto(int, const void*, size_t, int, const sockaddr*, socklen_t);
ssize_t __real_sendmsg(int, const msghdr*, int);
ssize_t __real_recvmsg(int, msghdr*, int);
int __real_bind(int, const sockaddr*, socklen_t);

ssize_t __wrap_sendto(int fd, const void* data, size_t size, int flags, const sockaddr* to, socklen_t length) {
  ++sends;
  if (consumeFault(interrupted_calls)) return failWith(EINTR);
  if (consumeFault(full_queues)) return failWith(EAGAIN);
  return __real_sendto(fd, data, size, flags, to, length);
}

ssize_t __wrap_sendmsg(int fd, const msghdr* message, int flags) {
  ++sends;
  if (consumeFault(interrupted_calls)) return failWith(EINTR);
  if (consumeFault(full_queues)) return failWith(EAGAIN);
  if (consumeFault(refused_sources)) return failWith(EADDRNOTAVAIL);
  return __real_sendmsg(fd, message, flags);
}

ssize_t __wrap_recvmsg(int fd, msghdr* message, int flags) {
  if (consumeFault(interrupted_calls)) return failWith(EINTR);
  return __real_recvmsg(fd, message, flags);
}

int __wrap_bind(int fd, const sockaddr* address, socklen_t length) {
  if (hasPort(address) && consumeFault(lost_ports)) return failWith(EADDRINUSE);
  return __real_bind(fd, address, length);
}

}  // extern "C"

namespace {

using namespace netlite;
using namespace std::chrono_literals;
using test::thrownBy;

class DatagramFaultsTest : public testing::Test {
 protected:
  DatagramFaultsTest() { receiver_.setSoTimeout(10s); }

  ~DatagramFaultsTest() override { full_queues = interrupted_calls = lost_ports = refused_sources = 0; }

  InetSocketAddress receiver() const { return receiver_.getLocalSocketAddress(); }

  std::string received() {
    DatagramPacket packet(100);
    receiver_.receive(packet);
    return std::string(packet.getData());
  }

  // A datagram that sender_ has received from receiver_.
  DatagramPacket question() {
    receiver_.send(DatagramPacket("question", sender_.getLocalSocketAddress()));
    DatagramPacket packet(100);
    sender_.setSoTimeout(10s);
    sender_.receive(packet);
    return packet;
  }

  DatagramSocket receiver_{0, InetAddress::getLoopbackAddress()};
  DatagramSocket sender_{0, InetAddress::getLoopbackAddress()};
};

TEST_F(DatagramFaultsTest, ASendWaitsWhileTheQueueIsFull) {
  full_queues = 3;
  sender_.send(DatagramPacket("hello", receiver()));
  EXPECT_EQ(full_queues, 0);
  EXPECT_EQ(received(), "hello");
}

TEST_F(DatagramFaultsTest, CloseEndsASendThatWaits) {
  sends = 0;
  full_queues = 1 << 30;
  std::future<void> sent = std::async(std::launch::async, [&] { sender_.send(DatagramPacket("hello", receiver())); });
  while (sends < 2) std::this_thread::yield();
  sender_.close();
  ASSERT_EQ(sent.wait_for(10s), std::future_status::ready);
  const SocketException error = thrownBy<SocketException>([&] { sent.get(); });
  EXPECT_EQ(error.code(), std::errc::operation_canceled);
  EXPECT_EQ(error.what(), "send to " + receiver().toString() + ": Socket closed");
}

TEST_F(DatagramFaultsTest, AnInterruptedSendIsRetried) {
  interrupted_calls = 2;
  sender_.send(DatagramPacket("hello", receiver()));
  EXPECT_EQ(interrupted_calls, 0);
  EXPECT_EQ(received(), "hello");
}

TEST_F(DatagramFaultsTest, AnInterruptedReceiveIsRetried) {
  sender_.send(DatagramPacket("hello", receiver()));
  interrupted_calls = 2;
  EXPECT_EQ(received(), "hello");
  EXPECT_EQ(interrupted_calls, 0);
}

TEST_F(DatagramFaultsTest, AnInterruptedReplyIsRetried) {
  const DatagramPacket reply = question().reply("hello");
  interrupted_calls = full_queues = 2;
  sender_.send(reply);
  EXPECT_EQ(interrupted_calls + full_queues, 0);
  EXPECT_EQ(received(), "hello");
}

TEST_F(DatagramFaultsTest, AReplyLeavesFromAnotherSourceIfTheSystemRefusesItsOwn) {
  const DatagramPacket reply = question().reply("hello");
  refused_sources = 1;
  sender_.send(reply);
  EXPECT_EQ(refused_sources, 0);
  EXPECT_EQ(received(), "hello");
}

TEST_F(DatagramFaultsTest, ASignalDoesNotEndAReceive) {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  for (const auto timeout : {0ms, 10000ms}) {
    receiver_.setSoTimeout(timeout);
    std::string text;
    std::thread thread([&] { text = received(); });
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(pthread_kill(thread.native_handle(), SIGUSR1), 0);
      std::this_thread::sleep_for(1ms);
    }
    sender_.send(DatagramPacket("hello", receiver()));
    thread.join();
    EXPECT_EQ(text, "hello");
  }
  sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(DatagramFaultsTest, AnotherPortIsChosenIfTheFirstWasTakenMeanwhile) {
  lost_ports = 3;
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  EXPECT_EQ(lost_ports, 0);
  const int port = socket.getLocalPort();
  socket.connect(receiver());
  socket.disconnect();
  socket.send(DatagramPacket("hello", receiver()));
  DatagramPacket packet(100);
  receiver_.receive(packet);
  EXPECT_EQ(packet.getPort(), port);
}

}  // namespace
