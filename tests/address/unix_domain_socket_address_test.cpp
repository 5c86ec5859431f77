// SPDX-License-Identifier: MIT
//
// UnixDomainSocketAddress: construction, text and order.
#include "support/system.hpp"
#include "support/thrown_by.hpp"

#include <netlite/unix_domain_socket_address.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_set>

namespace {

using namespace std::string_literals;

using netlite::UnixDomainSocketAddress;
using netlite::test::thrownBy;

#ifdef __APPLE__
constexpr std::size_t kMaxSize = 103;
#else
constexpr std::size_t kMaxSize = 107;
#endif

UnixDomainSocketAddress abstractName(const std::string& name) { return UnixDomainSocketAddress::abstractName(name); }

TEST(UnixDomainSocketAddressTest, KeepsThePathAsGiven) {
  const UnixDomainSocketAddress address("folder/../a b.sock");
  EXPECT_EQ(address.getPath(), "folder/../a b.sock");
  EXPECT_FALSE(address.isAbstract());
}

TEST(UnixDomainSocketAddressTest, KeepsAnAbstractNameAsGiven) {
  EXPECT_EQ(abstractName("a\0b"s).getPath(), "a\0b"s);
  EXPECT_TRUE(abstractName("name").isAbstract());
}

TEST(UnixDomainSocketAddressTest, TextSaysWhatItIs) {
  EXPECT_EQ(UnixDomainSocketAddress("/run/x.sock").toString(), "unix:/run/x.sock");
  EXPECT_EQ(abstractName("name").toString(), "unix:@name");
}

TEST(UnixDomainSocketAddressTest, TextOfAnAbstractNameHasNoNul) {
  EXPECT_EQ(abstractName("a\0b"s).toString(), "unix:@a@b");
}

TEST(UnixDomainSocketAddressTest, IsWrittenAsItsText) {
  std::ostringstream out;
  out << UnixDomainSocketAddress("/run/x.sock");
  EXPECT_EQ(out.str(), "unix:/run/x.sock");
}

TEST(UnixDomainSocketAddressTest, TakesAsManyBytesAsTheSystem) {
  const std::string longest(kMaxSize, 'x');
  EXPECT_EQ(UnixDomainSocketAddress(longest).getPath(), longest);
  EXPECT_EQ(abstractName(longest).getPath(), longest);
}

TEST(UnixDomainSocketAddressTest, RefusesMoreBytesAndNamesTheLimit) {
  const std::string tooLong(kMaxSize + 1, 'x');
  for (const auto& make :
       {std::function([&] { UnixDomainSocketAddress{tooLong}; }), std::function([&] { abstractName(tooLong); })}) {
    const std::string what = thrownBy<std::invalid_argument>(make).what();
    EXPECT_NE(what.find("1 to " + std::to_string(kMaxSize) + " bytes"), std::string::npos) << what;
  }
}

TEST(UnixDomainSocketAddressTest, RefusesAnEmptyName) {
  EXPECT_THROW(UnixDomainSocketAddress(""), std::invalid_argument);
  EXPECT_THROW(abstractName(""), std::invalid_argument);
}

TEST(UnixDomainSocketAddressTest, RefusesANulInAPath) {
  EXPECT_THROW(UnixDomainSocketAddress("a\0b"s), std::invalid_argument);
  EXPECT_THROW(UnixDomainSocketAddress("\0name"s), std::invalid_argument);
}

TEST(UnixDomainSocketAddressTest, EqualsOneOfTheSameNameAndKind) {
  EXPECT_TRUE(UnixDomainSocketAddress("a") == UnixDomainSocketAddress("a"));
  EXPECT_TRUE(UnixDomainSocketAddress("a") != UnixDomainSocketAddress("b"));
  EXPECT_TRUE(UnixDomainSocketAddress("a") != abstractName("a"));
  EXPECT_FALSE(abstractName("a") != abstractName("a"));
}

TEST(UnixDomainSocketAddressTest, OrdersPathsBeforeAbstractNames) {
  const std::set<UnixDomainSocketAddress> sorted{abstractName("a"), UnixDomainSocketAddress("b"),
                                                 UnixDomainSocketAddress("a")};
  std::string text;
  for (const UnixDomainSocketAddress& address : sorted) text += address.toString() + " ";
  EXPECT_EQ(text, "unix:a unix:b unix:@a ");
}

TEST(UnixDomainSocketAddressTest, HashAgreesWithEquality) {
  std::unordered_set<UnixDomainSocketAddress> set{UnixDomainSocketAddress("a"), abstractName("a")};
  EXPECT_EQ(set.size(), 2U);
  EXPECT_EQ(set.count(UnixDomainSocketAddress("a")), 1U);
  EXPECT_EQ(set.count(UnixDomainSocketAddress("b")), 0U);
}

}  // namespace
