// SPDX-License-Identifier: MIT
//
// DataInputStream: takes values from the buffer of a BufferedInputStream below, or gathers their bytes.
// Thread-safety: see the header. close() on another thread uses the stream below, nothing else.
#include <netlite/data_input_stream.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/put_back.hpp"
#include "io/held_bytes.hpp"
#include "io/idle_capacity.hpp"
#include "io/modified_utf8.hpp"
#include "thread/call_clock.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <typeinfo>

namespace netlite {

namespace {

template <typename Number, typename Bits>
Number fromBits(Bits bits) noexcept {
  static_assert(sizeof(Number) == sizeof(Bits) && std::numeric_limits<Number>::is_iec559);
  Number number;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

}  // namespace

/// Holds the bytes of a value that has not arrived whole.
class DataInputStream::State {
 public:
  explicit State(std::unique_ptr<InputStream> stream)
      : stream_(checkedStream(std::move(stream))), below_(windowOf(*stream_)) {}

  InputStream& stream() noexcept { return *stream_; }

  /// The bytes that are held.
  Window& window() noexcept { return window_; }
  std::size_t heldSize() const noexcept { return held_.size() - window_.next; }

  /// Where the next bytes are: here, or in the buffer of the stream below.
  Window& nextWindow() noexcept { return heldSize() != 0 || below_ == nullptr ? window_ : *below_; }

  /// Waits until `size` bytes are held, which is more than there are.
  void gather(std::size_t size) {
    removeUsed();
    std::size_t count = held_.size();
    held_.resize(size);
    try {
      while (count < size) {
        const std::size_t part = stream_->read(&held_[count], size - count);
        if (part == 0) break;
        count += part;
      }
    } catch (...) {
      hold(count);
      throw;
    }
    hold(count == size ? size : 0);
    if (count != size) throwEndOfStream(count, size);
  }

  std::size_t read(void* buffer, std::size_t size) noexcept {
    const std::size_t count = held_.copy(static_cast<char*>(buffer), size, window_.next);
    window_.next += count;
    return count;
  }

  /// Drops up to `count` of the bytes that are held. Returns how many.
  std::size_t skip(std::size_t count) noexcept {
    const std::size_t dropped = std::min(count, heldSize());
    window_.next += dropped;
    return dropped;
  }

  void unread(const std::string& bytes) {
    putBack(bytes, held_, window_.next);
    setWindow();
  }

 private:
  // A class derived from BufferedInputStream need not read from the buffer.
  static Window* windowOf(InputStream& stream) noexcept {
    if (typeid(stream) != typeid(BufferedInputStream)) return nullptr;
    return &static_cast<BufferedInputStream&>(stream).window();
  }

  void removeUsed() noexcept {
    held_.erase(0, window_.next);
    if (held_.empty() && held_.capacity() > kIdleCapacity) std::string().swap(held_);  // a long text's
    window_.next = 0;
    setWindow();
  }

  void hold(std::size_t count) noexcept {
    held_.resize(count);
    setWindow();
  }

  void setWindow() noexcept {
    window_.bytes = held_.data();
    window_.limit.store(held_.size(), std::memory_order_relaxed);
  }

  const std::unique_ptr<InputStream> stream_;
  Window* const below_;  // of a BufferedInputStream, or null
  std::string held_;     // the first bytes of a value, in the string itself if that is not a text
  Window window_;        // onto held_
};

DataInputStream::DataInputStream(std::unique_ptr<InputStream> stream)
    : state_(std::make_unique<State>(std::move(stream))), window_(&state_->nextWindow()) {}

DataInputStream::DataInputStream(DataInputStream&& other) noexcept = default;
DataInputStream& DataInputStream::operator=(DataInputStream&& other) noexcept = default;
DataInputStream::~DataInputStream() = default;

const char* DataInputStream::takeSlowly(std::size_t size) {
  const CallClock clock;
  const char* const bytes = peek(size);
  window_->next += size;
  return bytes;
}

/// Waits for the next `size` bytes, and returns them without removing them.
const char* DataInputStream::peek(std::size_t size) {
  if (!holds(size)) window_ = &state_->nextWindow();
  if (!holds(size)) {
    window_ = &state_->window();
    state_->gather(size);
  }
  return window_->bytes + window_->next;
}

float DataInputStream::readFloat() { return fromBits<float>(bigEndian32(take(sizeof(float)))); }

double DataInputStream::readDouble() { return fromBits<double>(bigEndian64(take(sizeof(double)))); }

std::string DataInputStream::readUTF() {
  const CallClock clock;
  const std::size_t size = kUtfLengthSize + bigEndian16(peek(kUtfLengthSize));
  const std::string_view bytes(peek(size) + kUtfLengthSize, size - kUtfLengthSize);
  std::string text;
  const std::size_t wellFormed = decodeModifiedUtf8(bytes, text);
  window_->next += size;
  if (wellFormed != bytes.size()) throwMalformed("readUTF", wellFormed);
  return text;
}

std::size_t DataInputStream::skipBytes(std::size_t count) { return skip(count); }

std::size_t DataInputStream::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  if (size == 0) return 0;
  return state_->heldSize() != 0 ? state_->read(buffer, size) : state_->stream().read(buffer, size);
}

std::size_t DataInputStream::available() { return availableAfter(state_->heldSize(), state_->stream()); }

std::size_t DataInputStream::skip(std::size_t count) {
  const CallClock clock;
  const std::size_t dropped = state_->skip(count);
  return skipAfter(dropped, state_->stream(), count - dropped);
}

bool DataInputStream::awaitInput(std::chrono::milliseconds patience) {
  return state_->heldSize() != 0 || state_->stream().awaitInput(patience);
}

bool DataInputStream::prefersLargeReads() const noexcept { return state_->stream().prefersLargeReads(); }

void DataInputStream::close() { state_->stream().close(); }

void DataInputStream::unread(std::string bytes) {
  state_->unread(bytes);
  window_ = &state_->window();
}

}  // namespace netlite
