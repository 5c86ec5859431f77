// SPDX-License-Identifier: MIT
//
// The UTF-8 filter, which checks well-formed text in place, in the caller's buffer.
// Thread-safety: see the header.
#include <netlite/input_stream_reader.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/put_back.hpp"
#include "thread/call_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace netlite {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

enum class Form { wellFormed, malformed, incomplete };

struct Character {
  Form form;
  std::size_t length;  // bytes; for a malformed one, of its maximal subpart
};

/// What may follow a first byte: The Unicode Standard, table 3-7.
struct Lead {
  std::size_t length;  // of the character; 0 if none begins with this byte
  unsigned char min;
  unsigned char max;  // of the second byte; any later one is from 0x80 to 0xBF
};

Lead leadOf(unsigned char first) noexcept {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// The character at the beginning of `bytes`. @param size not 0
Character firstCharacter(const char* bytes, std::size_t size) noexcept {
  Lead lead = leadOf(static_cast<unsigned char>(bytes[0]));
  if (lead.length == 0) return {Form::malformed, 1};
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (i == size) return {Form::incomplete, size};
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < lead.min || byte > lead.max) return {Form::malformed, i};
    lead.min = 0x80;
    lead.max = 0xBF;
  }
  return {Form::wellFormed, lead.length};
}

/// A lower bound of the number of ASCII bytes at the front: eight are checked together.
std::size_t asciiLength(const char* bytes, std::size_t size) noexcept {
  std::size_t length = 0;
  std::uint64_t eight = 0;
  while (size - length >= sizeof(eight)) {
    std::memcpy(&eight, bytes + length, sizeof(eight));
    if ((eight & 0x8080808080808080U) != 0) break;
    length += sizeof(eight);
  }
  return length;
}

/// How many of the first bytes are whole, well-formed characters.
std::size_t wellFormedLength(const char* bytes, std::size_t size) noexcept {
  std::size_t length = 0;
  while (length < size) {
    if (static_cast<unsigned char>(bytes[length]) < 0x80) length += asciiLength(bytes + length, size - length);
    if (length == size) break;
    const Character next = firstCharacter(bytes + length, size - length);
    if (next.form != Form::wellFormed) break;
    length += next.length;
  }
  return length;
}

}  // namespace

InputStreamReader::InputStreamReader(std::unique_ptr<InputStream> stream) : stream_(checkedStream(std::move(stream))) {}

InputStreamReader::InputStreamReader(InputStreamReader&& other) noexcept = default;
InputStreamReader& InputStreamReader::operator=(InputStreamReader&& other) noexcept = default;
InputStreamReader::~InputStreamReader() = default;

std::size_t InputStreamReader::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  if (size == 0) return 0;
  const auto out = static_cast<char*>(buffer);
  if (!text_.empty()) return handOut(out, size);
  CallClock clock;
  if (size >= kMaxCharacterLength) return readText(out, size);
  std::array<char, kMaxCharacterLength> character;
  const std::size_t count = readText(character.data(), character.size());
  unread(std::string(character.data(), count));
  return handOut(out, size);
}

std::size_t InputStreamReader::available() {
  if (!text_.empty()) return text_.size() - text_begin_;
  const std::size_t count = stream_->available();
  // Each byte yields at least one byte of text, except those of the last character, which may be incomplete.
  if (held_size_ + count >= kMaxCharacterLength) return held_size_ + count - held_.size();
  if (count == 0) return 0;
  std::array<char, kMaxCharacterLength> character;
  const Piece piece = readPiece(character.data(), held_size_ + count);
  unread(std::string(character.data(), piece.text));
  return text_.size();
}

bool InputStreamReader::awaitInput(std::chrono::milliseconds patience) {
  return !text_.empty() || stream_->awaitInput(patience);
}

bool InputStreamReader::prefersLargeReads() const noexcept { return stream_->prefersLargeReads(); }

void InputStreamReader::close() { stream_->close(); }

void InputStreamReader::unread(std::string bytes) { putBack(bytes, text_, text_begin_); }

/// Reads until there is text. @param size at least kMaxCharacterLength
std::size_t InputStreamReader::readText(char* buffer, std::size_t size) {
  Piece piece;
  do {
    piece = readPiece(buffer, size);
  } while (piece.text == 0 && !piece.isLast);
  return piece.text;
}

/// Reads once from the stream below. @param size more than held_size_
InputStreamReader::Piece InputStreamReader::readPiece(char* buffer, std::size_t size) {
  std::memcpy(buffer, held_.data(), held_size_);
  const std::size_t count = stream_->read(buffer + held_size_, size - held_size_);
  const std::size_t total = std::exchange(held_size_, 0) + count;
  if (count == 0) {
    if (total != 0) text_ = kReplacement;
    return {handOut(buffer, size), true};
  }
  const std::size_t text = wellFormedLength(buffer, total);
  if (text == total) return {text, false};
  decode(buffer + text, total - text);
  return {text + handOut(buffer + text, size - text), false};
}

/// Appends bytes that are not all well-formed to text_; the first bytes of a character at their end are held.
void InputStreamReader::decode(const char* bytes, std::size_t size) {
  while (size != 0) {
    const Character next = firstCharacter(bytes, size);
    if (next.form == Form::incomplete) return hold(bytes, size);
    text_.append(next.form == Form::wellFormed ? std::string_view(bytes, next.length) : kReplacement);
    bytes += next.length;
    size -= next.length;
  }
}

void InputStreamReader::hold(const char* bytes, std::size_t size) noexcept {
  std::memcpy(held_.data(), bytes, size);
  held_size_ = size;
}

std::size_t InputStreamReader::handOut(char* buffer, std::size_t size) {
  const std::size_t count = text_.copy(buffer, size, text_begin_);
  text_begin_ += count;
  if (text_begin_ != text_.size()) return count;
  text_ = std::string();  // frees the memory, as clear() would not
  text_begin_ = 0;
  return count;
}

}  // namespace netlite
