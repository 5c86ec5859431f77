// SPDX-License-Identifier: MIT
//
// Printable: values as text.
// Thread-safety: see the header.
#include <netlite/print_writer.hpp>

#include "base/arguments.hpp"

#include <charconv>
#include <iterator>
#include <locale>
#include <sstream>

namespace netlite {

Printable::Printable(const char* text) : text_(checkedText(text)) {}

void Printable::setCharacter(char value) noexcept {
  digits_[0] = value;
  text_ = std::string_view(digits_, 1);
}

void Printable::setNumber(long long value) noexcept { setDigits(value); }
void Printable::setNumber(unsigned long long value) noexcept { setDigits(value); }
void Printable::setNumber(float value) noexcept { setDigits(value); }
void Printable::setNumber(double value) noexcept { setDigits(value); }
void Printable::setNumber(long double value) noexcept { setDigits(value); }

void Printable::setOutput(const std::function<void(std::ostream&)>& print) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::boolalpha;
  print(out);
  output_ = std::make_unique<std::string>(out.str());
  text_ = *output_;
}

template <typename Number>
void Printable::setDigits(Number value) noexcept {
  const auto end = std::to_chars(std::begin(digits_), std::end(digits_), value).ptr;
  text_ = std::string_view(digits_, static_cast<std::size_t>(end - digits_));
}

}  // namespace netlite
