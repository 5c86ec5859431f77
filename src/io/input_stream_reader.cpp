// SPDX-License-Identifier: MIT
//
// The UTF-8 filter, which checks well-formed text in place, in the caller's buffer.
// Thread-safety: see the header.
#include <netlite/input_stream_reader.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/put_back.hpp"
#include "io/utf8.hpp"
#include "thread/call_clock.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace netlite {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

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
    const Utf8Character next = firstUtf8Character(bytes, size);
    if (next.form == Utf8Form::incomplete) return hold(bytes, size);
    text_.append(next.form == Utf8Form::wellFormed ? std::string_view(bytes, next.length) : kReplacement);
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
  std::string().swap(text_);  // frees the memory, as neither clear() nor an assignment would
  text_begin_ = 0;
  return count;
}

}  // namespace netlite
