// SPDX-License-Identifier: MIT
//
// DatagramPacket without a socket: its contents and how they change.
#include <netlite/datagram_packet.hpp>

#include <netlite/exceptions.hpp>

#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using namespace netlite;
using test::thrownBy;

const InetSocketAddress kAddress("192.0.2.1", 4711);

TEST(DatagramPacketTest, APacketToReceiveIsEmptyAndHasCapacity) {
  const DatagramPacket packet(1500);
  EXPECT_EQ(packet.getData(), "");
  EXPECT_EQ(packet.getLength(), 0u);
  EXPECT_EQ(packet.getCapacity(), 1500u);
  EXPECT_FALSE(packet.isTruncated());
}

TEST(DatagramPacketTest, APacketToReceiveHasNoAddress) {
  const DatagramPacket packet(1500);
  EXPECT_EQ(packet.getAddress(), InetAddress());
  EXPECT_EQ(packet.getPort(), 0);
  const SocketException error = thrownBy<SocketException>([&] { packet.getSocketAddress(); });
  EXPECT_EQ(error.code(), std::errc::destination_address_required);
}

TEST(DatagramPacketTest, ACapacityOfZeroIsAllowed) { EXPECT_EQ(DatagramPacket(0).getCapacity(), 0u); }

TEST(DatagramPacketTest, ANegativeCapacityIsAnArgumentError) {
  EXPECT_THROW(DatagramPacket(static_cast<std::size_t>(-1)), std::invalid_argument);
}

TEST(DatagramPacketTest, APacketToSendHoldsDataAndAddress) {
  const DatagramPacket packet("hello", kAddress);
  EXPECT_EQ(packet.getData(), "hello");
  EXPECT_EQ(packet.getLength(), 5u);
  EXPECT_EQ(packet.getCapacity(), 5u);
  EXPECT_EQ(packet.getSocketAddress(), kAddress);
  EXPECT_EQ(packet.getAddress(), kAddress.getAddress());
  EXPECT_EQ(packet.getPort(), 4711);
}

TEST(DatagramPacketTest, APacketThatWasNotReceivedHasNoLocalAddress) {
  EXPECT_EQ(DatagramPacket(1500).getLocalAddress(), InetAddress());
  EXPECT_EQ(DatagramPacket("hello", kAddress).getLocalAddress(), InetAddress());
}

TEST(DatagramPacketTest, AReplyGoesToThePacketsAddress) {
  const DatagramPacket answer = DatagramPacket("hello", kAddress).reply("good day");
  EXPECT_EQ(answer.getData(), "good day");
  EXPECT_EQ(answer.getSocketAddress(), kAddress);
  EXPECT_EQ(answer.getLocalAddress(), InetAddress());
}

TEST(DatagramPacketTest, AReplyCanCarryThePacketsOwnData) {
  DatagramPacket packet("hello", kAddress);
  packet = packet.reply(packet.getData().substr(1));
  EXPECT_EQ(packet.getData(), "ello");
}

TEST(DatagramPacketTest, AReplyToAPacketWithoutAnAddressIsAnError) {
  const SocketException error = thrownBy<SocketException>([] { DatagramPacket(1500).reply("hello"); });
  EXPECT_EQ(error.code(), std::errc::destination_address_required);
  EXPECT_EQ(std::string(error.what()).find("reply to packet: "), 0U) << error.what();
}

TEST(DatagramPacketTest, APacketOwnsItsData) {
  std::string text = "hello";
  const DatagramPacket packet(text, kAddress);
  text = "HELLO";
  EXPECT_EQ(packet.getData(), "hello");
}

TEST(DatagramPacketTest, DataCanContainNulBytes) {
  const std::string text("a\0b\0", 4);
  EXPECT_EQ(DatagramPacket(text, kAddress).getData(), text);
}

TEST(DatagramPacketTest, SetDataReplacesTheDataAndKeepsTheAddress) {
  DatagramPacket packet("hello", kAddress);
  packet.setData("good morning");
  EXPECT_EQ(packet.getData(), "good morning");
  EXPECT_EQ(packet.getSocketAddress(), kAddress);
}

TEST(DatagramPacketTest, SetDataGrowsTheCapacity) {
  DatagramPacket packet(2);
  packet.setData("hello");
  EXPECT_EQ(packet.getCapacity(), 5u);
}

TEST(DatagramPacketTest, SetDataNeverShrinksTheCapacity) {
  DatagramPacket packet(100);
  packet.setData("hello");
  packet.setData("");
  EXPECT_EQ(packet.getData(), "");
  EXPECT_EQ(packet.getCapacity(), 100u);
}

TEST(DatagramPacketTest, SetDataAcceptsAPartOfThePacketsOwnData) {
  DatagramPacket packet("0123456789", kAddress);
  packet.setData(packet.getData().substr(2, 7));
  EXPECT_EQ(packet.getData(), "2345678");
}

TEST(DatagramPacketTest, SetDataAcceptsAnEmptyView) {
  DatagramPacket packet("hello", kAddress);
  packet.setData(std::string_view());
  EXPECT_EQ(packet.getLength(), 0u);
}

TEST(DatagramPacketTest, SetSocketAddressReplacesTheAddress) {
  DatagramPacket packet(5);
  packet.setSocketAddress(kAddress);
  EXPECT_EQ(packet.getSocketAddress(), kAddress);
}

TEST(DatagramPacketTest, ACopyIsIndependent) {
  DatagramPacket packet("hello", kAddress);
  const DatagramPacket copy = packet;
  packet.setData("other");
  packet.setSocketAddress(InetSocketAddress(1));
  EXPECT_EQ(copy.getData(), "hello");
  EXPECT_EQ(copy.getSocketAddress(), kAddress);
}

TEST(DatagramPacketTest, AMovedFromPacketIsConsistentAndCanBeFilledAgain) {
  DatagramPacket packet(std::string(100, 'x'), kAddress);
  const DatagramPacket moved = std::move(packet);
  EXPECT_EQ(moved.getLength(), 100u);
  EXPECT_EQ(packet.getLength(), packet.getData().size());  // NOLINT(bugprone-use-after-move): deliberate
  packet.setData("again");
  EXPECT_EQ(packet.getData(), "again");
}

}  // namespace
