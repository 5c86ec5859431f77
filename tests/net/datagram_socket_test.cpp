// SPDX-License-Identifier: MIT
//
// DatagramSocket over loopback. A datagram is in the receiver's queue when send() returns, so a test knows that one was
// dropped when a later one arrives first.
#include <netlite/datagram_socket.hpp>

#include <netlite/exceptions.hpp>

#include "support/blocked_thread.hpp"
#include "support/loopback.hpp"
#include "support/system.hpp"
#include "support/unused_port.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

// ThreadSanitizer treats connect() as the creation of a connection that no other thread can use yet. A datagram socket,
// however, may be connected while other threads send and receive; the kernel synchronizes these calls.
extern "C" const char* __tsan_default_suppressions() {
  return "race:netlite::platform::connect\nrace:netlite::platform::disconnect\n";
}

namespace {

using namespace netlite;
using namespace std::chrono_literals;
using test::BlockedThread;
using test::hasIPv6Loopback;
using test::loopbackInterface;
using test::runsOnWindows;
using test::runsUnderQemu;
using test::runsUnderWine;
using test::thrownBy;
using test::unusedPort;

const InetAddress kLoopback = InetAddress::getLoopbackAddress();

constexpr auto kReceiveTimeout = 10s;  // a datagram that a test expects must arrive within this time
constexpr auto kShortTimeout = 20ms;   // for a receive that is expected to time out

DatagramSocket withReceiveTimeout(DatagramSocket socket) {
  socket.setSoTimeout(kReceiveTimeout);
  return socket;
}

// A local port that refuses datagrams. A socket that is connected to itself holds the port while this lives, so that no
// other socket gets it and datagrams of other senders are refused. Windows would drop those silently; there the port is
// free.
class DeadDatagramPort {
 public:
  DeadDatagramPort() {
    if (runsOnWindows()) {
      holder_.close();
    } else {
      holder_.connect(address_);
    }
  }
  const InetSocketAddress& address() const { return address_; }

 private:
  DatagramSocket holder_{0, kLoopback};
  InetSocketAddress address_ = holder_.getLocalSocketAddress();
};

// A port for a socket that will be disconnected: under Wine the socket would lose a port that the system had chosen.
int stablePort() { return runsUnderWine() ? unusedPort() : 0; }

DatagramSocket onLoopback() { return withReceiveTimeout(DatagramSocket(stablePort(), kLoopback)); }

DatagramSocket onWildcard() { return withReceiveTimeout(DatagramSocket(stablePort())); }

InetSocketAddress addressOf(const DatagramSocket& socket) { return {kLoopback, socket.getLocalPort()}; }

InetSocketAddress ipv6AddressOf(const DatagramSocket& socket) { return {"::1", socket.getLocalPort()}; }

void sendText(DatagramSocket& from, std::string_view text, const InetSocketAddress& to) {
  from.send(DatagramPacket(text, to));
}

DatagramPacket receivePacket(DatagramSocket& socket, std::size_t capacity = 65535) {
  DatagramPacket packet(capacity);
  socket.receive(packet);
  return packet;
}

std::string receiveText(DatagramSocket& socket) { return std::string(receivePacket(socket).getData()); }

// A second local IPv4 address, on systems that have one without configuration.
const InetAddress kSecondLoopback = InetAddress::getByName("127.0.0.2");

bool hasSecondLoopback() {
  try {
    DatagramSocket(0, kSecondLoopback);
    return true;
  } catch (const BindException&) {
    return false;
  }
}

// Returns the first datagram that a client receives after it has asked the server. The client is connected to `asked`,
// so it receives no reply that comes from another address.
std::string askAndReceive(DatagramSocket& server, const InetAddress& asked, const InetAddress& asker) {
  DatagramSocket client = withReceiveTimeout(DatagramSocket(0, asker));
  client.connect({asked, server.getLocalPort()});
  client.send(DatagramPacket("question", client.getRemoteSocketAddress()));
  server.send(receivePacket(server).reply("answer"));
  server.send(DatagramPacket("plain", client.getLocalSocketAddress()));
  return receiveText(client);
}

// ---- binding --------------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, TheDefaultIsAFreePortOnTheWildcardAddress) {
  const DatagramSocket socket;
  EXPECT_TRUE(socket.isBound());
  EXPECT_GT(socket.getLocalPort(), 0);
  EXPECT_TRUE(socket.getLocalAddress().isAnyLocalAddress());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_FALSE(socket.isConnected());
}

TEST(DatagramSocketTest, AGivenPortIsBoundOnTheWildcardAddress) {
  const int port = unusedPort();
  const DatagramSocket socket(port);
  EXPECT_EQ(socket.getLocalPort(), port);
  EXPECT_TRUE(socket.getLocalAddress().isAnyLocalAddress());
}

TEST(DatagramSocketTest, AGivenAddressIsBound) {
  const DatagramSocket socket(0, kLoopback);
  EXPECT_EQ(socket.getLocalAddress(), kLoopback);
  EXPECT_EQ(socket.getLocalSocketAddress(), addressOf(socket));
}

TEST(DatagramSocketTest, BindingToAPortInUseThrowsABindException) {
  const DatagramSocket socket;
  const BindException error = thrownBy<BindException>([&] { DatagramSocket(socket.getLocalPort()); });
  EXPECT_EQ(error.code(), std::errc::address_in_use);
}

TEST(DatagramSocketTest, BindingToAForeignAddressThrowsABindExceptionThatNamesIt) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine binds a datagram socket to any IPv4 address";
  const BindException error = thrownBy<BindException>([] { DatagramSocket(0, InetAddress::getByName("192.0.2.1")); });
  EXPECT_EQ(error.code(), std::errc::address_not_available);
  EXPECT_EQ(std::string(error.what()).find("bind to /192.0.2.1:0: "), 0u) << error.what();
}

TEST(DatagramSocketTest, APortOutOfRangeIsAnArgumentError) {
  EXPECT_THROW(DatagramSocket(-1), std::invalid_argument);
  EXPECT_THROW(DatagramSocket(65536), std::invalid_argument);
  EXPECT_THROW(DatagramSocket(65536, kLoopback), std::invalid_argument);
}

TEST(DatagramSocketTest, AnUnboundSocketHasNoLocalAddress) {
  const DatagramSocket socket = DatagramSocket::unbound();
  EXPECT_FALSE(socket.isBound());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_EQ(socket.getLocalPort(), 0);
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_EQ(socket.nativeHandle(), -1);
  EXPECT_THROW(socket.getLocalSocketAddress(), SocketException);
  EXPECT_EQ(socket.toString(), "DatagramSocket[unbound]");
}

TEST(DatagramSocketTest, BindBindsAnUnboundSocket) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.bind({kLoopback, 0});
  EXPECT_TRUE(socket.isBound());
  EXPECT_GT(socket.getLocalPort(), 0);
  EXPECT_NE(socket.nativeHandle(), -1);
}

TEST(DatagramSocketTest, BindingTwiceIsAnError) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(socket.bind({kLoopback, 0}), SocketException);
}

TEST(DatagramSocketTest, ASocketCanBindAgainAfterAFailedBind) {
  const DatagramSocket other = onLoopback();
  DatagramSocket socket = DatagramSocket::unbound();
  EXPECT_THROW(socket.bind(addressOf(other)), BindException);
  EXPECT_FALSE(socket.isBound());
  socket.bind({kLoopback, 0});
  EXPECT_TRUE(socket.isBound());
}

TEST(DatagramSocketTest, TheFirstSendBinds) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = DatagramSocket::unbound();
  sendText(sender, "hello", addressOf(receiver));
  EXPECT_TRUE(sender.isBound());
  EXPECT_EQ(receivePacket(receiver).getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, TheFirstReceiveBinds) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.setSoTimeout(1ms);
  EXPECT_THROW(receiveText(socket), SocketTimeoutException);
  EXPECT_TRUE(socket.isBound());
}

TEST(DatagramSocketTest, TheFirstConnectBinds) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket = DatagramSocket::unbound();
  socket.connect(addressOf(peer));
  EXPECT_TRUE(socket.isBound());
}

// ---- sending and receiving ------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, ADatagramArrivesWithItsSender) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "hello", addressOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 100);
  EXPECT_EQ(packet.getData(), "hello");
  EXPECT_EQ(packet.getLength(), 5u);
  EXPECT_EQ(packet.getCapacity(), 100u);
  EXPECT_EQ(packet.getSocketAddress(), addressOf(sender));
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, AReceivedPacketCanBeSentBackToItsSender) {
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "ping", addressOf(server));
  DatagramPacket packet = receivePacket(server);
  packet.setData("pong");
  server.send(packet);
  EXPECT_EQ(receiveText(client), "pong");
}

TEST(DatagramSocketTest, BytesArriveUnchanged) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, bytes, addressOf(receiver));
  EXPECT_EQ(receiveText(receiver), bytes);
}

TEST(DatagramSocketTest, AnEmptyDatagramIsReceived) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "", addressOf(receiver));
  DatagramPacket packet("before", InetSocketAddress());
  receiver.receive(packet);
  EXPECT_EQ(packet.getLength(), 0u);
  EXPECT_EQ(packet.getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, AnEmptyDatagramArrivesWithoutATimeout) {
  DatagramSocket receiver(0, kLoopback);
  DatagramSocket sender = onLoopback();
  sendText(sender, "", addressOf(receiver));
  EXPECT_EQ(receivePacket(receiver).getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, AReusedPacketKeepsItsCapacity) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  DatagramPacket packet(100);
  sendText(sender, "ab", addressOf(receiver));
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "ab");
  sendText(sender, "cdefgh", addressOf(receiver));
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "cdefgh");
}

TEST(DatagramSocketTest, ADatagramLongerThanTheCapacityIsTruncatedAndMarked) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "123456", addressOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 5);
  EXPECT_EQ(packet.getData(), "12345");
  EXPECT_TRUE(packet.isTruncated());
}

TEST(DatagramSocketTest, TheRestOfATruncatedDatagramIsDropped) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "123456", addressOf(receiver));
  sendText(sender, "next", addressOf(receiver));
  DatagramPacket packet(4);
  receiver.receive(packet);
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "next");
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, ADatagramOfExactlyTheCapacityIsNotTruncated) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "12345", addressOf(receiver));
  EXPECT_FALSE(receivePacket(receiver, 5).isTruncated());
}

TEST(DatagramSocketTest, APacketWithoutCapacityReportsTheDatagramsSender) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "hello", addressOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 0);
  EXPECT_EQ(packet.getLength(), 0u);
  EXPECT_TRUE(packet.isTruncated());
  EXPECT_EQ(packet.getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, ATimeoutEndsReceiveAndNamesTheSocket) {
  DatagramSocket socket(0, kLoopback);
  socket.setSoTimeout(kShortTimeout);
  const auto start = std::chrono::steady_clock::now();
  const SocketTimeoutException error = thrownBy<SocketTimeoutException>([&] { receiveText(socket); });
  EXPECT_GE(std::chrono::steady_clock::now() - start, kShortTimeout);
  EXPECT_EQ(error.code(), std::errc::timed_out);
  EXPECT_EQ(error.what(), "receive on localhost/127.0.0.1:" + std::to_string(socket.getLocalPort()) + ": Timed out");
}

TEST(DatagramSocketTest, ATimeoutLeavesThePacketUnchanged) {
  DatagramSocket socket(0, kLoopback);
  socket.setSoTimeout(kShortTimeout);
  DatagramPacket packet("unchanged", InetSocketAddress("192.0.2.1", 7));
  EXPECT_THROW(socket.receive(packet), SocketTimeoutException);
  EXPECT_EQ(packet.getData(), "unchanged");
  EXPECT_EQ(packet.getSocketAddress(), InetSocketAddress("192.0.2.1", 7));
}

TEST(DatagramSocketTest, AfterATimeoutTheNextDatagramIsReceived) {
  DatagramSocket receiver(0, kLoopback);
  DatagramSocket sender = onLoopback();
  receiver.setSoTimeout(kShortTimeout);
  EXPECT_THROW(receiveText(receiver), SocketTimeoutException);
  receiver.setSoTimeout(kReceiveTimeout);
  sendText(sender, "x", addressOf(receiver));
  EXPECT_EQ(receiveText(receiver), "x");
}

TEST(DatagramSocketTest, ADatagramOfMaximumLengthArrives) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  const std::string maxText(65507, 'x');
  sendText(sender, maxText, addressOf(receiver));
  EXPECT_EQ(receiveText(receiver), maxText);
}

TEST(DatagramSocketTest, SendingATooLongDatagramThrowsAndNamesTheAddress) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  const SocketException error =
      thrownBy<SocketException>([&] { sendText(sender, std::string(65508, 'x'), addressOf(receiver)); });
  EXPECT_EQ(error.code(), std::errc::message_size);
  EXPECT_EQ(std::string(error.what()).find("send to " + addressOf(receiver).toString() + ": "), 0u) << error.what();
}

TEST(DatagramSocketTest, TheSocketWorksAfterATooLongDatagram) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  EXPECT_THROW(sendText(sender, std::string(65508, 'x'), addressOf(receiver)), SocketException);
  sendText(sender, "short", addressOf(receiver));
  EXPECT_EQ(receiveText(receiver), "short");
}

TEST(DatagramSocketTest, SendingToPortZeroIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(sendText(socket, "x", {kLoopback, 0}), std::invalid_argument);
  socket.close();
  EXPECT_THROW(sendText(socket, "x", {kLoopback, 0}), std::invalid_argument);
}

TEST(DatagramSocketTest, SendingAPacketWithoutAnAddressIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  DatagramPacket packet(10);
  packet.setData("x");
  EXPECT_THROW(socket.send(packet), std::invalid_argument);
}

TEST(DatagramSocketTest, SendingToTheWildcardAddressReachesThisMachine) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "x", InetSocketAddress(receiver.getLocalPort()));
  EXPECT_EQ(receiveText(receiver), "x");
}

TEST(DatagramSocketTest, ADualStackSocketReportsAnIPv4SenderAsIPv4) {
  DatagramSocket receiver = withReceiveTimeout(DatagramSocket());
  DatagramSocket sender = onLoopback();
  sendText(sender, "x", addressOf(receiver));
  EXPECT_EQ(receivePacket(receiver).getSocketAddress(), addressOf(sender));
}

TEST(DatagramSocketTest, ADualStackSocketSendsToBothFamilies) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket both = withReceiveTimeout(DatagramSocket());
  DatagramSocket four = onLoopback();
  DatagramSocket six = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(both, "four", addressOf(four));
  sendText(both, "six", ipv6AddressOf(six));
  EXPECT_EQ(receivePacket(four).getSocketAddress(), addressOf(both));
  EXPECT_EQ(receivePacket(six).getSocketAddress(), ipv6AddressOf(both));
}

TEST(DatagramSocketTest, ADualStackSocketReceivesFromBothFamilies) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket both = withReceiveTimeout(DatagramSocket());
  DatagramSocket four = onLoopback();
  DatagramSocket six = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(four, "four", addressOf(both));
  sendText(six, "six", ipv6AddressOf(both));
  EXPECT_EQ(receivePacket(both).getSocketAddress(), addressOf(four));
  EXPECT_EQ(receivePacket(both).getSocketAddress(), ipv6AddressOf(six));
}

TEST(DatagramSocketTest, AnIPv4SocketCannotSendToIPv6) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(sendText(socket, "x", {"::1", 9}), SocketException);
}

TEST(DatagramSocketTest, AnUnconnectedSocketNeverReportsAnUnreachablePort) {
  DatagramSocket sender = onLoopback();
  DatagramSocket receiver = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  for (int i = 0; i < 3; ++i) sendText(sender, "into the void", dead);
  sendText(receiver, "alive", addressOf(sender));
  EXPECT_EQ(receiveText(sender), "alive");
}

// ---- the local address of a reply -----------------------------------------------------------------------------------

TEST(DatagramReplyTest, AReceivedPacketReportsItsDestinationAddress) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  for (const InetAddress& asked : {kSecondLoopback, kLoopback}) {
    sendText(client, "question", {asked, server.getLocalPort()});
    EXPECT_EQ(receivePacket(server).getLocalAddress(), asked);
  }
}

TEST(DatagramReplyTest, ASocketBoundToOneAddressReportsIt) {
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "question", addressOf(server));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), kLoopback);
}

TEST(DatagramReplyTest, AnIPv6PacketReportsItsDestinationAddress) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket server = onWildcard();
  DatagramSocket client = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(client, "question", ipv6AddressOf(server));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), InetAddress::getByName("::1"));
}

TEST(DatagramReplyTest, AReplyIsSentFromTheQuestionsDestinationAddress) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine ignores the source of a datagram";
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  EXPECT_EQ(askAndReceive(server, kSecondLoopback, kLoopback), "answer");
}

TEST(DatagramReplyTest, AReplyFromASocketBoundToOneAddressArrives) {
  DatagramSocket server = onLoopback();
  EXPECT_EQ(askAndReceive(server, kLoopback, kLoopback), "answer");
}

TEST(DatagramReplyTest, AnIPv6ReplyArrives) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const InetAddress loopback = InetAddress::getByName("::1");
  DatagramSocket dualStack = onWildcard();
  EXPECT_EQ(askAndReceive(dualStack, loopback, loopback), "answer");
  DatagramSocket ipv6 = withReceiveTimeout(DatagramSocket(0, loopback));
  EXPECT_EQ(askAndReceive(ipv6, loopback, loopback), "answer");
}

TEST(DatagramReplyTest, AConnectedSocketReplies) {
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  server.connect(addressOf(client));
  client.connect({kLoopback, server.getLocalPort()});
  sendText(client, "question", client.getRemoteSocketAddress());
  server.send(receivePacket(server).reply("answer"));
  EXPECT_EQ(receiveText(client), "answer");
}

TEST(DatagramReplyTest, ADatagramReceivedBeforeConnectReportsItsDestinationAddress) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  sendText(client, "early", {kSecondLoopback, server.getLocalPort()});
  server.connect(addressOf(client));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), kSecondLoopback);
}

TEST(DatagramReplyTest, ReceivingIntoAReplyReplacesItsLocalAddress) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "question", addressOf(server));
  DatagramPacket packet = receivePacket(server).reply("long enough");
  sendText(client, "question", addressOf(server));
  server.receive(packet);
  packet.setSocketAddress({kSecondLoopback, client.getLocalPort()});
  EXPECT_EQ(packet.reply("").getLocalAddress(), kLoopback);
  EXPECT_EQ(packet.getData(), "question");
}

TEST(DatagramReplyTest, AReplyToAMulticastIsSentFromAnAddressTheSystemChooses) {
  if (runsUnderQemu()) GTEST_SKIP() << "qemu-user does not know the options of multicast";
  if (runsUnderWine()) GTEST_SKIP() << "Wine knows no interface of an IPv4 group by its number";
  const InetAddress group = InetAddress::getByName("239.255.71.3");
  DatagramSocket server = onWildcard();
  server.joinGroup(group, loopbackInterface());
  DatagramSocket client = onLoopback();
  sendText(client, "question", {group, server.getLocalPort()});
  const DatagramPacket question = receivePacket(server);
  EXPECT_EQ(question.getLocalAddress(), group);
  const DatagramPacket answer = question.reply("answer");
  EXPECT_TRUE(answer.getLocalAddress().isAnyLocalAddress());
  server.send(answer);
  EXPECT_EQ(receiveText(client), "answer");
}

TEST(DatagramReplyTest, AReplyToABroadcastIsSentFromAnAddressTheSystemChooses) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not report that a datagram was a broadcast";
  if (loopbackInterface() != "lo") GTEST_SKIP() << "the loopback interface has no broadcast address";
  const InetAddress broadcast = InetAddress::getByName("127.255.255.255");
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  sendText(client, "question", {broadcast, server.getLocalPort()});
  const DatagramPacket question = receivePacket(server);
  EXPECT_EQ(question.getLocalAddress(), broadcast);
  const DatagramPacket answer = question.reply("answer");
  EXPECT_TRUE(answer.getLocalAddress().isAnyLocalAddress());
  server.send(answer);
  EXPECT_EQ(receiveText(client), "answer");
}

// ---- connecting -----------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, AnUnconnectedSocketHasNoPeer) {
  const DatagramSocket socket = onLoopback();
  EXPECT_FALSE(socket.isConnected());
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.getRemoteSocketAddress(); }).code(), std::errc::not_connected);
}

TEST(DatagramSocketTest, AConnectedSocketReportsItsPeerAndItsLocalAddress) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket;
  socket.connect(addressOf(peer));
  EXPECT_TRUE(socket.isConnected());
  EXPECT_TRUE(socket.isBound());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_EQ(socket.getPort(), peer.getLocalPort());
  EXPECT_EQ(socket.getInetAddress(), kLoopback);
  EXPECT_EQ(socket.getRemoteSocketAddress(), addressOf(peer));
  EXPECT_EQ(socket.getLocalSocketAddress(), addressOf(socket));
}

TEST(DatagramSocketTest, AConnectedSocketReceivesOnlyFromItsPeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  socket.connect(addressOf(peer));
  sendText(stranger, "stranger", addressOf(socket));
  sendText(peer, "peer", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "peer");
}

TEST(DatagramSocketTest, ConnectDropsDatagramsThatStrangersSentBefore) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  sendText(stranger, "stranger", addressOf(socket));
  socket.connect(addressOf(peer));
  sendText(peer, "peer", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "peer");
}

TEST(DatagramSocketTest, DatagramsThatConnectDroppedDoNotReturnWithDisconnect) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  sendText(stranger, "before", addressOf(socket));
  socket.connect(addressOf(peer));
  socket.disconnect();
  sendText(stranger, "after", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "after");
}

TEST(DatagramSocketTest, ConnectKeepsThePeersEarlierDatagramsInOrder) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (const char* text : {"one", "", "three"}) {
    sendText(stranger, "stranger", addressOf(socket));
    sendText(peer, text, addressOf(socket));
  }
  socket.connect(addressOf(peer));
  sendText(peer, "late", addressOf(socket));
  for (const char* text : {"one", "", "three", "late"}) {
    const DatagramPacket packet = receivePacket(socket);
    EXPECT_EQ(packet.getData(), text);
    EXPECT_EQ(packet.getSocketAddress(), addressOf(peer));
  }
}

TEST(DatagramSocketTest, AnEarlierDatagramIsTruncatedToThePacketsCapacity) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  sendText(peer, "123456", addressOf(socket));
  sendText(peer, "12", addressOf(socket));
  socket.connect(addressOf(peer));
  DatagramPacket packet(5);
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "12345");
  EXPECT_TRUE(packet.isTruncated());
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "12");
  EXPECT_EQ(packet.getCapacity(), 5u);
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, EarlierDatagramsBeyondTheLimitOfConnectAreReceived) {
  constexpr int kCount = 80;  // of one kilobyte each: more than connect() sets aside, but they fit the kernel's queue
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (int i = 0; i < kCount; ++i) sendText(peer, std::string(1024, static_cast<char>(i)), addressOf(socket));
  sendText(stranger, "stranger", addressOf(socket));
  sendText(peer, "last", addressOf(socket));
  socket.connect(addressOf(peer));
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(receiveText(socket), std::string(1024, static_cast<char>(i)));
  EXPECT_EQ(receiveText(socket), "last");
}

TEST(DatagramSocketTest, AStrangersDatagramAfterTheEarlierOnesLeavesThePacketUnchanged) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (int i = 0; i < 80; ++i) sendText(peer, std::string(1024, 'p'), addressOf(socket));
  sendText(stranger, "stranger", addressOf(socket));
  socket.connect(addressOf(peer));
  DatagramPacket packet(1024);
  for (int i = 0; i < 80; ++i) socket.receive(packet);
  socket.setSoTimeout(kShortTimeout);
  EXPECT_THROW(socket.receive(packet), SocketTimeoutException);
  EXPECT_EQ(packet.getData(), std::string(1024, 'p'));
}

TEST(DatagramSocketTest, AReceiveThatWaitsDuringConnectReceivesFromThePeer) {
  DatagramSocket socket(0, kLoopback);
  DatagramSocket peer = onLoopback();
  BlockedThread waiting([&] { EXPECT_EQ(receiveText(socket), "peer"); });
  waiting.waitUntilAsleep();
  socket.connect(addressOf(peer));
  sendText(peer, "peer", addressOf(socket));
  waiting.join();
}

TEST(DatagramSocketTest, AfterConnectingToAnotherPeerTheOldOneIsAStranger) {
  DatagramSocket socket = onLoopback();
  DatagramSocket first = onLoopback();
  DatagramSocket second = onLoopback();
  sendText(first, "early", addressOf(socket));
  socket.connect(addressOf(first));
  sendText(first, "later", addressOf(socket));
  socket.connect(addressOf(second));
  sendText(first, "too late", addressOf(socket));
  sendText(second, "second", addressOf(socket));
  EXPECT_EQ(socket.getRemoteSocketAddress(), addressOf(second));
  EXPECT_EQ(receiveText(socket), "second");
}

TEST(DatagramSocketTest, ASocketCanConnectToOneFamilyThenToTheOtherAndBack) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket socket = onWildcard();
  const int port = socket.getLocalPort();
  DatagramSocket four = onLoopback();
  DatagramSocket six = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  socket.connect(addressOf(four));
  EXPECT_EQ(socket.getLocalAddress(), kLoopback);
  socket.connect(ipv6AddressOf(six));
  EXPECT_EQ(socket.getLocalAddress(), InetAddress::getByName("::1"));
  sendText(six, "six", ipv6AddressOf(socket));
  EXPECT_EQ(receiveText(socket), "six");
  socket.connect(addressOf(four));
  sendText(four, "four", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "four");
  EXPECT_EQ(socket.getLocalPort(), port);
}

TEST(DatagramSocketTest, AFailedConnectKeepsThePeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  EXPECT_THROW(socket.connect({"::1", 9}), SocketException);
  EXPECT_EQ(socket.getRemoteSocketAddress(), addressOf(peer));
  DatagramPacket packet("still there", addressOf(peer));
  socket.send(packet);
  EXPECT_EQ(receivePacket(peer).getSocketAddress(), addressOf(socket));
}

TEST(DatagramSocketTest, AfterAFailedFirstConnectASocketHasNoPeer) {
  DatagramSocket socket = onLoopback();
  const SocketException error = thrownBy<SocketException>([&] { socket.connect({"::1", 9}); });
  EXPECT_EQ(std::string(error.what()).find("connect to /[::1]:9: "), 0u) << error.what();
  EXPECT_FALSE(socket.isConnected());
}

TEST(DatagramSocketTest, ConnectingToPortZeroIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(socket.connect({kLoopback, 0}), std::invalid_argument);
}

TEST(DatagramSocketTest, ConnectingToTheWildcardAddressConnectsToThisMachine) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(InetSocketAddress(peer.getLocalPort()));
  EXPECT_EQ(socket.getRemoteSocketAddress(), addressOf(peer));
  sendText(socket, "x", InetSocketAddress(peer.getLocalPort()));
  EXPECT_EQ(receiveText(peer), "x");
  sendText(peer, "y", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "y");
}

TEST(DatagramSocketTest, AnUnnecessaryScopeDoesNotExcludeThePeer) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket socket = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  DatagramSocket peer = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("::1")));
  socket.connect({"::1%1", peer.getLocalPort()});
  sendText(peer, "x", ipv6AddressOf(socket));
  EXPECT_EQ(receiveText(socket), "x");
  sendText(socket, "y", ipv6AddressOf(peer));
  EXPECT_EQ(receiveText(peer), "y");
}

TEST(DatagramSocketTest, APacketWithoutAnAddressIsSentToThePeerAndGetsItsAddress) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  DatagramPacket packet(10);
  packet.setData("q");
  socket.send(packet);
  EXPECT_EQ(packet.getSocketAddress(), addressOf(peer));
  EXPECT_EQ(receiveText(peer), "q");
}

TEST(DatagramSocketTest, AConstPacketWithoutAnAddressIsSentToThePeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  const DatagramPacket packet(10);
  socket.send(packet);
  EXPECT_EQ(packet.getPort(), 0);
  EXPECT_EQ(receiveText(peer), "");
}

TEST(DatagramSocketTest, AConnectedSocketSendsAPacketAddressedToThePeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  sendText(socket, "r", addressOf(peer));
  EXPECT_EQ(receiveText(peer), "r");
}

TEST(DatagramSocketTest, AConnectedSocketRefusesAPacketToAnotherAddress) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  const DatagramSocket other = onLoopback();
  socket.connect(addressOf(peer));
  EXPECT_THROW(sendText(socket, "x", addressOf(other)), std::invalid_argument);
  EXPECT_THROW(sendText(socket, "x", {"127.0.0.2", peer.getLocalPort()}), std::invalid_argument);
}

TEST(DatagramSocketTest, ReceiveReportsAnUnreachablePeerPort) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not wake a waiting receive for it";
  DatagramSocket socket = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  const PortUnreachableException error = thrownBy<PortUnreachableException>([&] { receiveText(socket); });
  EXPECT_EQ(error.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(error.what()).find("receive from " + dead.toString() + ": "), 0u) << error.what();
  EXPECT_FALSE(socket.isClosed());
}

TEST(DatagramSocketTest, ReceiveWithoutATimeoutReportsAnUnreachablePeerPort) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not wake a waiting receive for it";
  DatagramSocket socket(0, kLoopback);
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  EXPECT_THROW(receiveText(socket), PortUnreachableException);
}

TEST(DatagramSocketTest, TheNextSendReportsAnUnreachablePeerPort) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows reports it in receive() only";
  DatagramSocket socket = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  const PortUnreachableException error = thrownBy<PortUnreachableException>([&] { sendText(socket, "hello?", dead); });
  EXPECT_EQ(std::string(error.what()).find("send to " + dead.toString() + ": "), 0u) << error.what();
}

TEST(DatagramSocketTest, AnUnreachablePortIsReportedOnceForEachDatagram) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not wake a waiting receive for it";
  DatagramSocket socket = onLoopback();
  const InetSocketAddress address(kLoopback, unusedPort());
  socket.connect(address);
  sendText(socket, "anybody?", address);
  EXPECT_THROW(receiveText(socket), PortUnreachableException);
  DatagramSocket peer = withReceiveTimeout(DatagramSocket(address.getPort(), kLoopback));
  sendText(socket, "now?", address);
  EXPECT_EQ(receiveText(peer), "now?");
  sendText(peer, "yes", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "yes");
}

TEST(DatagramSocketTest, DisconnectDiscardsThePendingUnreachableError) {
  DatagramSocket socket = onLoopback();
  DatagramSocket other = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  socket.disconnect();
  sendText(other, "alive", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "alive");
}

TEST(DatagramSocketTest, ConnectingToAnotherPeerDiscardsThePendingUnreachableError) {
  DatagramSocket socket = onLoopback();
  DatagramSocket next = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  socket.connect(addressOf(next));
  sendText(socket, "hello", addressOf(next));
  EXPECT_EQ(receiveText(next), "hello");
}

TEST(DatagramSocketTest, DisconnectKeepsThePortAndReceivesFromEverySender) {
  DatagramSocket socket = onWildcard();
  const InetSocketAddress local = socket.getLocalSocketAddress();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  socket.connect(addressOf(peer));
  socket.disconnect();
  EXPECT_FALSE(socket.isConnected());
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getLocalSocketAddress(), local);
  sendText(stranger, "stranger", {kLoopback, local.getPort()});
  EXPECT_EQ(receiveText(socket), "stranger");
  sendText(socket, "answer", addressOf(stranger));
  EXPECT_EQ(receivePacket(stranger).getPort(), local.getPort());
}

TEST(DatagramSocketTest, DisconnectKeepsARequestedPort) {
  const int port = unusedPort();
  DatagramSocket socket = withReceiveTimeout(DatagramSocket(port, kLoopback));
  DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  socket.disconnect();
  sendText(peer, "x", {kLoopback, port});
  EXPECT_EQ(receiveText(socket), "x");
}

TEST(DatagramSocketTest, DisconnectKeepsThePeersEarlierDatagrams) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  sendText(peer, "early", addressOf(socket));
  socket.connect(addressOf(peer));
  sendText(peer, "later", addressOf(socket));
  socket.disconnect();
  EXPECT_EQ(receiveText(socket), "early");
  EXPECT_EQ(receiveText(socket), "later");
}

TEST(DatagramSocketTest, DisconnectWithoutAPeerIsHarmless) {
  DatagramSocket socket = onLoopback();
  socket.disconnect();
  DatagramSocket::unbound().disconnect();
  DatagramSocket other = onLoopback();
  sendText(other, "x", addressOf(socket));
  EXPECT_EQ(receiveText(socket), "x");
}

TEST(DatagramSocketTest, ASocketCanConnectAgainAfterDisconnect) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  for (int i = 0; i < 3; ++i) {
    socket.connect(addressOf(peer));
    sendText(peer, "x", addressOf(socket));
    EXPECT_EQ(receiveText(socket), "x");
    socket.disconnect();
  }
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, AfterCloseTheGettersReturnTheSameAsInJava) {
  DatagramSocket socket = onLoopback();
  const DatagramSocket peer = onLoopback();
  socket.connect(addressOf(peer));
  socket.close();
  EXPECT_TRUE(socket.isBound());
  EXPECT_FALSE(socket.isConnected());
  EXPECT_TRUE(socket.isClosed());
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getLocalPort(), -1);
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_THROW(socket.getRemoteSocketAddress(), SocketException);
  EXPECT_THROW(socket.getLocalSocketAddress(), SocketException);
  EXPECT_EQ(socket.nativeHandle(), -1);
  EXPECT_EQ(socket.toString(), "DatagramSocket[closed]");
}

TEST(DatagramSocketTest, ClosingTwiceIsHarmless) {
  DatagramSocket socket;
  socket.close();
  socket.close();
  EXPECT_TRUE(socket.isClosed());
}

template <typename Call>
void expectClosed(Call call) {
  const SocketException error = thrownBy<SocketException>(call);
  EXPECT_EQ(error.code(), std::errc::operation_canceled) << error.what();
}

TEST(DatagramSocketTest, AClosedSocketRefusesEverythingExceptCloseAndDisconnect) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket = onLoopback();
  socket.close();
  const InetAddress group = InetAddress::getByName("239.255.43.21");
  expectClosed([&] { sendText(socket, "x", addressOf(peer)); });
  expectClosed([&] { receiveText(socket); });
  expectClosed([&] { socket.connect(addressOf(peer)); });
  expectClosed([&] { socket.bind(InetSocketAddress()); });
  expectClosed([&] { socket.setSoTimeout(1s); });
  expectClosed([&] { socket.getSoTimeout(); });
  expectClosed([&] { socket.setBroadcast(true); });
  expectClosed([&] { socket.getSendBufferSize(); });
  expectClosed([&] { socket.joinGroup(group); });
  expectClosed([&] { socket.leaveGroup(group); });
  EXPECT_NO_THROW(socket.disconnect());
}

TEST(DatagramSocketTest, AMovedFromSocketBehavesAsIfClosed) {
  DatagramSocket socket = onLoopback();
  const DatagramSocket moved = std::move(socket);
  EXPECT_TRUE(moved.isBound());
  EXPECT_TRUE(socket.isClosed());  // NOLINT(bugprone-use-after-move): deliberate
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getLocalPort(), -1);
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_FALSE(socket.isConnected());
  expectClosed([&] { receiveText(socket); });
  expectClosed([&] { sendText(socket, "x", addressOf(moved)); });
  EXPECT_NO_THROW(socket.disconnect());
  EXPECT_NO_THROW(socket.close());
}

TEST(DatagramSocketTest, MoveAssignmentClosesTheOldSocket) {
  const int port = unusedPort();
  DatagramSocket socket(port, kLoopback);
  socket = onLoopback();
  EXPECT_EQ(DatagramSocket(port, kLoopback).getLocalPort(), port);
}

// The parameters are whether the socket is connected, and the timeout; a receive with a timeout waits in another place.
class DatagramCloseTest : public testing::TestWithParam<std::tuple<bool, std::chrono::milliseconds>> {
 protected:
  void SetUp() override { prepare(*socket_); }

  void prepare(DatagramSocket& socket) const {
    if (std::get<0>(GetParam())) socket.connect(addressOf(peer_));
    socket.setSoTimeout(std::get<1>(GetParam()));
  }

  std::function<void()> receiving() {
    return [&socket = *socket_] { receiveText(socket); };
  }

  const DatagramSocket peer_ = onLoopback();
  std::unique_ptr<DatagramSocket> socket_ = std::make_unique<DatagramSocket>();
};

TEST_P(DatagramCloseTest, CloseEndsAWaitingReceive) {
  BlockedThread waiting(receiving());
  waiting.waitUntilAsleep();
  socket_->close();
  expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, CloseEndsEveryWaitingReceive) {
  std::deque<BlockedThread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back(receiving());
  for (BlockedThread& waiting : all) waiting.waitUntilAsleep();
  socket_->close();
  for (BlockedThread& waiting : all) expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, TheDestructorEndsAWaitingReceive) {
  BlockedThread waiting(receiving());
  waiting.waitUntilAsleep();
  EXPECT_TRUE(socket_->isBound());  // its lock orders the waiting thread's access to the object before the destruction
  socket_.reset();
  expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, CloseEndsAConcurrentReceive) {
  for (int i = 0; i < 50; ++i) {
    DatagramSocket socket;
    prepare(socket);
    std::thread closer([&] { socket.close(); });
    expectClosed([&] { receiveText(socket); });
    closer.join();
  }
}

INSTANTIATE_TEST_SUITE_P(All, DatagramCloseTest,
                         testing::Combine(testing::Bool(), testing::Values(0ms, std::chrono::milliseconds(60s))));

// ---- options --------------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, BroadcastIsOnByDefault) {
  DatagramSocket socket;
  EXPECT_TRUE(socket.getBroadcast());
  socket.setBroadcast(false);
  EXPECT_FALSE(socket.getBroadcast());
}

TEST(DatagramSocketTest, BindKeepsTheOptionsOfAnUnboundSocket) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.setBroadcast(false);
  socket.setReuseAddress(true);
  EXPECT_FALSE(socket.getBroadcast());
  socket.bind({kLoopback, 0});
  EXPECT_FALSE(socket.getBroadcast());
  EXPECT_TRUE(socket.getReuseAddress());
}

TEST(DatagramSocketTest, ReuseAddressIsOffByDefault) { EXPECT_FALSE(DatagramSocket().getReuseAddress()); }

TEST(DatagramSocketTest, TheTimeoutCanBeSet) {
  DatagramSocket socket;
  EXPECT_EQ(socket.getSoTimeout(), 0ms);
  socket.setSoTimeout(1234ms);
  EXPECT_EQ(socket.getSoTimeout(), 1234ms);
}

TEST(DatagramSocketTest, ANegativeTimeoutIsAnArgumentError) {
  DatagramSocket socket;
  EXPECT_THROW(socket.setSoTimeout(-1ms), std::invalid_argument);
}

TEST(DatagramSocketTest, BufferSizesCanBeSet) {
  DatagramSocket socket;
  socket.setSendBufferSize(20000);
  socket.setReceiveBufferSize(30000);
  EXPECT_GE(socket.getSendBufferSize(), 20000);
  EXPECT_GE(socket.getReceiveBufferSize(), 30000);
  EXPECT_THROW(socket.setSendBufferSize(0), std::invalid_argument);
  EXPECT_THROW(socket.setReceiveBufferSize(-1), std::invalid_argument);
}

TEST(DatagramSocketTest, TheTrafficClassCanBeSet) {
  DatagramSocket socket;
  socket.setTrafficClass(0x10);
  EXPECT_EQ(socket.getTrafficClass(), 0x10);
}

TEST(DatagramSocketTest, TheTrafficClassOfAnIPv4SocketCanBeSet) {
  DatagramSocket socket = onLoopback();
  socket.setTrafficClass(0x10);
  EXPECT_EQ(socket.getTrafficClass(), 0x10);
}

TEST(DatagramSocketTest, ATrafficClassOutOfRangeIsAnArgumentError) {
  DatagramSocket socket;
  EXPECT_THROW(socket.setTrafficClass(-1), std::invalid_argument);
  EXPECT_THROW(socket.setTrafficClass(256), std::invalid_argument);
}

TEST(DatagramSocketTest, ToStringNamesTheAddresses) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket = onLoopback();
  const std::string local = "localport=" + std::to_string(socket.getLocalPort()) + "]";
  EXPECT_EQ(socket.toString(), "DatagramSocket[" + local);
  socket.connect(addressOf(peer));
  EXPECT_EQ(socket.toString(),
            "DatagramSocket[addr=localhost/127.0.0.1,port=" + std::to_string(peer.getLocalPort()) + "," + local);
}

// ---- sending to groups ----------------------------------------------------------------------------------------------

DatagramSocket boundTo(const std::string& address) { return DatagramSocket(0, InetAddress::getByName(address)); }

// Sockets of every kind, with IPv6 ones if the machine has IPv6.
std::vector<DatagramSocket> everyKindOfSocket() {
  std::vector<DatagramSocket> sockets;
  sockets.push_back(boundTo("127.0.0.1"));
  sockets.emplace_back();
  sockets.push_back(DatagramSocket::unbound());
  if (hasIPv6Loopback()) sockets.push_back(boundTo("::1"));
  return sockets;
}

TEST(DatagramMulticastTest, TheDefaultsAreOneHopAndLoopback) {
  for (const DatagramSocket& socket : everyKindOfSocket()) {
    EXPECT_EQ(socket.getTimeToLive(), 1);
    EXPECT_TRUE(socket.getMulticastLoopback());
    EXPECT_EQ(socket.getNetworkInterface(), "");
  }
}

TEST(DatagramMulticastTest, SettingsCanBeReadBack) {
  if (runsUnderQemu()) GTEST_SKIP() << "qemu-user does not know the options of multicast";
  for (DatagramSocket& socket : everyKindOfSocket()) {
    for (const int timeToLive : {0, 1, 128, 255}) {
      socket.setTimeToLive(timeToLive);
      EXPECT_EQ(socket.getTimeToLive(), timeToLive);
    }
    for (const bool on : {false, true}) {
      socket.setMulticastLoopback(on);
      EXPECT_EQ(socket.getMulticastLoopback(), on);
    }
  }
}

TEST(DatagramMulticastTest, SettingsMadeBeforeBindApplyAfterIt) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.setTimeToLive(7);
  socket.setMulticastLoopback(false);
  socket.bind(InetSocketAddress(0));
  EXPECT_EQ(socket.getTimeToLive(), 7);
  EXPECT_FALSE(socket.getMulticastLoopback());
}

TEST(DatagramMulticastTest, ATimeToLiveOutOfRangeIsAnArgumentError) {
  DatagramSocket socket;
  for (const int timeToLive : {-1, 256, 1 << 30}) {
    EXPECT_THROW(socket.setTimeToLive(timeToLive), std::invalid_argument) << timeToLive;
  }
  EXPECT_EQ(socket.getTimeToLive(), 1);
}

TEST(DatagramMulticastTest, ANetworkInterfaceCanBeChosenByNameOrAddress) {
  if (runsUnderQemu()) GTEST_SKIP() << "qemu-user does not know the options of multicast";
  if (runsUnderWine()) GTEST_SKIP() << "Wine knows no interface of an IPv4 group by its number";
  for (const std::string& text : {loopbackInterface(), std::string("127.0.0.1")}) {
    for (DatagramSocket& socket : everyKindOfSocket()) {
      socket.setNetworkInterface(text);
      EXPECT_EQ(socket.getNetworkInterface(), text);
    }
  }
}

TEST(DatagramMulticastTest, ANetworkInterfaceCanBeChosenByIPv6Address) {
  if (runsUnderQemu()) GTEST_SKIP() << "qemu-user does not know the options of multicast";
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not list the IPv6 loopback address";
  DatagramSocket socket = boundTo("::1");
  socket.setNetworkInterface("::1");
  EXPECT_EQ(socket.getNetworkInterface(), "::1");
}

TEST(DatagramMulticastTest, AnUnknownNetworkInterfaceIsAnError) {
  const std::string withNul = loopbackInterface() + std::string(1, '\0');
  for (DatagramSocket& socket : everyKindOfSocket()) {
    for (const std::string& text :
         {std::string("nosuchinterface"), std::string(), withNul, std::string("192.0.2.1"), std::string("0.0.0.0"),
          std::string("::"), std::string("2001:db8::1"), std::string("fe80::1%nosuchinterface"), std::string("127.1"),
          std::string("localhost"), std::string(100000, 'x')}) {
      const SocketException error = thrownBy<SocketException>([&] { socket.setNetworkInterface(text); });
      EXPECT_EQ(error.code(), std::errc::no_such_device) << text.substr(0, 40);
    }
    EXPECT_EQ(socket.getNetworkInterface(), "");
  }
}

TEST(DatagramMulticastTest, AfterCloseEveryMulticastSettingThrows) {
  DatagramSocket socket;
  socket.close();
  EXPECT_THROW(socket.setTimeToLive(1), SocketException);
  EXPECT_THROW(socket.getTimeToLive(), SocketException);
  EXPECT_THROW(socket.setMulticastLoopback(true), SocketException);
  EXPECT_THROW(socket.getMulticastLoopback(), SocketException);
  EXPECT_THROW(socket.setNetworkInterface(loopbackInterface()), SocketException);
  EXPECT_THROW(socket.getNetworkInterface(), SocketException);
}

// ---- groups ---------------------------------------------------------------------------------------------------------

const std::string kInterface = loopbackInterface();

// False in some sandboxes, and always under qemu-user.
bool canJoin(const InetAddress& group) {
  try {
    DatagramSocket().joinGroup(group, kInterface);
    return true;
  } catch (const SocketException&) {
    return false;
  }
}

class DatagramGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    if (runsUnderWine()) GTEST_SKIP() << "Wine knows no interface of an IPv4 group by its number";
    if (!canJoin(group_)) GTEST_SKIP() << "this machine has no groups on its loopback interface";
  }

  static DatagramSocket onSharedPort(int port) {
    DatagramSocket socket = DatagramSocket::unbound();
    socket.setReuseAddress(true);
    socket.bind(InetSocketAddress(port));
    return withReceiveTimeout(std::move(socket));
  }

  const InetAddress group_ = InetAddress::getByName("239.255.43.21");
  DatagramSocket sender_ = onLoopback();  // its address makes the system send through the loopback interface
};

TEST_F(DatagramGroupTest, AMemberReceivesDatagramsToTheGroup) {
  DatagramSocket member = withReceiveTimeout(DatagramSocket());
  member.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  const DatagramPacket packet = receivePacket(member);
  EXPECT_EQ(packet.getData(), "to all");
  EXPECT_EQ(packet.getSocketAddress(), addressOf(sender_));
}

TEST_F(DatagramGroupTest, AMemberOnAnIPv4SocketReceivesDatagramsToTheGroup) {
  DatagramSocket member = withReceiveTimeout(DatagramSocket(0, InetAddress::getByName("0.0.0.0")));
  member.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  EXPECT_EQ(receiveText(member), "to all");
}

TEST_F(DatagramGroupTest, EveryMemberReceivesOnASharedPort) {
  DatagramSocket first = onSharedPort(0);
  DatagramSocket second = onSharedPort(first.getLocalPort());
  first.joinGroup(group_, kInterface);
  second.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, first.getLocalPort()});
  EXPECT_EQ(receiveText(first), "to all");
  EXPECT_EQ(receiveText(second), "to all");
}

// Without the setting the system may send through another interface or fail.
TEST_F(DatagramGroupTest, DatagramsToTheGroupAreSentThroughTheNetworkInterface) {
  for (const bool early : {false, true}) {
    DatagramSocket member = onWildcard();
    member.joinGroup(group_, kInterface);
    DatagramSocket sender = DatagramSocket::unbound();
    if (early) sender.setNetworkInterface(kInterface);
    sender.bind(InetSocketAddress(0));
    if (!early) sender.setNetworkInterface(kInterface);
    sendText(sender, "hello", {group_, member.getLocalPort()});
    EXPECT_EQ(receiveText(member), "hello");
  }
}

TEST_F(DatagramGroupTest, ASocketThatHasNotJoinedReceivesNothing) {
  DatagramSocket member = onSharedPort(0);
  DatagramSocket other = onSharedPort(member.getLocalPort());
  member.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  EXPECT_EQ(receiveText(member), "to all");
  other.setSoTimeout(kShortTimeout);
  EXPECT_THROW(receiveText(other), SocketTimeoutException);
}

TEST_F(DatagramGroupTest, ASocketThatHasLeftReceivesNothing) {
  DatagramSocket member = withReceiveTimeout(DatagramSocket());
  member.joinGroup(group_, kInterface);
  member.leaveGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  sendText(sender_, "to you", addressOf(member));
  EXPECT_EQ(receiveText(member), "to you");
}

TEST_F(DatagramGroupTest, JoiningTwiceIsAnError) {
  DatagramSocket member;
  member.joinGroup(group_, kInterface);
  const SocketException error = thrownBy<SocketException>([&] { member.joinGroup(group_, kInterface); });
  EXPECT_EQ(std::string(error.what()).find("join group 239.255.43.21 on " + kInterface + ": "), 0u) << error.what();
}

TEST_F(DatagramGroupTest, LeavingWithoutHavingJoinedIsAnError) {
  DatagramSocket socket;
  EXPECT_THROW(socket.leaveGroup(group_, kInterface), SocketException);
}

// Linux does not carry IPv6 groups over its loopback interface, so this test sends no datagram.
TEST(DatagramSocketTest, TheScopeOfAnIPv6GroupChoosesTheInterface) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const InetAddress group = InetAddress::getByName("ff02::4321");
  if (!canJoin(group)) GTEST_SKIP() << "this machine has no IPv6 groups on its loopback interface";
  DatagramSocket member;
  member.joinGroup(InetAddress::getByName("ff02::4321%" + kInterface));
  member.leaveGroup(group, kInterface);
  EXPECT_THROW(member.leaveGroup(group, kInterface), SocketException);
}

TEST(DatagramSocketTest, AGroupThatIsNotMulticastIsAnArgumentError) {
  DatagramSocket socket;
  EXPECT_THROW(socket.joinGroup(kLoopback), std::invalid_argument);
  EXPECT_THROW(socket.leaveGroup(kLoopback), std::invalid_argument);
  EXPECT_THROW(socket.joinGroup(kLoopback, kInterface), std::invalid_argument);
  EXPECT_THROW(socket.leaveGroup(InetAddress::getByName("::1"), kInterface), std::invalid_argument);
}

TEST(DatagramSocketTest, AnUnknownInterfaceIsAnError) {
  DatagramSocket socket;
  const InetAddress group = InetAddress::getByName("239.255.43.21");
  const SocketException error = thrownBy<SocketException>([&] { socket.joinGroup(group, "nosuch0"); });
  EXPECT_EQ(error.code(), std::errc::no_such_device);
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.leaveGroup(group, ""); }).code(), std::errc::no_such_device);
}

TEST(DatagramSocketTest, AnUnboundSocketCannotJoin) {
  DatagramSocket socket = DatagramSocket::unbound();
  EXPECT_THROW(socket.joinGroup(InetAddress::getByName("239.255.43.21")), SocketException);
}

// ---- threads --------------------------------------------------------------------------------------------------------

TEST(DatagramThreadsTest, FourThreadsShareAServerSocket) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 250;
  DatagramSocket server(0, kLoopback);
  std::vector<std::thread> servers;
  for (int i = 0; i < kThreads; ++i) {
    servers.emplace_back([&] {
      DatagramPacket packet(100);
      try {
        for (;;) {
          server.receive(packet);
          server.send(packet);
        }
      } catch (const SocketException&) {
      }
    });
  }
  std::atomic<int> echoes{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kThreads; ++i) {
    clients.emplace_back([&, i] {
      DatagramSocket client = onLoopback();
      for (int round = 0; round < kRounds; ++round) {
        const std::string text = std::to_string(i) + ":" + std::to_string(round);
        sendText(client, text, addressOf(server));
        if (receiveText(client) == text) ++echoes;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  server.close();
  for (std::thread& thread : servers) thread.join();
  EXPECT_EQ(echoes, kThreads * kRounds);
}

TEST(DatagramThreadsTest, FourThreadsSendThroughOneSocket) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;  // together they fit the receiver's queue
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = DatagramSocket::unbound();  // the four threads race to bind it
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n)
        sendText(sender, std::string(100, static_cast<char>('a' + i)), addressOf(receiver));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> counts(kThreads);
  for (int n = 0; n < kThreads * kEach; ++n) {
    const std::string text = receiveText(receiver);
    ASSERT_EQ(text, std::string(100, text.front()));
    ++counts[static_cast<std::size_t>(text.front() - 'a')];
  }
  EXPECT_EQ(counts, std::vector<int>(kThreads, kEach));
}

TEST(DatagramThreadsTest, ConnectAndDisconnectKeepThePortWhileOtherThreadsUseTheSocket) {
  DatagramSocket socket = onWildcard();
  const int port = socket.getLocalPort();
  DatagramSocket peer = onLoopback();
  std::atomic<bool> done{false};
  std::thread receiver([&] {
    DatagramPacket packet(10);
    try {
      for (;;) socket.receive(packet);
    } catch (const SocketException&) {
    }
  });
  std::thread sender([&] {
    do {
      sendText(socket, "out", addressOf(peer));
      sendText(peer, "in", {kLoopback, port});
    } while (!done);
  });
  for (int i = 0; i < 500; ++i) {
    socket.connect(addressOf(peer));
    socket.disconnect();
  }
  done = true;
  sender.join();
  EXPECT_EQ(socket.getLocalPort(), port);
  EXPECT_EQ(receivePacket(peer).getPort(), port);
  socket.close();
  receiver.join();
}

}  // namespace
