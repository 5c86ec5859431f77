// SPDX-License-Identifier: MIT
//
// Which texts are address literals, which may be host names, and which are neither.
#include "address/address_text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using netlite::AddressLiteral;
using netlite::formatIPv6;
using netlite::isHostName;
using netlite::parseAddressLiteral;
using netlite::parseDecimal;
using netlite::quotedText;
using namespace std::string_literals;

using Bytes = std::vector<std::uint8_t>;

Bytes bytesOf(std::string_view text) {
  const std::optional<AddressLiteral> literal = parseAddressLiteral(text);
  if (!literal) return {};
  return {literal->bytes.data(), literal->bytes.data() + literal->size};
}

// Parses the text and formats the bytes again; empty if the text is not an IPv6 literal.
std::string ipv6Text(std::string_view text) {
  const std::optional<AddressLiteral> literal = parseAddressLiteral(text);
  return literal && literal->size == 16 ? formatIPv6(literal->bytes.data(), 0) : "";
}

TEST(ParseIPv4Test, ReadsFourDecimalParts) {
  EXPECT_EQ(bytesOf("192.0.2.1"), (Bytes{192, 0, 2, 1}));
  EXPECT_EQ(bytesOf("0.0.0.0"), (Bytes{0, 0, 0, 0}));
  EXPECT_EQ(bytesOf("255.255.255.255"), (Bytes{255, 255, 255, 255}));
}

class NotALiteralTest : public testing::TestWithParam<std::string> {};

TEST_P(NotALiteralTest, IsNotAnAddress) { EXPECT_FALSE(parseAddressLiteral(GetParam())); }

INSTANTIATE_TEST_SUITE_P(IPv4, NotALiteralTest,
                         testing::Values("", ".", "1", "127.1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3",
                                         "1..2.3", "1.2.3.256", "1.2.3.99999999999", "01.2.3.4", "1.2.3.04",
                                         "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "2130706433", "+1.2.3.4", "-1.2.3.4",
                                         " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0"s, "1.2.3.4%1", "[1.2.3.4]",
                                         "1.2.3.a", "1.2.3.4:80", "1,2,3,4"));

INSTANTIATE_TEST_SUITE_P(IPv6, NotALiteralTest,
                         testing::Values(":", ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                                         "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "::1:2:3:4:5:6:7:8",
                                         "12345::", "::00001", "::g", "::-1", "::+1", "::0x1", ":: 1",
                                         "1:2:3:4:5:6:7:", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4",
                                         "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:0x7f.1",
                                         "1:2:3:4:5:6:1.2.3.4:7", "::1\0"s, "::1/64", "[::1]:80"));

INSTANTIATE_TEST_SUITE_P(Brackets, NotALiteralTest,
                         testing::Values("[]", "[", "]", "[::1", "::1]", "[[::1]]", "[::1]]", "[]::1", "[::1]%1",
                                         "[%1]", "[localhost]"));

INSTANTIATE_TEST_SUITE_P(Scope, NotALiteralTest,
                         testing::Values("%", "%1", "::1%", "[::1%]", "::1%%", "::1%a%b", "::1%a b", "::1%\n",
                                         "::1%eth0\0"s, "::1%[1]", "::1%1:2", "::ffff:1.2.3.4%1"));

struct Form {
  std::string text;
  std::string canonical;
};

class IPv6FormTest : public testing::TestWithParam<Form> {};

TEST_P(IPv6FormTest, IsFormattedInCanonicalForm) { EXPECT_EQ(ipv6Text(GetParam().text), GetParam().canonical); }

INSTANTIATE_TEST_SUITE_P(
    Rfc4291, IPv6FormTest,
    testing::Values(Form{"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
                    Form{"FF01:0:0:0:0:0:0:101", "ff01::101"}, Form{"0:0:0:0:0:0:0:1", "::1"},
                    Form{"0:0:0:0:0:0:0:0", "::"}, Form{"FF01::101", "ff01::101"}, Form{"::", "::"}, Form{"1::", "1::"},
                    Form{"::1", "::1"}, Form{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
                    Form{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"}, Form{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
                    Form{"0:0:0:0:0:0:13.1.68.3", "::d01:4403"}, Form{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
                    Form{"::1:13.1.68.3", "::1:d01:4403"},
                    Form{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
                    Form{"[::1]", "::1"}));

INSTANTIATE_TEST_SUITE_P(Rfc5952, IPv6FormTest,
                         testing::Values(Form{"2001:0db8::0001", "2001:db8::1"},
                                         Form{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
                                         Form{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
                                         Form{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
                                         Form{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
                                         Form{"2001:DB8::00ff:1", "2001:db8::ff:1"}, Form{"1:0:0:0:0:0:0:0", "1::"}));

TEST(ParseIPv6Test, AMappedAddressHasSixteenBytes) {
  EXPECT_EQ(bytesOf("::ffff:1.2.3.4"), (Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4}));
}

TEST(ParseIPv6Test, TheScopeIsReturnedAsItWasWritten) {
  EXPECT_EQ(parseAddressLiteral("fe80::1%eth0")->scope, "eth0");
  EXPECT_EQ(parseAddressLiteral("[fe80::1%007]")->scope, "007");
  EXPECT_FALSE(parseAddressLiteral("fe80::1")->scope);
}

TEST(FormatTest, FormatsIPv4) {
  const std::uint8_t bytes[] = {192, 0, 2, 255};
  EXPECT_EQ(netlite::formatIPv4(bytes), "192.0.2.255");
}

TEST(FormatTest, TheScopeIsFormattedAsANumber) {
  const std::uint8_t bytes[16] = {0xfe, 0x80};
  EXPECT_EQ(formatIPv6(bytes, 4294967295U), "fe80::%4294967295");
  EXPECT_EQ(formatIPv6(bytes, 0), "fe80::");
}

TEST(ParseDecimalTest, AcceptsTheWholeRange) {
  EXPECT_EQ(parseDecimal("0"), 0U);
  EXPECT_EQ(parseDecimal("4294967295"), 4294967295U);
}

TEST(ParseDecimalTest, RefusesEverythingElse) {
  for (const char* text : {"", "4294967296", "01", "00", "-1", "+1", "1 ", " 1", "0x1", "a"}) {
    EXPECT_FALSE(parseDecimal(text)) << text;
  }
}

class HostNameTest : public testing::TestWithParam<std::string> {};

TEST_P(HostNameTest, MayBeAHostName) { EXPECT_TRUE(isHostName(GetParam())); }

INSTANTIATE_TEST_SUITE_P(All, HostNameTest,
                         testing::Values("localhost", "localhost.", "example.com", "EXAMPLE.com", "my_host", "a-b",
                                         "1.example", "127.0.0.1.example", "1a", "0xg", "a0x1", "x", "1.2.3.4x",
                                         "\xed\x95\x9c\xea\xb5\xad.kr", std::string(253, 'a'),
                                         std::string(253, 'a') + "."));

class NotAHostNameTest : public testing::TestWithParam<std::string> {};

TEST_P(NotAHostNameTest, IsNotAHostName) { EXPECT_FALSE(isHostName(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Numbers, NotAHostNameTest,
                         testing::Values("1", "127.1", "127.1.", "127.0.0.1.", "0177.0.0.1", "0x7f.1", "0x7f000001",
                                         "0X7F", "0x", "a.0x", "a.0xF.", "2130706433", "a.1", "1.2.3.4.5", "256.1.1.1",
                                         "999999999999999999999", "example.com.09"));

INSTANTIATE_TEST_SUITE_P(Syntax, NotAHostNameTest,
                         testing::Values("", ".", "..", "a..", "a..b", ".a", "1..", "a:80", "::g", "[a]", "a]", "a%1",
                                         "a b", " a", "a\n", "a\t", "a\x7f", "\0"s, "a\0b"s, "127.0.0.1\0a"s,
                                         std::string(254, 'a'), std::string(100000, '.')));

TEST(QuotedTextTest, PutsTextInQuotes) {
  EXPECT_EQ(quotedText("127.1"), "\"127.1\"");
  EXPECT_EQ(quotedText(""), "\"\"");
}

TEST(QuotedTextTest, EscapesControlCharacters) { EXPECT_EQ(quotedText("a\r\n\0\x7f"s), R"("a\x0d\x0a\x00\x7f")"); }

TEST(QuotedTextTest, LeavesOtherBytesAlone) { EXPECT_EQ(quotedText("\xed\x95\x9c"), "\"\xed\x95\x9c\""); }

TEST(QuotedTextTest, CutsTextThatIsTooLongForAHost) {
  EXPECT_EQ(quotedText(std::string(254, 'a')), '"' + std::string(254, 'a') + '"');
  EXPECT_EQ(quotedText(std::string(255, 'a')), '"' + std::string(253, 'a') + "...\"");
}

TEST(QuotedTextTest, DoesNotCutWithinACharacter) {
  const std::string text = std::string(252, 'a') + "\xed\x95\x9c" + "aaa";
  EXPECT_EQ(quotedText(text), '"' + std::string(252, 'a') + "...\"");
}

}  // namespace
