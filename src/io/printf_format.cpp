// SPDX-License-Identifier: MIT
//
// C's grammar of a conversion: flags, width, precision, length modifier, letter.
// Thread-safety: no shared state.
#include "io/printf_format.hpp"

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netlite {

namespace {

/// A length modifier and the conversions that it may precede.
struct Modifier {
  std::string_view text;
  const char* conversions;
};

// A modifier comes before its own prefixes, and the empty one last.
constexpr Modifier kModifiers[] = {
    {"hh", "diouxX"},          {"h", "diouxX"},   {"ll", "diouxX"}, {"l", "diouxXcsaAeEfFgG"},
    {"j", "diouxX"},           {"z", "diouxX"},   {"t", "diouxX"},  {"L", "aAeEfFgG"},
    {"I64", "diouxX"},         {"I32", "diouxX"},  // Windows
    {"", "diouxXcspaAeEfFgG"},
};

const Modifier& modifierAt(const char* position) noexcept {
  const Modifier* modifier = kModifiers;
  while (std::strncmp(position, modifier->text.data(), modifier->text.size()) != 0) ++modifier;
  return *modifier;
}

const char* afterNumber(const char* position) noexcept {
  return *position == '*' ? position + 1 : position + std::strspn(position, "0123456789");
}

/// Throws the exception for a refused conversion, which the message quotes from its % to its letter.
[[noreturn]] void refuse(const char* start) {
  const char* end = start + 1 + std::strspn(start + 1, "0123456789$-+ #'*.hlLqjztIwZ");
  if (*end == '\0') throw std::invalid_argument("printf format ends inside a conversion: " + std::string(start));
  const char letter = *end++;
  while ((static_cast<unsigned char>(*end) & 0xC0U) == 0x80) ++end;  // the rest of a UTF-8 character
  const std::string conversion(start, end);
  if (letter == 'n') throw std::invalid_argument("printf does not accept " + conversion + ": use println");
  if (conversion.find('$') == std::string::npos) throw std::invalid_argument("printf does not accept " + conversion);
  throw std::invalid_argument("printf takes its arguments in order and does not accept " + conversion);
}

/// @param start the % of a conversion
/// @return the position after the conversion
const char* checkedConversion(const char* start) {
  const char* position = start + 1;
  if (*position == '%') return position + 1;
  position = afterNumber(position + std::strspn(position, "-+ #0"));
  if (*position == '.') position = afterNumber(position + 1);
  const Modifier& modifier = modifierAt(position);
  position += modifier.text.size();
  if (*position == '\0' || std::strchr(modifier.conversions, *position) == nullptr) refuse(start);
  return position + 1;
}

}  // namespace

void checkPrintfFormat(const char* format) {
  if (format == nullptr) throw std::invalid_argument("format is null");
  while ((format = std::strchr(format, '%')) != nullptr) format = checkedConversion(format);
}

}  // namespace netlite
