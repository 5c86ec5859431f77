// SPDX-License-Identifier: MIT
//
// Parsing and formatting of addresses: RFC 4291 section 2.2, RFC 5952, and
// https://url.spec.whatwg.org/#ends-in-a-number-checker.
// Thread-safety: no shared state.
#include "address/address_text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

namespace netlite {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMaxIPv4Length = 15;
constexpr std::size_t kMaxIPv6Length = 45;  // six groups of four digits, and an embedded IPv4 address
constexpr std::size_t kMaxNameLength = 253;
constexpr std::size_t kGroupCount = 8;
constexpr std::size_t kGroupDigits = 4;

// The character tests of <cctype> depend on the locale, and these must not.
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHexDigit(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool isControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }
bool isSyntax(char c) { return isControl(c) || c == ' ' || c == ':' || c == '%' || c == '[' || c == ']'; }

bool startsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::optional<std::uint32_t> parseNumber(std::string_view text, int base) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool parseIPv4(std::string_view text, Bytes& bytes) {
  if (text.size() > kMaxIPv4Length) return false;
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() != 4) return false;
  for (std::string_view part : parts) {
    const std::optional<std::uint32_t> value = parseDecimal(part);
    if (!value || *value > 255) return false;
    bytes.push_back(static_cast<std::uint8_t>(*value));
  }
  return true;
}

bool parseGroup(std::string_view text, Bytes& bytes) {
  const std::optional<std::uint32_t> value = parseNumber(text, 16);
  if (!value || text.size() > kGroupDigits) return false;
  bytes.push_back(static_cast<std::uint8_t>(*value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(*value & 0xff));
  return true;
}

// Parses groups between colons. The last group of the literal may be an embedded IPv4 address.
bool parseGroups(std::string_view text, bool atEnd, Bytes& bytes) {
  if (text.empty()) return true;
  const std::vector<std::string_view> parts = split(text, ':');
  return std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
    const bool mayBeIPv4 = atEnd && part.data() + part.size() == text.data() + text.size();
    return parseGroup(part, bytes) || (mayBeIPv4 && parseIPv4(part, bytes));
  });
}

std::optional<AddressLiteral> literalOf(const Bytes& front, const Bytes& back) {
  AddressLiteral literal;
  literal.size = literal.bytes.size();
  std::copy(front.begin(), front.end(), literal.bytes.begin());
  std::copy_backward(back.begin(), back.end(), literal.bytes.end());
  return literal;
}

std::optional<AddressLiteral> parsePlainIPv6(std::string_view text) {
  if (text.size() > kMaxIPv6Length) return std::nullopt;
  const std::size_t gap = text.find("::");
  Bytes front;
  Bytes back;
  if (gap == std::string_view::npos) {
    const bool complete = parseGroups(text, true, front) && front.size() == 2 * kGroupCount;
    return complete ? literalOf(front, back) : std::nullopt;
  }
  const bool parsed = parseGroups(text.substr(0, gap), false, front) && parseGroups(text.substr(gap + 2), true, back);
  const bool leavesGap = front.size() + back.size() < 2 * kGroupCount;
  return parsed && leavesGap ? literalOf(front, back) : std::nullopt;
}

bool isScope(std::string_view text) { return !text.empty() && std::none_of(text.begin(), text.end(), isSyntax); }

std::optional<AddressLiteral> parseScopedIPv6(std::string_view text) {
  const std::size_t percent = text.find('%');
  std::optional<AddressLiteral> literal = parsePlainIPv6(text.substr(0, percent));
  if (!literal || percent == std::string_view::npos) return literal;
  literal->scope = text.substr(percent + 1);
  return isScope(*literal->scope) && !isIPv4Mapped(literal->bytes.data()) ? literal : std::nullopt;
}

std::string_view withoutBrackets(std::string_view text) {
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

bool isNumber(std::string_view label) {
  if (startsWith(label, "0x") || startsWith(label, "0X")) {
    return std::all_of(label.begin() + 2, label.end(), isHexDigit);
  }
  return std::all_of(label.begin(), label.end(), isDigit);
}

std::string hex(unsigned value) {
  char digits[kGroupDigits];
  return {digits, std::to_chars(std::begin(digits), std::end(digits), value, 16).ptr};
}

struct Run {
  std::size_t start = 0;
  std::size_t length = 0;
};

using Groups = std::array<unsigned, kGroupCount>;

Groups groupsOf(const std::uint8_t* bytes) {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  return groups;
}

// The run of zero groups that becomes "::": the longest one, the first of equals, never a single group.
Run zerosToShorten(const Groups& groups) {
  Run best;
  Run current;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    current = groups[i] == 0 ? Run{current.start, current.length + 1} : Run{i + 1, 0};
    if (current.length > best.length) best = current;
  }
  return best.length > 1 ? best : Run{};
}

std::string joined(const Groups& groups, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i < last; ++i) text += (i == first ? "" : ":") + hex(groups[i]);
  return text;
}

std::string_view cut(std::string_view text, std::size_t size) {
  // Not within a UTF-8 character: all of its bytes but the first look like 10xxxxxx.
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string escaped(char c) {
  if (!isControl(c)) return {c};
  const auto value = static_cast<unsigned char>(c);
  return (value < 16 ? "\\x0" : "\\x") + hex(value);
}

}  // namespace

bool isIPv4Mapped(const std::uint8_t* bytes) {
  static constexpr std::uint8_t kPrefix[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(std::begin(kPrefix), std::end(kPrefix), bytes);
}

std::optional<AddressLiteral> parseAddressLiteral(std::string_view text) {
  Bytes ipv4;
  if (!parseIPv4(text, ipv4)) return parseScopedIPv6(withoutBrackets(text));
  AddressLiteral literal;
  literal.size = ipv4.size();
  std::copy(ipv4.begin(), ipv4.end(), literal.bytes.begin());
  return literal;
}

std::optional<std::uint32_t> parseDecimal(std::string_view text) {
  const bool hasLeadingZero = text.size() > 1 && text.front() == '0';
  return hasLeadingZero ? std::nullopt : parseNumber(text, 10);
}

bool isHostName(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > kMaxNameLength || std::any_of(text.begin(), text.end(), isSyntax)) return false;
  const std::vector<std::string_view> labels = split(text, '.');
  const bool hasEmptyLabel = std::any_of(labels.begin(), labels.end(), [](auto label) { return label.empty(); });
  return !hasEmptyLabel && !isNumber(labels.back());
}

std::string formatIPv4(const std::uint8_t* bytes) {
  std::string text = std::to_string(bytes[0]);
  for (std::size_t i = 1; i < 4; ++i) text += '.' + std::to_string(bytes[i]);
  return text;
}

std::string formatIPv6(const std::uint8_t* bytes, std::uint32_t scopeId) {
  const Groups groups = groupsOf(bytes);
  const Run zeros = zerosToShorten(groups);
  const std::string scope = scopeId == 0 ? "" : '%' + std::to_string(scopeId);
  if (zeros.length == 0) return joined(groups, 0, kGroupCount) + scope;
  return joined(groups, 0, zeros.start) + "::" + joined(groups, zeros.start + zeros.length, kGroupCount) + scope;
}

std::string quotedText(std::string_view text) {
  const bool tooLong = text.size() > kMaxNameLength + 1;
  std::string result = "\"";
  for (char c : tooLong ? cut(text, kMaxNameLength) : text) result += escaped(c);
  return result + (tooLong ? "...\"" : "\"");
}

}  // namespace netlite
