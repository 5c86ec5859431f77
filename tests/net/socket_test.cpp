// SPDX-License-Identifier: MIT
//
// Socket as its users see it: state, streams, shutdown, options and close. See also connect_test and timeouts_test.
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr std::size_t kMoreThanBuffersHold = 64 << 20;

void closeWithReset(Socket& socket) {
  socket.setSoLinger(true, 0);
  socket.close();
}

// The server end resets the connection. On a Unix-domain socket that takes unread input.
void resetByServer(Pair& pair) {
  if (pairsAreUnixDomain()) pair.client.getOutputStream().write("unread");
  closeWithReset(pair.server);
}

// Writes single bytes until a write fails: the first one after the peer has closed succeeds and provokes a reset.
SocketException failureOfWrites(SocketOutputStream out) {
  return thrownBy<SocketException>([&] {
    for (const auto end = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < end;) out.write(1);
  });
}

template <typename Call>
void expectClosed(Call call) {
  EXPECT_EQ(thrownBy<SocketException>(call).code(), std::errc::operation_canceled);
}

std::optional<ServerSocket> ipv6LoopbackServer() {
  try {
    return ServerSocket(0, 0, InetAddress::getByName("::1"));
  } catch (const SocketException&) {
    return std::nullopt;
  }
}

// ---- unconnected ----------------------------------------------------------------------------------------------------

TEST(SocketTest, AnUnconnectedSocketReportsThatItIsUnconnected) {
  const Socket socket;
  EXPECT_FALSE(socket.isConnected());
  EXPECT_FALSE(socket.isBound());
  EXPECT_FALSE(socket.isClosed());
  EXPECT_FALSE(socket.isInputShutdown());
  EXPECT_FALSE(socket.isOutputShutdown());
}

TEST(SocketTest, AnUnconnectedSocketHasWildcardAddressesAndNoPorts) {
  const Socket socket;
  EXPECT_EQ(socket.getInetAddress(), InetAddress());
  EXPECT_EQ(socket.getPort(), 0);
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_EQ(socket.getLocalPort(), -1);
  EXPECT_EQ(socket.nativeHandle(), -1);
}

TEST(SocketTest, WhatAnUnconnectedSocketRefusesNamesIt) {
  Socket socket;
  const auto noStream = thrownBy<SocketException>([&] { socket.getInputStream(); });
  EXPECT_EQ(std::string(noStream.what()).find("get input stream of unconnected socket: "), 0u) << noStream.what();
  const auto noShutdown = thrownBy<SocketException>([&] { socket.shutdownInput(); });
  EXPECT_EQ(std::string(noShutdown.what()).find("shut down input from unconnected socket: "), 0u) << noShutdown.what();
}

TEST(SocketTest, AnUnconnectedSocketHasNoSocketAddresses) {
  const Socket socket;
  EXPECT_THROW(socket.getRemoteSocketAddress(), SocketException);
  EXPECT_THROW(socket.getLocalSocketAddress(), SocketException);
}

TEST(SocketTest, AnUnconnectedSocketHasNoStreams) {
  Socket socket;
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.getInputStream(); }).code(), std::errc::not_connected);
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.getOutputStream(); }).code(), std::errc::not_connected);
}

TEST(SocketTest, AnUnconnectedSocketCannotBeShutDown) {
  Socket socket;
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.shutdownInput(); }).code(), std::errc::not_connected);
  EXPECT_EQ(thrownBy<SocketException>([&] { socket.shutdownOutput(); }).code(), std::errc::not_connected);
}

TEST(SocketTest, ABoundSocketHasItsLocalAddress) {
  Socket socket;
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_TRUE(socket.isBound());
  EXPECT_FALSE(socket.isConnected());
  EXPECT_EQ(socket.getLocalAddress(), InetAddress::getLoopbackAddress());
  EXPECT_GT(socket.getLocalPort(), 0);
  EXPECT_EQ(socket.getLocalSocketAddress(), InetSocketAddress("127.0.0.1", socket.getLocalPort()));
}

TEST(SocketTest, ASocketBoundToTheWildcardAddressReportsIt) {
  Socket socket;
  socket.bind(InetSocketAddress(0));
  EXPECT_EQ(socket.getLocalAddress(), InetAddress());
  EXPECT_GT(socket.getLocalPort(), 0);
}

TEST(SocketTest, BindingTwiceFailsAndChangesNothing) {
  Socket socket;
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  const int port = socket.getLocalPort();
  EXPECT_THROW(socket.bind({InetAddress::getLoopbackAddress(), 0}), SocketException);
  EXPECT_EQ(socket.getLocalPort(), port);
}

TEST(SocketTest, BindingToAPortInUseThrowsABindExceptionAndLeavesTheSocketUnbound) {
  const ServerSocket server = loopbackServer();
  Socket socket;
  const auto failure = thrownBy<BindException>([&] { socket.bind(server.getLocalSocketAddress()); });
  EXPECT_EQ(failure.code(), std::errc::address_in_use);
  EXPECT_FALSE(socket.isBound());
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_TRUE(socket.isBound());
}

TEST(SocketTest, BindingToAForeignAddressThrowsABindException) {
  Socket socket;
  EXPECT_THROW(socket.bind({InetAddress::getByName("192.0.2.1"), 0}), BindException);
}

TEST(SocketTest, BindingAfterCloseFails) {
  Socket socket;
  socket.close();
  expectClosed([&] { socket.bind({InetAddress::getLoopbackAddress(), 0}); });
}

TEST(SocketTest, BindingAConnectedSocketFails) {
  Pair pair = connectedPair();
  EXPECT_THROW(pair.client.bind({InetAddress::getLoopbackAddress(), 0}), SocketException);
}

// ---- connected ------------------------------------------------------------------------------------------------------

TEST(SocketTest, AConnectedSocketReportsThatItIsConnected) {
  const Pair pair = connectedPair();
  for (const Socket* socket : {&pair.client, &pair.server}) {
    EXPECT_TRUE(socket->isConnected());
    EXPECT_TRUE(socket->isBound());
    EXPECT_FALSE(socket->isClosed());
    EXPECT_GE(socket->nativeHandle(), 0);
  }
}

TEST(SocketTest, BothEndsReportTheSameAddresses) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "Unix-domain sockets have no IP addresses";
  const Pair pair = connectedPair();
  EXPECT_EQ(pair.client.getLocalSocketAddress(), pair.server.getRemoteSocketAddress());
  EXPECT_EQ(pair.server.getLocalSocketAddress(), pair.client.getRemoteSocketAddress());
  EXPECT_EQ(pair.client.getInetAddress(), InetAddress::getLoopbackAddress());
  EXPECT_EQ(pair.client.getPort(), pair.server.getLocalPort());
  EXPECT_EQ(pair.server.getPort(), pair.client.getLocalPort());
}

TEST(SocketTest, BytesArriveAsTheyWereSent) {
  Pair pair = connectedPair();
  const std::string bytes("a\0\n\r\xff\x80 \xed\x95\x9c", 10);
  pair.client.getOutputStream().write(bytes);
  EXPECT_EQ(receive(pair.server, bytes.size()), bytes);
}

TEST(SocketTest, OneByteReadsReturnUnsignedValuesAndThenTheEnd) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write(0xff);
  pair.client.getOutputStream().write(0);
  pair.client.close();
  SocketInputStream in = pair.server.getInputStream();
  EXPECT_EQ(in.read(), 255);
  EXPECT_EQ(in.read(), 0);
  EXPECT_EQ(in.read(), -1);
}

TEST(SocketTest, AvailableCountsTheBytesThatHaveArrived) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.server.getInputStream();
  EXPECT_EQ(in.available(), 0u);
  pair.client.getOutputStream().write("abc");
  ASSERT_TRUE(in.awaitInput(10s));
  EXPECT_EQ(in.available(), 3u);
}

TEST(SocketTest, SkipDropsBytes) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("abcd");
  pair.client.close();
  EXPECT_EQ(pair.server.getInputStream().skip(3), 3u);
  EXPECT_EQ(pair.server.getInputStream().readAllBytes(), "d");
}

TEST(SocketTest, CopiesOfAStreamShareTheConnection) {
  Pair pair = connectedPair();
  SocketInputStream first = pair.server.getInputStream();
  SocketInputStream second = first;
  pair.client.getOutputStream().write("ab");
  EXPECT_EQ(first.read(), 'a');
  EXPECT_EQ(second.read(), 'b');
}

TEST(SocketTest, BytesArriveOverTheIPv6Loopback) {
  std::optional<ServerSocket> server = ipv6LoopbackServer();
  if (!server) GTEST_SKIP() << "no IPv6 here";
  Socket client("::1", server->getLocalPort());
  Socket accepted = server->accept();
  client.getOutputStream().write("six");
  EXPECT_EQ(receive(accepted, 3), "six");
  EXPECT_EQ(accepted.getInetAddress(), InetAddress::getByName("::1"));
  EXPECT_EQ(accepted.getRemoteSocketAddress(), client.getLocalSocketAddress());
}

TEST(SocketTest, LargeWritesOfTwoThreadsDoNotMix) {
  constexpr std::size_t kBlock = 1 << 20;
  constexpr int kBlocks = 8;
  Pair pair = connectedPair();
  const auto writeBlocks = [&](char letter) {
    const std::string block(kBlock, letter);
    for (int i = 0; i < kBlocks; ++i) pair.client.getOutputStream().write(block);
  };
  BlockedThread first([&] { writeBlocks('a'); });
  BlockedThread second([&] { writeBlocks('b'); });
  for (int i = 0; i < 2 * kBlocks; ++i) {
    const std::string block = receive(pair.server, kBlock);
    ASSERT_EQ(block.find_first_not_of(block[0]), std::string::npos) << "in block " << i;
  }
}

TEST(SocketTest, OneThreadReadsWhileAnotherWrites) {
  Pair pair = connectedPair();
  const std::string bytes(4 << 20, 'x');
  BlockedThread echo([&] {
    SocketOutputStream out = pair.server.getOutputStream();
    pair.server.getInputStream().transferTo(out);
    pair.server.shutdownOutput();
  });
  BlockedThread writer([&] {
    pair.client.getOutputStream().write(bytes);
    pair.client.shutdownOutput();
  });
  EXPECT_EQ(pair.client.getInputStream().readAllBytes(), bytes);
}

// ---- invalid arguments ----------------------------------------------------------------------------------------------

TEST(SocketTest, APortOutOfRangeIsAnArgumentError) {
  for (const int port : {-1, 0, 65536}) {
    EXPECT_THROW(Socket("127.0.0.1", port), std::invalid_argument) << port;
    EXPECT_THROW(Socket("127.0.0.1", port, 1s), std::invalid_argument) << port;
    EXPECT_THROW(Socket(InetAddress::getLoopbackAddress(), port), std::invalid_argument) << port;
  }
}

TEST(SocketTest, AnEmptyHostIsUnknown) { EXPECT_THROW(Socket("", 80), UnknownHostException); }

TEST(SocketTest, ReadingIntoNullIsAnArgumentErrorUnlessTheSizeIsZero) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  EXPECT_THROW(in.read(nullptr, 1), std::invalid_argument);
  EXPECT_THROW(in.readNBytes(nullptr, 1), std::invalid_argument);
  EXPECT_THROW(in.readFully(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(in.read(nullptr, 0), 0u);
  EXPECT_EQ(in.readNBytes(nullptr, 0), 0u);
}

TEST(SocketTest, WritingFromNullIsAnArgumentErrorUnlessTheSizeIsZero) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  EXPECT_THROW(out.write(nullptr, 1), std::invalid_argument);
  out.write(nullptr, 0);
  out.write(std::string_view());
}

TEST(SocketTest, AnArgumentErrorLeavesTheConnectionUsable) {
  Pair pair = connectedPair();
  EXPECT_THROW(pair.client.getOutputStream().write(nullptr, 1), std::invalid_argument);
  pair.client.getOutputStream().write("x");
  EXPECT_EQ(receive(pair.server, 1), "x");
}

// ---- reads of size zero ---------------------------------------------------------------------------------------------

TEST(SocketTest, AReadOfSizeZeroReturnsZeroWithoutWaiting) {
  Pair pair = connectedPair();
  char byte = 0;
  EXPECT_EQ(pair.client.getInputStream().read(&byte, 0), 0u);
}

TEST(SocketTest, AReadOfSizeZeroReturnsZeroAtTheEndAndAfterClose) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  char byte = 0;
  pair.server.close();
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(in.read(&byte, 0), 0u);
  pair.client.close();
  EXPECT_EQ(in.read(&byte, 0), 0u);
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST(SocketTest, ClosingTwiceIsHarmless) {
  Pair pair = connectedPair();
  pair.client.close();
  pair.client.close();
  EXPECT_TRUE(pair.client.isClosed());
}

TEST(SocketTest, ClosingAnUnconnectedSocketIsHarmless) {
  Socket socket;
  socket.close();
  socket.close();
  EXPECT_TRUE(socket.isClosed());
  EXPECT_FALSE(socket.isConnected());
}

TEST(SocketTest, AddressesAndStateAreAvailableAfterClose) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "Unix-domain sockets have no IP addresses";
  Pair pair = connectedPair();
  const InetSocketAddress remote = pair.client.getRemoteSocketAddress();
  const InetSocketAddress local = pair.client.getLocalSocketAddress();
  const std::string text = pair.client.toString();
  pair.client.close();
  EXPECT_EQ(pair.client.getRemoteSocketAddress(), remote);
  EXPECT_EQ(pair.client.getLocalSocketAddress(), local);
  EXPECT_EQ(pair.client.getInetAddress(), remote.getAddress());
  EXPECT_EQ(pair.client.getPort(), remote.getPort());
  EXPECT_EQ(pair.client.getLocalPort(), local.getPort());
  EXPECT_EQ(pair.client.toString(), text);
  EXPECT_TRUE(pair.client.isConnected());
  EXPECT_TRUE(pair.client.isBound());
  EXPECT_EQ(pair.client.nativeHandle(), -1);
}

TEST(SocketTest, AnAcceptedSocketsLocalAddressIsAvailableAfterCloseWithoutAnEarlierQuery) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "Unix-domain sockets have no IP addresses";
  Pair pair = connectedPair();
  pair.server.close();
  EXPECT_EQ(pair.server.getLocalSocketAddress(), pair.client.getRemoteSocketAddress());
}

TEST(SocketTest, AClosedSocketReturnsNoStreams) {
  Pair pair = connectedPair();
  pair.client.close();
  expectClosed([&] { pair.client.getInputStream(); });
  expectClosed([&] { pair.client.getOutputStream(); });
}

TEST(SocketTest, AClosedSocketCannotBeShutDown) {
  Pair pair = connectedPair();
  pair.client.close();
  expectClosed([&] { pair.client.shutdownInput(); });
  expectClosed([&] { pair.client.shutdownOutput(); });
}

TEST(SocketTest, ReadingAfterCloseThrowsSocketClosed) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  pair.server.getOutputStream().write("queued");
  pair.client.close();
  std::array<char, 8> buffer;
  expectClosed([&] { in.read(); });
  expectClosed([&] { in.read(buffer.data(), buffer.size()); });
  expectClosed([&] { in.available(); });
  expectClosed([&] { in.skip(1); });
  expectClosed([&] { in.readAllBytes(); });
}

TEST(SocketTest, WritingAfterCloseThrowsSocketClosed) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  pair.client.close();
  expectClosed([&] { out.write(1); });
  expectClosed([&] { out.write("text"); });
}

TEST(SocketTest, FlushingAndClosingTheStreamsOfAClosedSocketIsHarmless) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  SocketOutputStream out = pair.client.getOutputStream();
  pair.client.close();
  out.flush();
  in.close();
  out.close();
}

TEST(SocketTest, ClosingTheInputStreamClosesTheSocket) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  pair.client.getInputStream().close();
  EXPECT_TRUE(pair.client.isClosed());
  expectClosed([&] { out.write(1); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST(SocketTest, ClosingTheOutputStreamClosesTheSocket) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  pair.client.getOutputStream().close();
  EXPECT_TRUE(pair.client.isClosed());
  expectClosed([&] { in.read(); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST(SocketTest, TheDestructorClosesTheConnectionEvenIfStreamsExist) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  SocketOutputStream out = pair.client.getOutputStream();
  { const Socket dying = std::move(pair.client); }
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
  expectClosed([&] { in.read(); });
  expectClosed([&] { out.write(1); });
}

TEST(SocketTest, AStreamOfAClosedSocketNeverTouchesTheNextOwnerOfTheDescriptor) {
  Pair pair = connectedPair();
  SocketOutputStream stale = pair.client.getOutputStream();
  const std::intptr_t descriptor = pair.client.nativeHandle();
  pair.client.close();
  Pair next = connectedPair();
  if (next.client.nativeHandle() != descriptor) GTEST_SKIP() << "the kernel did not reuse the descriptor";
  expectClosed([&] { stale.write("not yours"); });
  next.client.getOutputStream().write("mine");
  EXPECT_EQ(receive(next.server, 4), "mine");
}

TEST(SocketTest, CloseEndsAWaitingRead) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  BlockedThread reader([&] { in.read(); });
  reader.waitUntilAsleep();
  pair.client.close();
  expectClosed([&] { reader.join(); });
}

TEST(SocketTest, CloseEndsAWaitingReadThatHasATimeout) {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(1h);
  SocketInputStream in = pair.client.getInputStream();
  BlockedThread reader([&] { in.read(); });
  reader.waitUntilAsleep();
  pair.client.close();
  expectClosed([&] { reader.join(); });
}

TEST(SocketTest, CloseEndsAWaitingWrite) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  BlockedThread writer([&] { out.write(std::string(kMoreThanBuffersHold, 'x')); });
  writer.waitUntilAsleep();
  pair.client.close();
  expectClosed([&] { writer.join(); });
}

TEST(SocketTest, CloseEndsAReadThatWaitsForAnotherRead) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  BlockedThread first([&] { in.read(); });
  first.waitUntilAsleep();
  BlockedThread second([&] { in.read(); });
  second.waitUntilAsleep();
  pair.client.close();
  expectClosed([&] { first.join(); });
  expectClosed([&] { second.join(); });
}

TEST(SocketTest, DataWrittenBeforeCloseArrives) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("last words");
  pair.client.close();
  EXPECT_EQ(pair.server.getInputStream().readAllBytes(), "last words");
}

TEST(SocketTest, CloseWithUnreadInputEndsThePeersStreamCleanly) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write(std::string(10000, 'x'));
  ASSERT_TRUE(pair.server.getInputStream().awaitInput(10s));
  pair.server.getOutputStream().write("good bye");
  pair.server.close();
  EXPECT_EQ(pair.client.getInputStream().readAllBytes(), "good bye");
}

TEST(SocketTest, CloseAfterShutdownInputWithUnreadInputEndsThePeersStreamCleanly) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("unread");
  ASSERT_TRUE(pair.server.getInputStream().awaitInput(10s));
  pair.server.shutdownInput();
  pair.server.close();
  EXPECT_EQ(pair.client.getInputStream().read(), -1);
}

TEST(SocketTest, CloseWithLingerZeroResetsTheConnection) {
  Pair pair = connectedPair();
  resetByServer(pair);
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
}

TEST(SocketTest, CloseWithLingerZeroResetsTheConnectionDespiteUnreadInput) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("unread");
  ASSERT_TRUE(pair.server.getInputStream().awaitInput(10s));
  resetByServer(pair);
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
}

TEST(SocketTest, LingerZeroSetBeforeConnectResetsTheConnectionDespiteUnreadInput) {
  ServerSocket server = loopbackServer();
  Socket client;
  client.setSoLinger(true, 0);
  client.connect(server.getLocalSocketAddress());
  Socket accepted = server.accept();
  accepted.getOutputStream().write("unread");
  ASSERT_TRUE(client.getInputStream().awaitInput(10s));
  client.close();
  EXPECT_TRUE(readsReset(accepted.getInputStream()));
}

TEST(SocketTest, CloseAfterLingerZeroIsTurnedOffEndsThePeersStreamCleanly) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("unread");
  ASSERT_TRUE(pair.server.getInputStream().awaitInput(10s));
  pair.server.setSoLinger(true, 0);
  pair.server.setSoLinger(false, 0);
  pair.server.close();
  EXPECT_EQ(pair.client.getInputStream().read(), -1);
}

// ---- the end of the stream ------------------------------------------------------------------------------------------

TEST(SocketTest, EveryReadAtTheEndReportsTheEnd) {
  Pair pair = connectedPair();
  pair.server.close();
  SocketInputStream in = pair.client.getInputStream();
  char byte = 0;
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(in.read(&byte, 1), 0u);
  EXPECT_EQ(in.available(), 0u);
}

TEST(SocketTest, AWriteToAVanishedPeerThrowsAndRaisesNoSignal) {
  Pair pair = connectedPair();
  pair.server.close();
  const SocketException failure = failureOfWrites(pair.client.getOutputStream());
  EXPECT_TRUE(failure.code() == std::errc::broken_pipe || isReset(failure.code())) << failure.what();
  EXPECT_THROW(pair.client.getOutputStream().write(1), SocketException);
}

TEST(SocketTest, ACleanEndStaysCleanAfterAFailedWrite) {
  Pair pair = connectedPair();
  pair.server.close();
  EXPECT_EQ(pair.client.getInputStream().read(), -1);
  failureOfWrites(pair.client.getOutputStream());
  EXPECT_EQ(pair.client.getInputStream().read(), -1);
}

// ---- resets ---------------------------------------------------------------------------------------------------------

TEST(SocketTest, EveryReadReportsAReset) {
  Pair pair = connectedPair();
  resetByServer(pair);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  }
}

TEST(SocketTest, BytesThatArrivedBeforeAResetAreReadFirst) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows drops what arrived before a reset";
  Pair pair = connectedPair();
  pair.server.getOutputStream().write("abc");
  ASSERT_TRUE(pair.client.getInputStream().awaitInput(10s));
  resetByServer(pair);
  EXPECT_EQ(receive(pair.client, 3), "abc");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  }
}

TEST(SocketTest, EveryReadReportsAResetThatAWriteHasReported) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "writes to a Unix-domain socket report a broken pipe";
  Pair pair = connectedPair();
  resetByServer(pair);
  ASSERT_TRUE(pair.client.getInputStream().awaitInput(10s));
  EXPECT_TRUE(isReset(failureOfWrites(pair.client.getOutputStream()).code()));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  }
}

TEST(SocketTest, BytesAreReadFirstEvenIfAWriteHasReportedTheReset) {
  if (runsOnWindows()) GTEST_SKIP() << "Windows drops what arrived before a reset";
  Pair pair = connectedPair();
  pair.server.getOutputStream().write("abc");
  ASSERT_TRUE(pair.client.getInputStream().awaitInput(10s));
  resetByServer(pair);
  failureOfWrites(pair.client.getOutputStream());
  EXPECT_EQ(receive(pair.client, 3), "abc");
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
}

TEST(SocketTest, EveryWriteAfterAResetThrows) {
  Pair pair = connectedPair();
  resetByServer(pair);
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  for (int i = 0; i < 3; ++i) EXPECT_THROW(pair.client.getOutputStream().write(1), SocketException);
}

TEST(SocketTest, AResetEndsAWaitingReadAndNamesThePeer) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine reports the reset as the end of the stream";
  Pair pair = connectedPair();
  BlockedThread reader([&] { pair.client.getInputStream().read(); });
  reader.waitUntilAsleep();
  resetByServer(pair);
  const auto failure = thrownBy<SocketException>([&] { reader.join(); });
  EXPECT_TRUE(isReset(failure.code())) << failure.what();
  EXPECT_NE(std::string(failure.what()).find(peerName(pair.client)), std::string::npos);
}

TEST(SocketTest, AResetEndsAWaitingWrite) {
  Pair pair = connectedPair();
  BlockedThread writer([&] { pair.client.getOutputStream().write(std::string(kMoreThanBuffersHold, 'x')); });
  writer.waitUntilAsleep();
  closeWithReset(pair.server);
  EXPECT_THROW(writer.join(), SocketException);
  EXPECT_THROW(pair.client.getInputStream().read(), SocketException);
}

// ---- shutdown -------------------------------------------------------------------------------------------------------

TEST(SocketTest, ShutdownOutputSendsTheWrittenDataAndThenTheEnd) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("question");
  pair.client.shutdownOutput();
  EXPECT_EQ(pair.server.getInputStream().readAllBytes(), "question");
}

TEST(SocketTest, AfterShutdownOutputTheOtherDirectionWorks) {
  Pair pair = connectedPair();
  pair.client.shutdownOutput();
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
  pair.server.getOutputStream().write("answer");
  EXPECT_EQ(receive(pair.client, 6), "answer");
}

TEST(SocketTest, EveryWriteAfterShutdownOutputThrowsBrokenPipe) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  pair.client.shutdownOutput();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(thrownBy<SocketException>([&] { out.write(1); }).code(), std::errc::broken_pipe);
  }
  out.flush();
}

TEST(SocketTest, AfterShutdownOutputGetOutputStreamThrows) {
  Pair pair = connectedPair();
  pair.client.shutdownOutput();
  EXPECT_TRUE(pair.client.isOutputShutdown());
  EXPECT_FALSE(pair.client.isInputShutdown());
  EXPECT_THROW(pair.client.getOutputStream(), SocketException);
  EXPECT_NO_THROW(pair.client.getInputStream());
}

TEST(SocketTest, ShutdownOutputTwiceThrows) {
  Pair pair = connectedPair();
  pair.client.shutdownOutput();
  EXPECT_THROW(pair.client.shutdownOutput(), SocketException);
}

TEST(SocketTest, ShutdownOutputEndsAWaitingWrite) {
  if (pairsSpeakTls()) GTEST_SKIP() << "a record that was sent in part is no clean end";
  Pair pair = connectedPair();
  BlockedThread writer([&] { pair.client.getOutputStream().write(std::string(kMoreThanBuffersHold, 'x')); });
  writer.waitUntilAsleep();
  pair.client.shutdownOutput();
  EXPECT_EQ(thrownBy<SocketException>([&] { writer.join(); }).code(), std::errc::broken_pipe);
  const std::string got = pair.server.getInputStream().readAllBytes();
  EXPECT_GT(got.size(), 0u);
  EXPECT_LT(got.size(), kMoreThanBuffersHold);
}

TEST(SocketTest, ReadingAfterShutdownInputReportsTheEnd) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  pair.client.shutdownInput();
  char byte = 0;
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(in.read(&byte, 1), 0u);
  EXPECT_EQ(in.available(), 0u);
}

TEST(SocketTest, AfterShutdownInputGetInputStreamThrows) {
  Pair pair = connectedPair();
  pair.client.shutdownInput();
  EXPECT_TRUE(pair.client.isInputShutdown());
  EXPECT_FALSE(pair.client.isOutputShutdown());
  EXPECT_THROW(pair.client.getInputStream(), SocketException);
  EXPECT_NO_THROW(pair.client.getOutputStream());
}

TEST(SocketTest, ShutdownInputTwiceThrows) {
  Pair pair = connectedPair();
  pair.client.shutdownInput();
  EXPECT_THROW(pair.client.shutdownInput(), SocketException);
}

TEST(SocketTest, ShutdownInputHidesQueuedBytes) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  pair.server.getOutputStream().write("abc");
  ASSERT_TRUE(in.awaitInput(10s));
  pair.client.shutdownInput();
  EXPECT_EQ(in.available(), 0u);
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(in.readAllBytes(), "");
}

TEST(SocketTest, AfterShutdownInputThePeerCanKeepWriting) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "the peer of a Unix-domain socket notices its shutdownInput()";
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  pair.client.shutdownInput();
  for (int i = 0; i < 3; ++i) {
    pair.server.getOutputStream().write("more");
    EXPECT_EQ(in.read(), -1);
  }
  pair.client.getOutputStream().write("still here");
  EXPECT_EQ(receive(pair.server, 10), "still here");
}

TEST(SocketTest, ShutdownInputEndsAWaitingReadWithTheEnd) {
  Pair pair = connectedPair();
  SocketInputStream in = pair.client.getInputStream();
  int got = 0;
  BlockedThread reader([&] { got = in.read(); });
  reader.waitUntilAsleep();
  pair.client.shutdownInput();
  reader.join();
  EXPECT_EQ(got, -1);
}

TEST(SocketTest, ShutdownInputEndsAWaitingReadThatHasATimeoutWithTheEnd) {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(1h);
  SocketInputStream in = pair.client.getInputStream();
  int got = 0;
  BlockedThread reader([&] { got = in.read(); });
  reader.waitUntilAsleep();
  pair.client.shutdownInput();
  reader.join();
  EXPECT_EQ(got, -1);
}

TEST(SocketTest, ShutdownInputAfterAResetDoesNotThrow) {
  Pair pair = connectedPair();
  resetByServer(pair);
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  EXPECT_NO_THROW(pair.client.shutdownInput());
}

TEST(SocketTest, ShutdownOutputAfterAResetDoesNotThrow) {
  Pair pair = connectedPair();
  resetByServer(pair);
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
  EXPECT_NO_THROW(pair.client.shutdownOutput());
  EXPECT_TRUE(pair.client.isOutputShutdown());
}

TEST(SocketTest, ShutdownOutputLeavesAResetToTheNextRead) {
  Pair pair = connectedPair();
  resetByServer(pair);
  EXPECT_NO_THROW(pair.client.shutdownOutput());
  EXPECT_TRUE(readsReset(pair.client.getInputStream()));
}

TEST(SocketTest, ShuttingDownBothDirectionsDoesNotClose) {
  Pair pair = connectedPair();
  pair.client.shutdownInput();
  pair.client.shutdownOutput();
  EXPECT_FALSE(pair.client.isClosed());
  EXPECT_TRUE(pair.client.isConnected());
}

// ---- options --------------------------------------------------------------------------------------------------------

void expectDefaultOptions(const Socket& socket) {
  EXPECT_TRUE(socket.getTcpNoDelay());
  EXPECT_FALSE(socket.getKeepAlive());
  EXPECT_EQ(socket.getSoLinger(), -1);
  EXPECT_EQ(socket.getTrafficClass(), 0);
  EXPECT_EQ(socket.getSoTimeout(), 0ms);
  EXPECT_EQ(socket.getWriteTimeout(), 0ms);
  EXPECT_GT(socket.getSendBufferSize(), 0);
  EXPECT_GT(socket.getReceiveBufferSize(), 0);
}

TEST(SocketTest, OptionsHaveTheirDefaults) {
  const Socket unconnected;
  const Pair pair = connectedPair();
  expectDefaultOptions(unconnected);
  expectDefaultOptions(pair.client);
  expectDefaultOptions(pair.server);
  EXPECT_FALSE(unconnected.getReuseAddress());
  EXPECT_FALSE(pair.client.getReuseAddress());
}

TEST(SocketTest, KeepAliveDetailsTurnKeepAliveOn) {
  Socket unconnected;
  Pair pair = connectedPair();
  for (Socket* socket : {&unconnected, &pair.client, &pair.server}) {
    socket->setKeepAlive(60s, 10s, 3);
    EXPECT_TRUE(socket->getKeepAlive());
  }
}

TEST(SocketTest, NonPositiveKeepAliveDetailsAreArgumentErrors) {
  Socket socket;
  for (const int wrong : {0, -1}) {
    EXPECT_THROW(socket.setKeepAlive(std::chrono::seconds(wrong), 10s, 3), std::invalid_argument);
    EXPECT_THROW(socket.setKeepAlive(60s, std::chrono::seconds(wrong), 3), std::invalid_argument);
    EXPECT_THROW(socket.setKeepAlive(60s, 10s, wrong), std::invalid_argument);
  }
  EXPECT_FALSE(socket.getKeepAlive());
}

TEST(SocketTest, KeepAliveDetailsMayBeLargerThanTheSystemAllows) {
  Pair pair = connectedPair();
  pair.client.setKeepAlive(std::chrono::seconds::max(), std::chrono::seconds::max(), 1 << 30);
  EXPECT_TRUE(pair.client.getKeepAlive());
}

void setEveryOption(Socket& socket) {
  socket.setTcpNoDelay(false);
  socket.setKeepAlive(true);
  socket.setSoLinger(true, 7);
  socket.setReuseAddress(true);
  socket.setTrafficClass(0x10);
  socket.setSendBufferSize(50000);
  socket.setReceiveBufferSize(60000);
  socket.setSoTimeout(1234ms);
  socket.setWriteTimeout(4321ms);
}

void expectEveryOptionSet(const Socket& socket) {
  EXPECT_FALSE(socket.getTcpNoDelay());
  EXPECT_TRUE(socket.getKeepAlive());
  EXPECT_EQ(socket.getSoLinger(), 7);
  EXPECT_TRUE(socket.getReuseAddress());
  EXPECT_EQ(socket.getTrafficClass(), 0x10);
  EXPECT_GE(socket.getSendBufferSize(), 50000);
  EXPECT_LE(socket.getSendBufferSize(), 2 * 50000);
  EXPECT_GE(socket.getReceiveBufferSize(), 60000);
  EXPECT_LE(socket.getReceiveBufferSize(), 2 * 60000);
  EXPECT_EQ(socket.getSoTimeout(), 1234ms);
  EXPECT_EQ(socket.getWriteTimeout(), 4321ms);
}

TEST(SocketTest, OptionsSetBeforeConnectApplyBeforeAndAfterIt) {
  ServerSocket server = loopbackServer();
  Socket client;
  setEveryOption(client);
  expectEveryOptionSet(client);
  client.connect(server.getLocalSocketAddress());
  expectEveryOptionSet(client);
}

TEST(SocketTest, OptionsSetBeforeBindApplyAfterConnect) {
  ServerSocket server = loopbackServer();
  Socket client;
  setEveryOption(client);
  client.bind({InetAddress::getLoopbackAddress(), 0});
  client.connect(server.getLocalSocketAddress());
  expectEveryOptionSet(client);
}

TEST(SocketTest, OptionsCanBeSetOnAConnection) {
  Pair pair = connectedPair();
  setEveryOption(pair.client);
  expectEveryOptionSet(pair.client);
  setEveryOption(pair.server);
  expectEveryOptionSet(pair.server);
}

TEST(SocketTest, OptionsCanBeSetOnAConnectionOfADualStackServer) {
  ServerSocket server(0);
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket accepted = server.accept();
  setEveryOption(accepted);
  expectEveryOptionSet(accepted);
}

TEST(SocketTest, OptionsCanBeSetOnAnIPv6Connection) {
  std::optional<ServerSocket> server = ipv6LoopbackServer();
  if (!server) GTEST_SKIP() << "no IPv6 here";
  Socket client;
  client.setTrafficClass(0x20);
  client.connect(server->getLocalSocketAddress());
  EXPECT_EQ(client.getTrafficClass(), 0x20);
  setEveryOption(client);
  expectEveryOptionSet(client);
}

TEST(SocketTest, SettingAnOptionAfterCloseThrows) {
  Pair pair = connectedPair();
  Socket& socket = pair.client;
  socket.close();
  expectClosed([&] { socket.setTcpNoDelay(true); });
  expectClosed([&] { socket.setKeepAlive(true); });
  expectClosed([&] { socket.setKeepAlive(60s, 10s, 3); });
  expectClosed([&] { socket.setSoLinger(true, 1); });
  expectClosed([&] { socket.setReuseAddress(true); });
  expectClosed([&] { socket.setTrafficClass(0); });
  expectClosed([&] { socket.setSendBufferSize(1); });
  expectClosed([&] { socket.setReceiveBufferSize(1); });
  expectClosed([&] { socket.setSoTimeout(1ms); });
  expectClosed([&] { socket.setWriteTimeout(1ms); });
}

TEST(SocketTest, GettingAnOptionAfterCloseThrows) {
  Pair pair = connectedPair();
  Socket& socket = pair.client;
  socket.close();
  expectClosed([&] { socket.getTcpNoDelay(); });
  expectClosed([&] { socket.getKeepAlive(); });
  expectClosed([&] { socket.getSoLinger(); });
  expectClosed([&] { socket.getReuseAddress(); });
  expectClosed([&] { socket.getTrafficClass(); });
  expectClosed([&] { socket.getSendBufferSize(); });
  expectClosed([&] { socket.getReceiveBufferSize(); });
  expectClosed([&] { socket.getSoTimeout(); });
  expectClosed([&] { socket.getWriteTimeout(); });
}

TEST(SocketTest, InvalidOptionValuesAreArgumentErrorsOnAClosedSocket) {
  Socket socket;
  socket.close();
  EXPECT_THROW(socket.setSoLinger(true, -1), std::invalid_argument);
  EXPECT_THROW(socket.setTrafficClass(-1), std::invalid_argument);
  EXPECT_THROW(socket.setTrafficClass(256), std::invalid_argument);
  EXPECT_THROW(socket.setSendBufferSize(0), std::invalid_argument);
  EXPECT_THROW(socket.setReceiveBufferSize(-1), std::invalid_argument);
}

TEST(SocketTest, LingerSecondsAreCappedAtTheLimit) {
  Pair pair = connectedPair();
  pair.client.setSoLinger(true, 5);
  EXPECT_EQ(pair.client.getSoLinger(), 5);
  pair.client.setSoLinger(true, 0);
  EXPECT_EQ(pair.client.getSoLinger(), 0);
  pair.client.setSoLinger(true, 70000);
  EXPECT_EQ(pair.client.getSoLinger(), 65535);
  pair.client.setSoLinger(false, 9);
  EXPECT_EQ(pair.client.getSoLinger(), -1);
}

TEST(SocketTest, NegativeLingerSecondsAreIgnoredWhenOff) {
  Socket socket;
  socket.setSoLinger(false, -1);
  EXPECT_EQ(socket.getSoLinger(), -1);
}

// ---- moving ---------------------------------------------------------------------------------------------------------

TEST(SocketTest, AMovedConnectionWorks) {
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  Socket moved = std::move(pair.client);
  out.write("ab");
  EXPECT_EQ(receive(pair.server, 2), "ab");
  EXPECT_TRUE(moved.isConnected());
}

TEST(SocketTest, AMovedFromSocketBehavesAsIfClosed) {
  Pair pair = connectedPair();
  const Socket moved = std::move(pair.client);
  Socket& from = pair.client;
  EXPECT_TRUE(from.isClosed());
  EXPECT_FALSE(from.isConnected());
  expectClosed([&] { from.getInputStream(); });
  expectClosed([&] { from.getTcpNoDelay(); });
  expectClosed([&] { from.shutdownOutput(); });
  expectClosed([&] { from.connect({InetAddress::getLoopbackAddress(), 1}); });
  EXPECT_EQ(from.getPort(), 0);
  EXPECT_EQ(from.getLocalPort(), -1);
  EXPECT_EQ(from.getInetAddress(), InetAddress());
  EXPECT_EQ(from.nativeHandle(), -1);
  EXPECT_EQ(from.toString(), "Socket[unconnected]");
  from.close();
  EXPECT_FALSE(moved.isClosed());
}

TEST(SocketTest, MoveAssignmentClosesTheOldConnection) {
  Pair old = connectedPair();
  Pair pair = connectedPair();
  old.client = std::move(pair.client);
  EXPECT_EQ(old.server.getInputStream().read(), -1);
  pair.server.getOutputStream().write("x");
  EXPECT_EQ(receive(old.client, 1), "x");
}

TEST(SocketTest, SelfMoveAssignmentChangesNothing) {
  Pair pair = connectedPair();
  Socket& same = pair.client;
  pair.client = std::move(same);
  EXPECT_FALSE(pair.client.isClosed());
}

TEST(SocketTest, AMovedFromSocketCanBeAssignedAgain) {
  Pair pair = connectedPair();
  Socket moved = std::move(pair.client);
  pair.client = std::move(moved);
  EXPECT_TRUE(pair.client.isConnected());
  EXPECT_FALSE(pair.client.isClosed());
}

// ---- text and descriptors -------------------------------------------------------------------------------------------

TEST(SocketTest, ToStringNamesBothAddresses) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "Unix-domain sockets have no IP addresses";
  const Pair pair = connectedPair();
  const std::string client = std::to_string(pair.client.getLocalPort());
  const std::string server = std::to_string(pair.server.getLocalPort());
  EXPECT_EQ(pair.client.toString(), "Socket[addr=localhost/127.0.0.1,port=" + server + ",localport=" + client + "]");
  EXPECT_EQ(pair.server.toString(), "Socket[addr=/127.0.0.1,port=" + client + ",localport=" + server + "]");
}

TEST(SocketTest, ToStringReportsAnUnconnectedSocket) { EXPECT_EQ(Socket().toString(), "Socket[unconnected]"); }

TEST(SocketTest, ASocketHasOneDescriptorAndClosingFreesIt) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  connectedPair();  // its waits open this thread's waker, so that `before` includes it
  const std::set<std::intptr_t> before = openDescriptors();
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("x");
  receive(pair.server, 1);
  std::set<std::intptr_t> expected = before;
  expected.insert({pair.client.nativeHandle(), pair.server.nativeHandle()});
  EXPECT_EQ(openDescriptors(), expected);
  pair.client.close();
  pair.server.close();
  EXPECT_EQ(openDescriptors(), before);
}

TEST(SocketTest, AnUnconnectedSocketHasNoDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  const std::set<std::intptr_t> before = openDescriptors();
  Socket socket;
  socket.setKeepAlive(true);
  EXPECT_TRUE(socket.getTcpNoDelay());
  EXPECT_EQ(openDescriptors(), before);
}

TEST(SocketTest, DescriptorsAreNotInherited) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "this system does not list descriptors";
  const std::set<std::intptr_t> before = openDescriptors();
  const ServerSocket server = loopbackServer();
  Pair pair = connectedPair();
  pair.client.setSoTimeout(1ms);
  BlockedThread timed([&] {  // a new thread, so that its waker is checked too
    EXPECT_THROW(pair.client.getInputStream().read(), SocketTimeoutException);
    for (const std::intptr_t descriptor : openDescriptors()) {
      EXPECT_TRUE(before.count(descriptor) == 1 || !isInherited(descriptor)) << descriptor;
    }
  });
  timed.join();
}

}  // namespace
