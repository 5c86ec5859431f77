// SPDX-License-Identifier: MIT
//
// InetSocketAddress: construction, text and order.
#include <netlite/exceptions.hpp>
#include <netlite/inet_socket_address.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <unordered_set>

namespace {

using netlite::InetAddress;
using netlite::InetSocketAddress;

InetAddress address(const char* literal) { return InetAddress::getByName(literal); }

TEST(InetSocketAddressTest, IsTheWildcardWithPortZeroByDefault) {
  EXPECT_EQ(InetSocketAddress().getAddress(), InetAddress());
  EXPECT_EQ(InetSocketAddress().getPort(), 0);
}

TEST(InetSocketAddressTest, APortAloneUsesTheWildcard) {
  EXPECT_TRUE(InetSocketAddress(80).getAddress().isAnyLocalAddress());
  EXPECT_EQ(InetSocketAddress(80).getPort(), 80);
}

TEST(InetSocketAddressTest, KeepsTheLowestAndTheHighestPort) {
  EXPECT_EQ(InetSocketAddress(0).getPort(), 0);
  EXPECT_EQ(InetSocketAddress(65535).getPort(), 65535);
}

TEST(InetSocketAddressTest, RefusesAPortOutOfRange) {
  EXPECT_THROW(InetSocketAddress(-1), std::invalid_argument);
  EXPECT_THROW(InetSocketAddress(65536), std::invalid_argument);
  EXPECT_THROW(InetSocketAddress("127.0.0.1", -1), std::invalid_argument);
  EXPECT_THROW(InetSocketAddress(InetAddress(), 65536), std::invalid_argument);
}

TEST(InetSocketAddressTest, ChecksThePortBeforeTheHost) {
  EXPECT_THROW(InetSocketAddress("127.1", 65536), std::invalid_argument);
}

TEST(InetSocketAddressTest, ResolvesTheHostOnConstruction) {
  EXPECT_EQ(InetSocketAddress("192.0.2.1", 80).getAddress(), address("192.0.2.1"));
  EXPECT_TRUE(InetSocketAddress("localhost", 80).getAddress().isLoopbackAddress());
}

TEST(InetSocketAddressTest, RefusesAnInvalidHost) {
  EXPECT_THROW(InetSocketAddress("127.1", 80), netlite::UnknownHostException);
}

TEST(InetSocketAddressTest, TextOfALiteralHasNoName) {
  EXPECT_EQ(InetSocketAddress("127.0.0.1", 80).toString(), "/127.0.0.1:80");
}

TEST(InetSocketAddressTest, TextOfANameHasNameAndAddress) {
  EXPECT_EQ(InetSocketAddress(InetAddress::getLoopbackAddress(), 80).toString(), "localhost/127.0.0.1:80");
}

TEST(InetSocketAddressTest, TextOfIPv6HasBrackets) {
  EXPECT_EQ(InetSocketAddress("::1", 80).toString(), "/[::1]:80");
  EXPECT_EQ(InetSocketAddress("fe80::1%2", 80).toString(), "/[fe80::1%2]:80");
}

TEST(InetSocketAddressTest, TextOfNamedIPv6HasNameAndBrackets) {
  const auto bytes = address("2001:db8::1").getAddress();
  const InetAddress named = InetAddress::getByAddress("example", bytes.data(), bytes.size());
  EXPECT_EQ(InetSocketAddress(named, 80).toString(), "example/[2001:db8::1]:80");
}

TEST(InetSocketAddressTest, TextOfTheWildcardIsAsInJava) {
  EXPECT_EQ(InetSocketAddress(0).toString(), "0.0.0.0/0.0.0.0:0");
}

TEST(InetSocketAddressTest, StreamsItsText) {
  std::ostringstream out;
  out << InetSocketAddress("::1", 80);
  EXPECT_EQ(out.str(), "/[::1]:80");
}

TEST(InetSocketAddressTest, HostStringIsTheNameOrTheText) {
  EXPECT_EQ(InetSocketAddress(InetAddress::getLoopbackAddress(), 80).getHostString(), "localhost");
  EXPECT_EQ(InetSocketAddress("::1", 80).getHostString(), "::1");
}

TEST(InetSocketAddressTest, HostNameIsTheNameItWasConstructedWith) {
  EXPECT_EQ(InetSocketAddress(InetAddress::getLoopbackAddress(), 80).getHostName(), "localhost");
}

TEST(InetSocketAddressTest, EqualityComparesAddressAndPort) {
  const InetSocketAddress one("127.0.0.1", 80);
  EXPECT_EQ(one, InetSocketAddress(InetAddress::getLoopbackAddress(), 80));
  EXPECT_NE(one, InetSocketAddress("127.0.0.1", 81));
  EXPECT_NE(one, InetSocketAddress("127.0.0.2", 80));
}

TEST(InetSocketAddressTest, OrderIsByAddressThenByPort) {
  EXPECT_LT(InetSocketAddress("127.0.0.1", 90), InetSocketAddress("127.0.0.2", 80));
  EXPECT_LT(InetSocketAddress("127.0.0.1", 80), InetSocketAddress("127.0.0.1", 90));
  EXPECT_FALSE(InetSocketAddress("127.0.0.1", 80) < InetSocketAddress("127.0.0.1", 80));
}

TEST(InetSocketAddressTest, HashAgreesWithEquality) {
  const std::hash<InetSocketAddress> hash;
  EXPECT_EQ(hash(InetSocketAddress("127.0.0.1", 80)), hash(InetSocketAddress(InetAddress::getLoopbackAddress(), 80)));
}

TEST(InetSocketAddressTest, CanBeAKeyOfContainers) {
  const std::unordered_set<InetSocketAddress> hashed = {InetSocketAddress(1), InetSocketAddress(2),
                                                        InetSocketAddress(1)};
  const std::set<InetSocketAddress> sorted(hashed.begin(), hashed.end());
  EXPECT_EQ(hashed.size(), 2U);
  EXPECT_EQ(sorted.size(), 2U);
}

}  // namespace
