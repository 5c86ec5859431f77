// SPDX-License-Identifier: MIT
//
// Conversions of native addresses and interfaces that no public function shows.
#include "platform/platform.hpp"

#include "address/conversion.hpp"
#include "platform/native_address.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

using namespace netlite;
using platform::Family;

InetSocketAddress roundTrip(const InetSocketAddress& address, Family family) {
  sockaddr_storage native{};
  platform::toNative(toPlatform(address), family, native);
  return inetSocketAddress(platform::fromNative(native));
}

sockaddr_in6 asIPv6(const InetSocketAddress& address, Family family) {
  sockaddr_storage native{};
  sockaddr_in6 result{};
  EXPECT_EQ(platform::toNative(toPlatform(address), family, native),
            static_cast<platform::AddressLength>(sizeof result));
  std::memcpy(&result, &native, sizeof result);
  return result;
}

std::string ipv6Bytes(const sockaddr_in6& native) {
  return {reinterpret_cast<const char*>(&native.sin6_addr), sizeof native.sin6_addr};
}

TEST(NativeAddressTest, IPv4KeepsAddressAndPort) {
  const InetSocketAddress address("192.0.2.1", 4711);
  EXPECT_EQ(roundTrip(address, Family::ipv4), address);
}

TEST(NativeAddressTest, IPv6KeepsAddressPortAndScope) {
  const InetSocketAddress address("fe80::1%7", 4711);
  EXPECT_EQ(roundTrip(address, Family::ipv6), address);
  EXPECT_EQ(roundTrip(address, Family::dualStack), address);
}

TEST(NativeAddressTest, AnIPv4SocketGetsAnIPv4Address) {
  sockaddr_storage native{};
  const platform::AddressLength size =
      platform::toNative(toPlatform(InetSocketAddress("192.0.2.1", 1)), Family::ipv4, native);
  EXPECT_EQ(size, static_cast<platform::AddressLength>(sizeof(sockaddr_in)));
  EXPECT_EQ(native.ss_family, AF_INET);
}

TEST(NativeAddressTest, AnIPv6SocketGetsAMappedIPv4Address) {
  const sockaddr_in6 native = asIPv6(InetSocketAddress("192.0.2.1", 1), Family::dualStack);
  EXPECT_EQ(ipv6Bytes(native), std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16));
}

TEST(NativeAddressTest, AMappedAddressComesBackAsIPv4) {
  const InetSocketAddress address("192.0.2.1", 4711);
  EXPECT_EQ(roundTrip(address, Family::dualStack), address);
}

TEST(NativeAddressTest, TheIPv4WildcardIsTheIPv6OneOnAnIPv6Socket) {
  EXPECT_EQ(ipv6Bytes(asIPv6(InetSocketAddress(1), Family::dualStack)), std::string(16, '\0'));
  EXPECT_EQ(roundTrip(InetSocketAddress(1), Family::ipv6), InetSocketAddress("::", 1));
}

TEST(NativeAddressTest, AnIPv6AddressStaysIPv6ForAnIPv4Socket) {
  EXPECT_EQ(asIPv6(InetSocketAddress("::1", 1), Family::ipv4).sin6_family, AF_INET6);
}

TEST(NativeAddressTest, NoAddressIsTheWildcard) {
  EXPECT_EQ(inetSocketAddress(platform::fromNative(sockaddr_storage{})), InetSocketAddress());
}

TEST(InterfaceIndexTest, IsZeroForAnUnknownInterface) {
  EXPECT_EQ(platform::interfaceIndex("no-such-if"), 0U);
  EXPECT_EQ(platform::interfaceIndex("a-name-that-is-longer-than-any-interface"), 0U);
}

}  // namespace
