// SPDX-License-Identifier: MIT
//
// DatagramSocket over loopback. A datagram sent over loopback is in the receiver's queue when send returns, so "it
// never came" is told by a later one that came first.
#include <netlite/datagram_socket.hpp>

#include <netlite/exceptions.hpp>

#include "support/blocked_thread.hpp"
#include "support/loopback.hpp"
#include "support/system.hpp"

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

// ThreadSanitizer takes connect for the birth of a connection, which nobody could be using yet. A datagram socket may
// be connected while others send and receive; the system sees to that.
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
using test::runsUnderWine;
using test::thrownBy;

const InetAddress kLoopback = InetAddress::getLoopbackAddress();

constexpr auto kPatience = 10s;  // what has to come comes within this time, or the test fails
constexpr auto kShort = 20ms;    // a timeout that is meant to pass

DatagramSocket withPatience(DatagramSocket socket) {
  socket.setSoTimeout(kPatience);
  return socket;
}

// A port of this machine where no UDP socket is: it was free a moment ago.
int freeDatagramPort() { return DatagramSocket(0, kLoopback).getLocalPort(); }

// A port of this machine where nobody is reached, and that nobody else can be given as long as this lives: a socket
// holds it that hears itself alone, so what others send is refused. Windows would drop that silently; there it is free.
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

// A port for a socket whose peer is taken away again: Wine leaves it without one then if the system has chosen it.
int lastingPort() { return runsUnderWine() ? freeDatagramPort() : 0; }

DatagramSocket onLoopback() { return withPatience(DatagramSocket(lastingPort(), kLoopback)); }

DatagramSocket onWildcard() { return withPatience(DatagramSocket(lastingPort())); }

InetSocketAddress reachOf(const DatagramSocket& socket) { return {kLoopback, socket.getLocalPort()}; }

InetSocketAddress ipv6ReachOf(const DatagramSocket& socket) { return {"::1", socket.getLocalPort()}; }

void sendText(DatagramSocket& from, std::string_view text, const InetSocketAddress& to) {
  from.send(DatagramPacket(text, to));
}

DatagramPacket receivePacket(DatagramSocket& socket, std::size_t capacity = 65535) {
  DatagramPacket packet(capacity);
  socket.receive(packet);
  return packet;
}

std::string receiveText(DatagramSocket& socket) { return std::string(receivePacket(socket).getData()); }

// A second IPv4 address of this machine, where the system has one without being told.
const InetAddress kSecondLoopback = InetAddress::getByName("127.0.0.2");

bool hasSecondLoopback() try {
  DatagramSocket(0, kSecondLoopback);
  return true;
} catch (const BindException&) {
  return false;
}

// Whether a datagram's answer comes from the address that was asked: a connected socket hears no other.
std::string askAndHear(DatagramSocket& server, const InetAddress& asked, const InetAddress& asker) {
  DatagramSocket client = withPatience(DatagramSocket(0, asker));
  client.connect({asked, server.getLocalPort()});
  client.send(DatagramPacket("question", client.getRemoteSocketAddress()));
  server.send(receivePacket(server).reply("answer"));
  server.send(DatagramPacket("plain", client.getLocalSocketAddress()));
  return receiveText(client);
}

// ---- being bound ----------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, TheDefaultIsAFreePortOnTheWildcardAddress) {
  const DatagramSocket socket;
  EXPECT_TRUE(socket.isBound());
  EXPECT_GT(socket.getLocalPort(), 0);
  EXPECT_TRUE(socket.getLocalAddress().isAnyLocalAddress());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_FALSE(socket.isConnected());
}

TEST(DatagramSocketTest, APortIsBoundToOnTheWildcardAddress) {
  const int port = freeDatagramPort();
  const DatagramSocket socket(port);
  EXPECT_EQ(socket.getLocalPort(), port);
  EXPECT_TRUE(socket.getLocalAddress().isAnyLocalAddress());
}

TEST(DatagramSocketTest, AnAddressIsBoundTo) {
  const DatagramSocket socket(0, kLoopback);
  EXPECT_EQ(socket.getLocalAddress(), kLoopback);
  EXPECT_EQ(socket.getLocalSocketAddress(), reachOf(socket));
}

TEST(DatagramSocketTest, APortInUseIsABindException) {
  const DatagramSocket socket;
  const BindException error = thrownBy<BindException>([&] { DatagramSocket(socket.getLocalPort()); });
  EXPECT_EQ(error.code(), std::errc::address_in_use);
}

TEST(DatagramSocketTest, AForeignAddressIsABindExceptionThatNamesIt) {
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

TEST(DatagramSocketTest, UnboundHasNoLocalAddress) {
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

TEST(DatagramSocketTest, AfterAFailedBindItCanBindAgain) {
  const DatagramSocket other = onLoopback();
  DatagramSocket socket = DatagramSocket::unbound();
  EXPECT_THROW(socket.bind(reachOf(other)), BindException);
  EXPECT_FALSE(socket.isBound());
  socket.bind({kLoopback, 0});
  EXPECT_TRUE(socket.isBound());
}

TEST(DatagramSocketTest, TheFirstSendBinds) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = DatagramSocket::unbound();
  sendText(sender, "hello", reachOf(receiver));
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
  socket.connect(reachOf(peer));
  EXPECT_TRUE(socket.isBound());
}

// ---- sending and receiving ------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, ADatagramArrivesWithItsSender) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "hello", reachOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 100);
  EXPECT_EQ(packet.getData(), "hello");
  EXPECT_EQ(packet.getLength(), 5u);
  EXPECT_EQ(packet.getCapacity(), 100u);
  EXPECT_EQ(packet.getSocketAddress(), reachOf(sender));
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, AReceivedPacketGoesBackToItsSender) {
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "ping", reachOf(server));
  DatagramPacket packet = receivePacket(server);
  packet.setData("pong");
  server.send(packet);
  EXPECT_EQ(receiveText(client), "pong");
}

TEST(DatagramSocketTest, BytesPassUntouched) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, bytes, reachOf(receiver));
  EXPECT_EQ(receiveText(receiver), bytes);
}

TEST(DatagramSocketTest, AnEmptyDatagramIsADatagram) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "", reachOf(receiver));
  DatagramPacket packet("before", InetSocketAddress());
  receiver.receive(packet);
  EXPECT_EQ(packet.getLength(), 0u);
  EXPECT_EQ(packet.getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, AnEmptyDatagramArrivesWithoutATimeout) {
  DatagramSocket receiver(0, kLoopback);
  DatagramSocket sender = onLoopback();
  sendText(sender, "", reachOf(receiver));
  EXPECT_EQ(receivePacket(receiver).getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, APacketThatIsReusedKeepsItsCapacity) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  DatagramPacket packet(100);
  sendText(sender, "ab", reachOf(receiver));
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "ab");
  sendText(sender, "cdefgh", reachOf(receiver));
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "cdefgh");
}

TEST(DatagramSocketTest, ALongerDatagramIsCutAndSaysSo) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "123456", reachOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 5);
  EXPECT_EQ(packet.getData(), "12345");
  EXPECT_TRUE(packet.isTruncated());
}

TEST(DatagramSocketTest, TheRestOfACutDatagramIsGone) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "123456", reachOf(receiver));
  sendText(sender, "next", reachOf(receiver));
  DatagramPacket packet(4);
  receiver.receive(packet);
  receiver.receive(packet);
  EXPECT_EQ(packet.getData(), "next");
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, ADatagramThatJustFitsIsNotCut) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "12345", reachOf(receiver));
  EXPECT_FALSE(receivePacket(receiver, 5).isTruncated());
}

TEST(DatagramSocketTest, APacketWithoutCapacityTellsOfADatagram) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "hello", reachOf(receiver));
  const DatagramPacket packet = receivePacket(receiver, 0);
  EXPECT_EQ(packet.getLength(), 0u);
  EXPECT_TRUE(packet.isTruncated());
  EXPECT_EQ(packet.getPort(), sender.getLocalPort());
}

TEST(DatagramSocketTest, ATimeoutEndsReceiveAndNamesTheSocket) {
  DatagramSocket socket(0, kLoopback);
  socket.setSoTimeout(kShort);
  const auto start = std::chrono::steady_clock::now();
  const SocketTimeoutException error = thrownBy<SocketTimeoutException>([&] { receiveText(socket); });
  EXPECT_GE(std::chrono::steady_clock::now() - start, kShort);
  EXPECT_EQ(error.code(), std::errc::timed_out);
  EXPECT_EQ(error.what(), "receive on localhost/127.0.0.1:" + std::to_string(socket.getLocalPort()) + ": Timed out");
}

TEST(DatagramSocketTest, ATimeoutLeavesThePacketAsItWas) {
  DatagramSocket socket(0, kLoopback);
  socket.setSoTimeout(kShort);
  DatagramPacket packet("unchanged", InetSocketAddress("192.0.2.1", 7));
  EXPECT_THROW(socket.receive(packet), SocketTimeoutException);
  EXPECT_EQ(packet.getData(), "unchanged");
  EXPECT_EQ(packet.getSocketAddress(), InetSocketAddress("192.0.2.1", 7));
}

TEST(DatagramSocketTest, AfterATimeoutTheNextDatagramIsReceived) {
  DatagramSocket receiver(0, kLoopback);
  DatagramSocket sender = onLoopback();
  receiver.setSoTimeout(kShort);
  EXPECT_THROW(receiveText(receiver), SocketTimeoutException);
  receiver.setSoTimeout(kPatience);
  sendText(sender, "x", reachOf(receiver));
  EXPECT_EQ(receiveText(receiver), "x");
}

TEST(DatagramSocketTest, TheLongestDatagramArrives) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  const std::string longest(65507, 'x');
  sendText(sender, longest, reachOf(receiver));
  EXPECT_EQ(receiveText(receiver), longest);
}

TEST(DatagramSocketTest, ATooLongDatagramIsAnErrorThatNamesTheAddress) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  const SocketException error =
      thrownBy<SocketException>([&] { sendText(sender, std::string(65508, 'x'), reachOf(receiver)); });
  EXPECT_EQ(error.code(), std::errc::message_size);
  EXPECT_EQ(std::string(error.what()).find("send to " + reachOf(receiver).toString() + ": "), 0u) << error.what();
}

TEST(DatagramSocketTest, AfterATooLongDatagramTheSocketWorks) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  EXPECT_THROW(sendText(sender, std::string(65508, 'x'), reachOf(receiver)), SocketException);
  sendText(sender, "short", reachOf(receiver));
  EXPECT_EQ(receiveText(receiver), "short");
}

TEST(DatagramSocketTest, SendingToPortZeroIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(sendText(socket, "x", {kLoopback, 0}), std::invalid_argument);
}

TEST(DatagramSocketTest, SendingAPacketWithoutAnAddressIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  DatagramPacket packet(10);
  packet.setData("x");
  EXPECT_THROW(socket.send(packet), std::invalid_argument);
}

TEST(DatagramSocketTest, TheWildcardAddressIsThisMachine) {
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = onLoopback();
  sendText(sender, "x", InetSocketAddress(receiver.getLocalPort()));
  EXPECT_EQ(receiveText(receiver), "x");
}

TEST(DatagramSocketTest, AnIPv4SenderIsIPv4OnADualStackSocket) {
  DatagramSocket receiver = withPatience(DatagramSocket());
  DatagramSocket sender = onLoopback();
  sendText(sender, "x", reachOf(receiver));
  EXPECT_EQ(receivePacket(receiver).getSocketAddress(), reachOf(sender));
}

TEST(DatagramSocketTest, ADualStackSocketReachesBothFamilies) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket both = withPatience(DatagramSocket());
  DatagramSocket four = onLoopback();
  DatagramSocket six = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(both, "four", reachOf(four));
  sendText(both, "six", ipv6ReachOf(six));
  EXPECT_EQ(receivePacket(four).getSocketAddress(), reachOf(both));
  EXPECT_EQ(receivePacket(six).getSocketAddress(), ipv6ReachOf(both));
}

TEST(DatagramSocketTest, ADualStackSocketHearsBothFamilies) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket both = withPatience(DatagramSocket());
  DatagramSocket four = onLoopback();
  DatagramSocket six = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(four, "four", reachOf(both));
  sendText(six, "six", ipv6ReachOf(both));
  EXPECT_EQ(receivePacket(both).getSocketAddress(), reachOf(four));
  EXPECT_EQ(receivePacket(both).getSocketAddress(), ipv6ReachOf(six));
}

TEST(DatagramSocketTest, AnIPv4SocketCannotSendToIPv6) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(sendText(socket, "x", {"::1", 9}), SocketException);
}

TEST(DatagramSocketTest, AnUnconnectedSocketNeverReportsUnreachable) {
  DatagramSocket sender = onLoopback();
  DatagramSocket receiver = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  for (int i = 0; i < 3; ++i) sendText(sender, "into the void", dead);
  sendText(receiver, "alive", reachOf(sender));
  EXPECT_EQ(receiveText(sender), "alive");
}

// ---- the address that was asked -------------------------------------------------------------------------------------

TEST(DatagramReplyTest, AReceivedPacketKnowsTheAddressThatItWasSentTo) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  for (const InetAddress& asked : {kSecondLoopback, kLoopback}) {
    sendText(client, "question", {asked, server.getLocalPort()});
    EXPECT_EQ(receivePacket(server).getLocalAddress(), asked);
  }
}

TEST(DatagramReplyTest, ASocketBoundToOneAddressKnowsItToo) {
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "question", reachOf(server));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), kLoopback);
}

TEST(DatagramReplyTest, AnIPv6PacketKnowsTheAddressThatItWasSentTo) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket server = onWildcard();
  DatagramSocket client = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  sendText(client, "question", ipv6ReachOf(server));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), InetAddress::getByName("::1"));
}

TEST(DatagramReplyTest, AReplyLeavesFromTheAddressThatWasAsked) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine ignores the source of a datagram";
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  EXPECT_EQ(askAndHear(server, kSecondLoopback, kLoopback), "answer");
}

TEST(DatagramReplyTest, AReplyFromASocketBoundToOneAddressArrives) {
  DatagramSocket server = onLoopback();
  EXPECT_EQ(askAndHear(server, kLoopback, kLoopback), "answer");
}

TEST(DatagramReplyTest, AnIPv6ReplyArrives) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const InetAddress loopback = InetAddress::getByName("::1");
  DatagramSocket dualStack = onWildcard();
  EXPECT_EQ(askAndHear(dualStack, loopback, loopback), "answer");
  DatagramSocket ipv6 = withPatience(DatagramSocket(0, loopback));
  EXPECT_EQ(askAndHear(ipv6, loopback, loopback), "answer");
}

TEST(DatagramReplyTest, AConnectedSocketReplies) {
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  server.connect(reachOf(client));
  client.connect({kLoopback, server.getLocalPort()});
  sendText(client, "question", client.getRemoteSocketAddress());
  server.send(receivePacket(server).reply("answer"));
  EXPECT_EQ(receiveText(client), "answer");
}

TEST(DatagramReplyTest, APeersEarlyDatagramKnowsItsAddress) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onWildcard();
  DatagramSocket client = onLoopback();
  sendText(client, "early", {kSecondLoopback, server.getLocalPort()});
  server.connect(reachOf(client));
  EXPECT_EQ(receivePacket(server).getLocalAddress(), kSecondLoopback);
}

TEST(DatagramReplyTest, AReplyThatIsReceivedIntoIsNoReplyAnyMore) {
  if (!hasSecondLoopback()) GTEST_SKIP() << "one loopback address only";
  DatagramSocket server = onLoopback();
  DatagramSocket client = onLoopback();
  sendText(client, "question", reachOf(server));
  DatagramPacket packet = receivePacket(server).reply("long enough");
  sendText(client, "question", reachOf(server));
  server.receive(packet);
  packet.setSocketAddress({kSecondLoopback, client.getLocalPort()});
  EXPECT_EQ(packet.reply("").getLocalAddress(), kLoopback);
  EXPECT_EQ(packet.getData(), "question");
}

TEST(DatagramReplyTest, AReplyToAGroupLeavesFromAnAddressOfTheSystemsChoice) {
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

TEST(DatagramReplyTest, AReplyToABroadcastLeavesFromAnAddressOfTheSystemsChoice) {
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

// ---- being connected ------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, NotConnectedThereIsNoPeer) {
  const DatagramSocket socket = onLoopback();
  EXPECT_FALSE(socket.isConnected());
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.getRemoteSocketAddress(); }).code(), std::errc::not_connected);
}

TEST(DatagramSocketTest, ConnectedThePeerAndTheLocalAddressAreKnown) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket;
  socket.connect(reachOf(peer));
  EXPECT_TRUE(socket.isConnected());
  EXPECT_TRUE(socket.isBound());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_EQ(socket.getPort(), peer.getLocalPort());
  EXPECT_EQ(socket.getInetAddress(), kLoopback);
  EXPECT_EQ(socket.getRemoteSocketAddress(), reachOf(peer));
  EXPECT_EQ(socket.getLocalSocketAddress(), reachOf(socket));
}

TEST(DatagramSocketTest, ConnectedOnlyThePeerIsHeard) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  socket.connect(reachOf(peer));
  sendText(stranger, "stranger", reachOf(socket));
  sendText(peer, "peer", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "peer");
}

TEST(DatagramSocketTest, ConnectDropsWhatStrangersHadSentBefore) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  sendText(stranger, "stranger", reachOf(socket));
  socket.connect(reachOf(peer));
  sendText(peer, "peer", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "peer");
}

TEST(DatagramSocketTest, WhatConnectDropsDoesNotComeBackWithDisconnect) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  sendText(stranger, "before", reachOf(socket));
  socket.connect(reachOf(peer));
  socket.disconnect();
  sendText(stranger, "after", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "after");
}

TEST(DatagramSocketTest, ThePeersEarlyDatagramsSurviveConnectInOrder) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (const char* text : {"one", "", "three"}) {
    sendText(stranger, "stranger", reachOf(socket));
    sendText(peer, text, reachOf(socket));
  }
  socket.connect(reachOf(peer));
  sendText(peer, "late", reachOf(socket));
  for (const char* text : {"one", "", "three", "late"}) {
    const DatagramPacket packet = receivePacket(socket);
    EXPECT_EQ(packet.getData(), text);
    EXPECT_EQ(packet.getSocketAddress(), reachOf(peer));
  }
}

TEST(DatagramSocketTest, AnEarlyDatagramIsCutToThePacketToo) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  sendText(peer, "123456", reachOf(socket));
  sendText(peer, "12", reachOf(socket));
  socket.connect(reachOf(peer));
  DatagramPacket packet(5);
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "12345");
  EXPECT_TRUE(packet.isTruncated());
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "12");
  EXPECT_EQ(packet.getCapacity(), 5u);
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramSocketTest, MoreEarlyDatagramsThanConnectKeepsSurviveToo) {
  constexpr int kCount = 80;  // with a kilobyte each they are more than connect keeps, and fit the system's queue
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (int i = 0; i < kCount; ++i) sendText(peer, std::string(1024, static_cast<char>(i)), reachOf(socket));
  sendText(stranger, "stranger", reachOf(socket));
  sendText(peer, "last", reachOf(socket));
  socket.connect(reachOf(peer));
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(receiveText(socket), std::string(1024, static_cast<char>(i)));
  EXPECT_EQ(receiveText(socket), "last");
}

TEST(DatagramSocketTest, AStrangersDatagramBehindTheEarlyOnesLeavesThePacketAsItWas) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  for (int i = 0; i < 80; ++i) sendText(peer, std::string(1024, 'p'), reachOf(socket));
  sendText(stranger, "stranger", reachOf(socket));
  socket.connect(reachOf(peer));
  DatagramPacket packet(1024);
  for (int i = 0; i < 80; ++i) socket.receive(packet);
  socket.setSoTimeout(kShort);
  EXPECT_THROW(socket.receive(packet), SocketTimeoutException);
  EXPECT_EQ(packet.getData(), std::string(1024, 'p'));
}

TEST(DatagramSocketTest, AReceiveThatWaitsDuringConnectHearsThePeer) {
  DatagramSocket socket(0, kLoopback);
  DatagramSocket peer = onLoopback();
  BlockedThread waiting([&] { EXPECT_EQ(receiveText(socket), "peer"); });
  waiting.waitUntilAsleep();
  socket.connect(reachOf(peer));
  sendText(peer, "peer", reachOf(socket));
  waiting.join();
}

TEST(DatagramSocketTest, ConnectedElsewhereTheOldPeerIsAStranger) {
  DatagramSocket socket = onLoopback();
  DatagramSocket first = onLoopback();
  DatagramSocket second = onLoopback();
  sendText(first, "early", reachOf(socket));
  socket.connect(reachOf(first));
  sendText(first, "later", reachOf(socket));
  socket.connect(reachOf(second));
  sendText(first, "too late", reachOf(socket));
  sendText(second, "second", reachOf(socket));
  EXPECT_EQ(socket.getRemoteSocketAddress(), reachOf(second));
  EXPECT_EQ(receiveText(socket), "second");
}

TEST(DatagramSocketTest, ConnectGoesFromOneFamilyToTheOtherAndBack) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket socket = onWildcard();
  const int port = socket.getLocalPort();
  DatagramSocket four = onLoopback();
  DatagramSocket six = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  socket.connect(reachOf(four));
  EXPECT_EQ(socket.getLocalAddress(), kLoopback);
  socket.connect(ipv6ReachOf(six));
  EXPECT_EQ(socket.getLocalAddress(), InetAddress::getByName("::1"));
  sendText(six, "six", ipv6ReachOf(socket));
  EXPECT_EQ(receiveText(socket), "six");
  socket.connect(reachOf(four));
  sendText(four, "four", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "four");
  EXPECT_EQ(socket.getLocalPort(), port);
}

TEST(DatagramSocketTest, AfterAFailedConnectThePeerIsAsBefore) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
  EXPECT_THROW(socket.connect({"::1", 9}), SocketException);
  EXPECT_EQ(socket.getRemoteSocketAddress(), reachOf(peer));
  DatagramPacket packet("still there", reachOf(peer));
  socket.send(packet);
  EXPECT_EQ(receivePacket(peer).getSocketAddress(), reachOf(socket));
}

TEST(DatagramSocketTest, AfterAFailedFirstConnectThereIsNoPeer) {
  DatagramSocket socket = onLoopback();
  const SocketException error = thrownBy<SocketException>([&] { socket.connect({"::1", 9}); });
  EXPECT_EQ(std::string(error.what()).find("connect to /[::1]:9: "), 0u) << error.what();
  EXPECT_FALSE(socket.isConnected());
}

TEST(DatagramSocketTest, ConnectingToPortZeroIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  EXPECT_THROW(socket.connect({kLoopback, 0}), std::invalid_argument);
}

TEST(DatagramSocketTest, ConnectingToTheWildcardAddressIsToThisMachine) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(InetSocketAddress(peer.getLocalPort()));
  EXPECT_EQ(socket.getRemoteSocketAddress(), reachOf(peer));
  sendText(socket, "x", InetSocketAddress(peer.getLocalPort()));
  EXPECT_EQ(receiveText(peer), "x");
  sendText(peer, "y", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "y");
}

TEST(DatagramSocketTest, AScopeThatAnAddressDoesNotNeedHidesNobody) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  DatagramSocket socket = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  DatagramSocket peer = withPatience(DatagramSocket(0, InetAddress::getByName("::1")));
  socket.connect({"::1%1", peer.getLocalPort()});
  sendText(peer, "x", ipv6ReachOf(socket));
  EXPECT_EQ(receiveText(socket), "x");
  sendText(socket, "y", ipv6ReachOf(peer));
  EXPECT_EQ(receiveText(peer), "y");
}

TEST(DatagramSocketTest, ConnectedAPacketWithoutAnAddressGoesToThePeerAndGetsItsAddress) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
  DatagramPacket packet(10);
  packet.setData("q");
  socket.send(packet);
  EXPECT_EQ(packet.getSocketAddress(), reachOf(peer));
  EXPECT_EQ(receiveText(peer), "q");
}

TEST(DatagramSocketTest, ConnectedAConstantPacketWithoutAnAddressGoesToThePeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
  const DatagramPacket packet(10);
  socket.send(packet);
  EXPECT_EQ(packet.getPort(), 0);
  EXPECT_EQ(receiveText(peer), "");
}

TEST(DatagramSocketTest, ConnectedAPacketToThePeerIsSent) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
  sendText(socket, "r", reachOf(peer));
  EXPECT_EQ(receiveText(peer), "r");
}

TEST(DatagramSocketTest, ConnectedAPacketToSomebodyElseIsAnArgumentError) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  const DatagramSocket other = onLoopback();
  socket.connect(reachOf(peer));
  EXPECT_THROW(sendText(socket, "x", reachOf(other)), std::invalid_argument);
  EXPECT_THROW(sendText(socket, "x", {"127.0.0.2", peer.getLocalPort()}), std::invalid_argument);
}

TEST(DatagramSocketTest, NobodyAtThePeersPortIsToldByReceive) {
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

TEST(DatagramSocketTest, NobodyAtThePeersPortIsToldByReceiveWithoutATimeout) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not wake a waiting receive for it";
  DatagramSocket socket(0, kLoopback);
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  EXPECT_THROW(receiveText(socket), PortUnreachableException);
}

TEST(DatagramSocketTest, NobodyAtThePeersPortIsToldByTheNextSend) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows tells it by a receive";
  DatagramSocket socket = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  const PortUnreachableException error = thrownBy<PortUnreachableException>([&] { sendText(socket, "hello?", dead); });
  EXPECT_EQ(std::string(error.what()).find("send to " + dead.toString() + ": "), 0u) << error.what();
}

TEST(DatagramSocketTest, UnreachableIsToldOnceForEachDatagram) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine does not wake a waiting receive for it";
  DatagramSocket socket = onLoopback();
  const InetSocketAddress address(kLoopback, freeDatagramPort());
  socket.connect(address);
  sendText(socket, "anybody?", address);
  EXPECT_THROW(receiveText(socket), PortUnreachableException);
  DatagramSocket peer = withPatience(DatagramSocket(address.getPort(), kLoopback));
  sendText(socket, "now?", address);
  EXPECT_EQ(receiveText(peer), "now?");
  sendText(peer, "yes", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "yes");
}

TEST(DatagramSocketTest, AnUnreachablePeerIsForgottenWithDisconnect) {
  DatagramSocket socket = onLoopback();
  DatagramSocket other = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  socket.disconnect();
  sendText(other, "alive", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "alive");
}

TEST(DatagramSocketTest, AnUnreachablePeerIsForgottenWithTheNextPeer) {
  DatagramSocket socket = onLoopback();
  DatagramSocket next = onLoopback();
  const DeadDatagramPort port;
  const InetSocketAddress& dead = port.address();
  socket.connect(dead);
  sendText(socket, "anybody?", dead);
  socket.connect(reachOf(next));
  sendText(socket, "hello", reachOf(next));
  EXPECT_EQ(receiveText(next), "hello");
}

TEST(DatagramSocketTest, DisconnectKeepsThePortAndHearsEverybody) {
  DatagramSocket socket = onWildcard();
  const InetSocketAddress local = socket.getLocalSocketAddress();
  DatagramSocket peer = onLoopback();
  DatagramSocket stranger = onLoopback();
  socket.connect(reachOf(peer));
  socket.disconnect();
  EXPECT_FALSE(socket.isConnected());
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getLocalSocketAddress(), local);
  sendText(stranger, "stranger", {kLoopback, local.getPort()});
  EXPECT_EQ(receiveText(socket), "stranger");
  sendText(socket, "answer", reachOf(stranger));
  EXPECT_EQ(receivePacket(stranger).getPort(), local.getPort());
}

TEST(DatagramSocketTest, DisconnectKeepsAPortThatWasAskedFor) {
  const int port = freeDatagramPort();
  DatagramSocket socket = withPatience(DatagramSocket(port, kLoopback));
  DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
  socket.disconnect();
  sendText(peer, "x", {kLoopback, port});
  EXPECT_EQ(receiveText(socket), "x");
}

TEST(DatagramSocketTest, DisconnectKeepsWhatThePeerHadSent) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  sendText(peer, "early", reachOf(socket));
  socket.connect(reachOf(peer));
  sendText(peer, "later", reachOf(socket));
  socket.disconnect();
  EXPECT_EQ(receiveText(socket), "early");
  EXPECT_EQ(receiveText(socket), "later");
}

TEST(DatagramSocketTest, DisconnectWithoutAPeerIsHarmless) {
  DatagramSocket socket = onLoopback();
  socket.disconnect();
  DatagramSocket::unbound().disconnect();
  DatagramSocket other = onLoopback();
  sendText(other, "x", reachOf(socket));
  EXPECT_EQ(receiveText(socket), "x");
}

TEST(DatagramSocketTest, ItCanConnectAgainAfterDisconnect) {
  DatagramSocket socket = onLoopback();
  DatagramSocket peer = onLoopback();
  for (int i = 0; i < 3; ++i) {
    socket.connect(reachOf(peer));
    sendText(peer, "x", reachOf(socket));
    EXPECT_EQ(receiveText(socket), "x");
    socket.disconnect();
  }
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST(DatagramSocketTest, AfterCloseTheGettersAnswerAsInJava) {
  DatagramSocket socket = onLoopback();
  const DatagramSocket peer = onLoopback();
  socket.connect(reachOf(peer));
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

TEST(DatagramSocketTest, AClosedSocketRefusesEverythingButCloseAndDisconnect) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket = onLoopback();
  socket.close();
  const InetAddress group = InetAddress::getByName("239.255.43.21");
  expectClosed([&] { sendText(socket, "x", reachOf(peer)); });
  expectClosed([&] { receiveText(socket); });
  expectClosed([&] { socket.connect(reachOf(peer)); });
  expectClosed([&] { socket.bind(InetSocketAddress()); });
  expectClosed([&] { socket.setSoTimeout(1s); });
  expectClosed([&] { socket.getSoTimeout(); });
  expectClosed([&] { socket.setBroadcast(true); });
  expectClosed([&] { socket.getSendBufferSize(); });
  expectClosed([&] { socket.joinGroup(group); });
  expectClosed([&] { socket.leaveGroup(group); });
  EXPECT_NO_THROW(socket.disconnect());
}

TEST(DatagramSocketTest, AMovedFromSocketIsLikeAClosedOne) {
  DatagramSocket socket = onLoopback();
  const DatagramSocket moved = std::move(socket);
  EXPECT_TRUE(moved.isBound());
  EXPECT_TRUE(socket.isClosed());  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(socket.getPort(), -1);
  EXPECT_EQ(socket.getLocalPort(), -1);
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_FALSE(socket.isConnected());
  expectClosed([&] { receiveText(socket); });
  expectClosed([&] { sendText(socket, "x", reachOf(moved)); });
  EXPECT_NO_THROW(socket.disconnect());
  EXPECT_NO_THROW(socket.close());
}

TEST(DatagramSocketTest, AssigningClosesTheOldSocket) {
  DatagramSocket socket = onLoopback();
  const int port = socket.getLocalPort();
  socket = onLoopback();
  EXPECT_EQ(DatagramSocket(port, kLoopback).getLocalPort(), port);
}

// Whether there is a peer, and the timeout; a receive waits in another place with one than without.
class DatagramCloseTest : public testing::TestWithParam<std::tuple<bool, std::chrono::milliseconds>> {
 protected:
  void SetUp() override { prepare(*socket_); }

  void prepare(DatagramSocket& socket) const {
    if (std::get<0>(GetParam())) socket.connect(reachOf(peer_));
    socket.setSoTimeout(std::get<1>(GetParam()));
  }

  std::function<void()> receiving() {
    return [&socket = *socket_] { receiveText(socket); };
  }

  const DatagramSocket peer_ = onLoopback();
  std::unique_ptr<DatagramSocket> socket_ = std::make_unique<DatagramSocket>();
};

TEST_P(DatagramCloseTest, CloseEndsAReceiveThatWaits) {
  BlockedThread waiting(receiving());
  waiting.waitUntilAsleep();
  socket_->close();
  expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, CloseEndsEveryReceiveThatWaits) {
  std::deque<BlockedThread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back(receiving());
  for (BlockedThread& waiting : all) waiting.waitUntilAsleep();
  socket_->close();
  for (BlockedThread& waiting : all) expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, TheDestructorEndsAReceiveThatWaits) {
  BlockedThread waiting(receiving());
  waiting.waitUntilAsleep();
  EXPECT_TRUE(socket_->isBound());  // its lock orders the waiting thread's look at the object before the destruction
  socket_.reset();
  expectClosed([&] { waiting.join(); });
}

TEST_P(DatagramCloseTest, CloseThatRacesWithReceiveEndsIt) {
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

TEST(DatagramSocketTest, OptionsOfAnUnboundSocketAreKeptForBind) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.setBroadcast(false);
  socket.setReuseAddress(true);
  EXPECT_FALSE(socket.getBroadcast());
  socket.bind({kLoopback, 0});
  EXPECT_FALSE(socket.getBroadcast());
  EXPECT_TRUE(socket.getReuseAddress());
}

TEST(DatagramSocketTest, ReuseAddressIsOffByDefault) { EXPECT_FALSE(DatagramSocket().getReuseAddress()); }

TEST(DatagramSocketTest, TheTimeoutIsKept) {
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

TEST(DatagramSocketTest, ToStringTellsTheAddresses) {
  const DatagramSocket peer = onLoopback();
  DatagramSocket socket = onLoopback();
  const std::string local = "localport=" + std::to_string(socket.getLocalPort()) + "]";
  EXPECT_EQ(socket.toString(), "DatagramSocket[" + local);
  socket.connect(reachOf(peer));
  EXPECT_EQ(socket.toString(),
            "DatagramSocket[addr=localhost/127.0.0.1,port=" + std::to_string(peer.getLocalPort()) + "," + local);
}

// ---- sending to groups ----------------------------------------------------------------------------------------------

DatagramSocket boundTo(const std::string& address) { return DatagramSocket(0, InetAddress::getByName(address)); }

// Sockets of every kind; the IPv6 ones where there is IPv6.
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

TEST(DatagramMulticastTest, SettingsMadeBeforeBindHoldAfterIt) {
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

TEST(DatagramMulticastTest, ANetworkInterfaceIsChosenByNameOrAddress) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine knows no interface of an IPv4 group by its number";
  for (const std::string& text : {loopbackInterface(), std::string("127.0.0.1")}) {
    for (DatagramSocket& socket : everyKindOfSocket()) {
      socket.setNetworkInterface(text);
      EXPECT_EQ(socket.getNetworkInterface(), text);
    }
  }
}

TEST(DatagramMulticastTest, AnIPv6AddressChoosesAnInterfaceToo) {
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

TEST(DatagramMulticastTest, AfterCloseEverySettingIsAnError) {
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

// Not so in every sandbox, and never under qemu-user.
bool canJoin(const InetAddress& group) try {
  DatagramSocket().joinGroup(group, kInterface);
  return true;
} catch (const SocketException&) {
  return false;
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
    return withPatience(std::move(socket));
  }

  const InetAddress group_ = InetAddress::getByName("239.255.43.21");
  DatagramSocket sender_ = onLoopback();  // its address has the system send by the loopback interface
};

TEST_F(DatagramGroupTest, AMemberReceivesWhatIsSentToTheGroup) {
  DatagramSocket member = withPatience(DatagramSocket());
  member.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  const DatagramPacket packet = receivePacket(member);
  EXPECT_EQ(packet.getData(), "to all");
  EXPECT_EQ(packet.getSocketAddress(), reachOf(sender_));
}

TEST_F(DatagramGroupTest, AMemberOnAnIPv4SocketReceivesToo) {
  DatagramSocket member = withPatience(DatagramSocket(0, InetAddress::getByName("0.0.0.0")));
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

// Without the interface the system may send by another one or by none at all.
TEST_F(DatagramGroupTest, TheNetworkInterfaceCarriesWhatIsSentToTheGroup) {
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

TEST_F(DatagramGroupTest, WhoHasNotJoinedReceivesNothing) {
  DatagramSocket member = onSharedPort(0);
  DatagramSocket other = onSharedPort(member.getLocalPort());
  member.joinGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  EXPECT_EQ(receiveText(member), "to all");
  other.setSoTimeout(kShort);
  EXPECT_THROW(receiveText(other), SocketTimeoutException);
}

TEST_F(DatagramGroupTest, WhoHasLeftReceivesNothing) {
  DatagramSocket member = withPatience(DatagramSocket());
  member.joinGroup(group_, kInterface);
  member.leaveGroup(group_, kInterface);
  sendText(sender_, "to all", {group_, member.getLocalPort()});
  sendText(sender_, "to you", reachOf(member));
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

// Linux does not carry IPv6 groups over its loopback interface, so this asks for no datagram.
TEST(DatagramSocketTest, TheScopeOfAnIPv6GroupChoosesTheInterface) {
  if (!hasIPv6Loopback()) GTEST_SKIP() << "no IPv6 here";
  const InetAddress group = InetAddress::getByName("ff02::4321");
  if (!canJoin(group)) GTEST_SKIP() << "this machine has no IPv6 groups on its loopback interface";
  DatagramSocket member;
  member.joinGroup(InetAddress::getByName("ff02::4321%" + kInterface));
  member.leaveGroup(group, kInterface);
  EXPECT_THROW(member.leaveGroup(group, kInterface), SocketException);
}

TEST(DatagramSocketTest, AGroupThatIsNoneIsAnArgumentError) {
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
        sendText(client, text, reachOf(server));
        if (receiveText(client) == text) ++echoes;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  server.close();
  for (std::thread& thread : servers) thread.join();
  EXPECT_EQ(echoes, kThreads * kRounds);
}

TEST(DatagramThreadsTest, FourThreadsSendBySharingASocket) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;  // together they fit the receiver's queue
  DatagramSocket receiver = onLoopback();
  DatagramSocket sender = DatagramSocket::unbound();  // the four find out together that it has to be bound
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n) sendText(sender, std::string(100, static_cast<char>('a' + i)), reachOf(receiver));
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

TEST(DatagramThreadsTest, ConnectAndDisconnectNeverMoveASocketThatOthersUse) {
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
      sendText(socket, "out", reachOf(peer));
      sendText(peer, "in", {kLoopback, port});
    } while (!done);
  });
  for (int i = 0; i < 500; ++i) {
    socket.connect(reachOf(peer));
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
