// SPDX-License-Identifier: MIT
//
// InetAddress: literals, names, kinds of addresses, text and order. address_text_test checks which texts are literals.
#include <netlite/exceptions.hpp>
#include <netlite/inet_address.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

using netlite::InetAddress;
using netlite::UnknownHostException;
using namespace std::string_literals;

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kTen[] = {10, 0, 0, 1};
constexpr std::uint8_t kMapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4};
constexpr std::uint8_t kLinkLocal[] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

InetAddress address(const std::string& literal) { return InetAddress::getByName(literal); }

UnknownHostException refusalOf(const std::string& host) {
  try {
    InetAddress::getByName(host);
  } catch (const UnknownHostException& exception) {
    return exception;
  }
  throw std::logic_error("not refused: " + host);
}

// ---- literals

TEST(InetAddressTest, ReadsAnIPv4Literal) {
  EXPECT_TRUE(address("192.0.2.1").isIPv4());
  EXPECT_FALSE(address("192.0.2.1").isIPv6());
  EXPECT_EQ(address("192.0.2.1").getAddress(), (Bytes{192, 0, 2, 1}));
  EXPECT_EQ(address("192.0.2.1").getHostAddress(), "192.0.2.1");
}

TEST(InetAddressTest, ReadsAnIPv6Literal) {
  EXPECT_TRUE(address("::1").isIPv6());
  EXPECT_EQ(address("::1").getAddress(), (Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(address("2001:DB8::00ff:1").getHostAddress(), "2001:db8::ff:1");
}

TEST(InetAddressTest, ReadsIPv6InBrackets) { EXPECT_EQ(address("[::1]"), address("::1")); }

TEST(InetAddressTest, ReadsAScopeNumber) {
  EXPECT_EQ(address("fe80::1%7").getScopeId(), 7U);
  EXPECT_EQ(address("[fe80::1%4294967295]").getScopeId(), 4294967295U);
  EXPECT_EQ(address("fe80::1").getScopeId(), 0U);
}

TEST(InetAddressTest, ShowsTheScopeAsANumber) { EXPECT_EQ(address("fe80::1%7").getHostAddress(), "fe80::1%7"); }

TEST(InetAddressTest, ScopeZeroMeansNoScope) {
  EXPECT_EQ(address("fe80::1%0").getScopeId(), 0U);
  EXPECT_EQ(address("fe80::1%0"), address("fe80::1"));
}

TEST(InetAddressTest, RefusesAScopeThatIsNotAnInterface) {
  for (const char* scope :
       {"00", "007", "4294967296", "no-such-interface", "a-name-that-is-longer-than-any-interface"}) {
    EXPECT_THROW(address("fe80::1%"s + scope), UnknownHostException) << scope;
  }
}

TEST(InetAddressTest, RefusesAScopeForIPv4) {
  EXPECT_THROW(address("127.0.0.1%1"), UnknownHostException);
  EXPECT_THROW(address("::ffff:127.0.0.1%1"), UnknownHostException);
}

TEST(InetAddressTest, IPv4MappedLiteralIsIPv4) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("[::FFFF:c000:201]").getHostAddress(), "192.0.2.1");
}

TEST(InetAddressTest, IPv4CompatibleLiteralStaysIPv6) { EXPECT_TRUE(address("::192.0.2.1").isIPv6()); }

TEST(InetAddressTest, ALiteralYieldsOneAddressWithoutAName) {
  const std::vector<InetAddress> all = InetAddress::getAllByName("192.0.2.1");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().toString(), "/192.0.2.1");
}

// ---- refused hosts

class RefusedHostTest : public testing::TestWithParam<std::string> {};

TEST_P(RefusedHostTest, IsAnUnknownHost) {
  const UnknownHostException refusal = refusalOf(GetParam());
  EXPECT_EQ(refusal.host(), GetParam());
  EXPECT_TRUE(refusal.code() == std::errc::no_such_device_or_address);
  EXPECT_STREQ(refusal.code().category().name(), "netlite");  // not the resolver's category: it was never called
}

INSTANTIATE_TEST_SUITE_P(All, RefusedHostTest,
                         testing::Values("", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "127.0.0.1.", "1.2.3.256",
                                         "[127.0.0.1]", "[localhost]", "localhost:80", "::1::", "localhost%1",
                                         "local host", "localhost\n", "localhost\0"s, "127.0.0.1\0.example"s,
                                         std::string(254, 'a')));

TEST(InetAddressTest, ARefusalQuotesTheHost) {
  EXPECT_STREQ(refusalOf("127.1").what(), "look up \"127.1\": Not a host name or address");
}

TEST(InetAddressTest, ARefusalShowsNoControlCharacters) {
  EXPECT_STREQ(refusalOf("a\nb").what(), "look up \"a\\x0ab\": Not a host name or address");
}

TEST(InetAddressTest, ARefusalOfALongHostIsShort) {
  const UnknownHostException refusal = refusalOf(std::string(1000000, 'a'));
  EXPECT_LT(std::string(refusal.what()).size(), 400U);
  EXPECT_EQ(refusal.host().size(), 1000000U);
}

// ---- names

TEST(InetAddressTest, LooksUpAName) {
  const InetAddress found = InetAddress::getByName("localhost");
  EXPECT_TRUE(found.isLoopbackAddress());
  EXPECT_EQ(found.getHostName(), "localhost");
  EXPECT_EQ(found.toString(), "localhost/" + found.getHostAddress());
}

TEST(InetAddressTest, KeepsTheNameAsGiven) {
  EXPECT_EQ(InetAddress::getByName("LocalHost").getHostName(), "LocalHost");
}

TEST(InetAddressTest, AllAddressesOfANameDiffer) {
  const std::vector<InetAddress> all = InetAddress::getAllByName("localhost");
  EXPECT_EQ(std::set<InetAddress>(all.begin(), all.end()).size(), all.size());
}

TEST(InetAddressTest, GetByNameReturnsTheFirstOfAllAddresses) {
  EXPECT_EQ(InetAddress::getAllByName("localhost").front(), InetAddress::getByName("localhost"));
}

TEST(InetAddressTest, TheHostNameOfALiteralResolvesToIt) {
  const InetAddress loopback = address("127.0.0.1");
  const std::vector<InetAddress> all = InetAddress::getAllByName(loopback.getHostName());
  EXPECT_NE(std::find(all.begin(), all.end(), loopback), all.end());
}

TEST(InetAddressTest, GetHostNameDoesNotChangeTheAddress) {
  const InetAddress loopback = address("127.0.0.1");
  loopback.getHostName();
  EXPECT_EQ(loopback.toString(), "/127.0.0.1");
}

TEST(InetAddressTest, GetCanonicalHostNameAsksTheResolver) {
  constexpr std::uint8_t kLoopback[] = {127, 0, 0, 1};
  const InetAddress misnamed = InetAddress::getByAddress("no-such-host.invalid", kLoopback, 4);
  EXPECT_EQ(misnamed.getHostName(), "no-such-host.invalid");
  EXPECT_EQ(misnamed.getCanonicalHostName(), address("127.0.0.1").getHostName());
}

TEST(InetAddressTest, TheLoopbackAddressIsNamedLocalhost) {
  EXPECT_EQ(InetAddress::getLoopbackAddress().toString(), "localhost/127.0.0.1");
}

TEST(InetAddressTest, GetLocalHostReturnsANamedAddressOrThrowsUnknownHost) {
  try {
    EXPECT_FALSE(InetAddress::getLocalHost().getHostName().empty());
  } catch (const UnknownHostException& exception) {
    EXPECT_STRNE(exception.what(), "");
  }
}

// ---- from bytes

TEST(InetAddressTest, DefaultIsTheWildcard) {
  EXPECT_TRUE(InetAddress().isAnyLocalAddress());
  EXPECT_TRUE(InetAddress().isIPv4());
  EXPECT_EQ(InetAddress().toString(), "0.0.0.0/0.0.0.0");
  EXPECT_EQ(InetAddress().getHostName(), "0.0.0.0");
}

TEST(InetAddressTest, AnAddressFromBytesHasNoName) {
  EXPECT_EQ(InetAddress::getByAddress(kTen, 4).toString(), "/10.0.0.1");
}

TEST(InetAddressTest, AnAddressFromAllZeroBytesHasNoName) {
  constexpr std::uint8_t kZero[4] = {};
  EXPECT_EQ(InetAddress::getByAddress(kZero, 4).toString(), "/0.0.0.0");
}

TEST(InetAddressTest, AnAddressFromBytesCanBeGivenAName) {
  EXPECT_EQ(InetAddress::getByAddress("foo", kTen, 4).toString(), "foo/10.0.0.1");
  EXPECT_EQ(InetAddress::getByAddress("foo", kTen, 4).getHostName(), "foo");
}

TEST(InetAddressTest, GetAddressReturnsTheBytes) {
  EXPECT_EQ(InetAddress::getByAddress(kTen, 4).getAddress(), Bytes(kTen, kTen + 4));
  EXPECT_EQ(InetAddress::getByAddress(kLinkLocal, 16).getAddress(), Bytes(kLinkLocal, kLinkLocal + 16));
}

TEST(InetAddressTest, MappedBytesAreIPv4) {
  EXPECT_EQ(InetAddress::getByAddress(kMapped, 16).toString(), "/1.2.3.4");
  EXPECT_EQ(InetAddress::getByAddress("foo", kMapped, 16, 3).toString(), "foo/1.2.3.4");
}

TEST(InetAddressTest, AnAddressFromBytesCanHaveAScope) {
  EXPECT_EQ(InetAddress::getByAddress("", kLinkLocal, 16, 3), address("fe80::1%3"));
}

TEST(InetAddressTest, AScopeIsIgnoredForIPv4) {
  EXPECT_EQ(InetAddress::getByAddress("", kTen, 4, 3), address("10.0.0.1"));
}

TEST(InetAddressTest, RefusesAnyOtherNumberOfBytes) {
  for (std::size_t size : {0U, 3U, 5U, 15U, 17U}) {
    EXPECT_THROW(InetAddress::getByAddress(kLinkLocal, size), std::invalid_argument) << size;
  }
}

TEST(InetAddressTest, RefusesNull) { EXPECT_THROW(InetAddress::getByAddress(nullptr, 4), std::invalid_argument); }

// ---- kinds of addresses

TEST(InetAddressTest, RecognizesAnyLocalAddresses) {
  EXPECT_TRUE(address("0.0.0.0").isAnyLocalAddress());
  EXPECT_TRUE(address("::").isAnyLocalAddress());
  EXPECT_FALSE(address("0.0.0.1").isAnyLocalAddress());
  EXPECT_FALSE(address("::1").isAnyLocalAddress());
}

TEST(InetAddressTest, RecognizesLoopbackAddresses) {
  EXPECT_TRUE(address("127.0.0.1").isLoopbackAddress());
  EXPECT_TRUE(address("127.255.255.255").isLoopbackAddress());
  EXPECT_TRUE(address("::1").isLoopbackAddress());
  EXPECT_FALSE(address("128.0.0.1").isLoopbackAddress());
  EXPECT_FALSE(address("::2").isLoopbackAddress());
  EXPECT_FALSE(address("7f00::1").isLoopbackAddress());
}

TEST(InetAddressTest, RecognizesLinkLocalAddresses) {
  EXPECT_TRUE(address("169.254.0.1").isLinkLocalAddress());
  EXPECT_TRUE(address("fe80::1").isLinkLocalAddress());
  EXPECT_TRUE(address("febf::1").isLinkLocalAddress());
  EXPECT_FALSE(address("169.255.0.1").isLinkLocalAddress());
  EXPECT_FALSE(address("fec0::1").isLinkLocalAddress());
  EXPECT_FALSE(address("fe00::1").isLinkLocalAddress());
}

TEST(InetAddressTest, RecognizesSiteLocalAddresses) {
  for (const char* text : {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fec0::1", "feff::1"}) {
    EXPECT_TRUE(address(text).isSiteLocalAddress()) << text;
  }
  for (const char* text : {"11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "fe80::1", "fd00::1", "a00::1"}) {
    EXPECT_FALSE(address(text).isSiteLocalAddress()) << text;
  }
}

TEST(InetAddressTest, RecognizesMulticastAddresses) {
  EXPECT_TRUE(address("224.0.0.1").isMulticastAddress());
  EXPECT_TRUE(address("239.255.255.255").isMulticastAddress());
  EXPECT_TRUE(address("ff02::1").isMulticastAddress());
  EXPECT_FALSE(address("223.255.255.255").isMulticastAddress());
  EXPECT_FALSE(address("240.0.0.1").isMulticastAddress());
  EXPECT_FALSE(address("fe02::1").isMulticastAddress());
}

// ---- equality, order, hash

TEST(InetAddressTest, EqualityIgnoresTheName) {
  const InetAddress named = InetAddress::getByAddress("foo", kTen, 4);
  EXPECT_EQ(named, address("10.0.0.1"));
  EXPECT_EQ(std::hash<InetAddress>()(named), std::hash<InetAddress>()(address("10.0.0.1")));
}

TEST(InetAddressTest, TheScopeIsPartOfEquality) {
  EXPECT_NE(address("fe80::1%1"), address("fe80::1%2"));
  EXPECT_NE(address("fe80::1%1"), address("fe80::1"));
}

TEST(InetAddressTest, FamiliesDiffer) {
  EXPECT_NE(address("127.0.0.1"), address("::1"));
  EXPECT_NE(address("0.0.0.0"), address("::"));
  EXPECT_NE(address("1.2.3.4"), address("102:304::"));
}

TEST(InetAddressTest, OrderIsByFamilyThenBytesThenScope) {
  const std::vector<InetAddress> ordered = {address("1.2.3.4"), address("1.2.3.5"), address("128.0.0.1"),
                                            address("::1"),     address("fe80::1"), address("fe80::1%1")};
  EXPECT_TRUE(std::is_sorted(ordered.begin(), ordered.end()));
  EXPECT_EQ(std::set<InetAddress>(ordered.begin(), ordered.end()).size(), ordered.size());
}

TEST(InetAddressTest, DifferentAddressesHaveDifferentHashes) {
  std::unordered_set<std::size_t> hashes;
  for (const char* text : {"127.0.0.1", "127.0.0.2", "fe80::1", "fe80::1%1", "fe80::1%2"}) {
    hashes.insert(std::hash<InetAddress>()(address(text)));
  }
  EXPECT_EQ(hashes.size(), 5U);
}

TEST(InetAddressTest, StreamsItsText) {
  std::ostringstream out;
  out << InetAddress::getLoopbackAddress() << ' ' << address("::1");
  EXPECT_EQ(out.str(), "localhost/127.0.0.1 /::1");
}

TEST(InetAddressTest, ACopyIsEqualAndKeepsTheName) {
  const InetAddress original = InetAddress::getByAddress("foo", kLinkLocal, 16, 3);
  const InetAddress copy = original;
  EXPECT_EQ(copy, original);
  EXPECT_EQ(copy.toString(), "foo/fe80::1%3");
}

}  // namespace
