// SPDX-License-Identifier: MIT
//
// DataOutputStream: encodes each value into an array, and writes that by one call of the stream below.
// Thread-safety: see the header.
#include <netlite/data_output_stream.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/unwinding.hpp"
#include "io/modified_utf8.hpp"
#include "io/utf8.hpp"
#include "thread/call_clock.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <string>

namespace netlite {

namespace {

constexpr std::size_t kMaxUtfLength = 65535;  // bytes, as two bytes say how many there are
constexpr std::size_t kShortText = 512;       // bytes: a text that is encoded on the stack

constexpr std::uint32_t kFloatNan = 0x7FC00000;  // java.lang.Float.floatToIntBits
constexpr std::uint64_t kDoubleNan = 0x7FF8000000000000;

template <typename Bits>
void putBigEndian(Bits bits, char* to) noexcept {
  for (std::size_t i = sizeof(Bits); i-- > 0; bits = static_cast<Bits>(bits >> 8)) {
    to[i] = static_cast<char>(static_cast<unsigned char>(bits & 0xFFU));
  }
}

template <typename Bits, typename Number>
Bits toBits(Number number, Bits nan) noexcept {
  static_assert(sizeof(Number) == sizeof(Bits) && std::numeric_limits<Number>::is_iec559);
  if (std::isnan(number)) return nan;
  Bits bits;
  std::memcpy(&bits, &number, sizeof(bits));
  return bits;
}

/// The size of a text in modified UTF-8, which is checked.
std::size_t checkedUtfLength(std::string_view text) {
  const std::size_t wellFormed = wellFormedLength(text.data(), text.size());
  if (wellFormed != text.size()) throwMalformed("writeUTF", wellFormed);
  const std::size_t length = modifiedUtf8Length(text);
  if (length <= kMaxUtfLength) return length;
  throw UTFDataFormatException(Error::textTooLong,
                               "writeUTF: " + std::to_string(length) + " bytes, max " + std::to_string(kMaxUtfLength));
}

}  // namespace

class DataOutputStream::State {
 public:
  explicit State(std::unique_ptr<OutputStream> stream) : stream_(checkedStream(std::move(stream))) {}

  OutputStream& stream() noexcept { return *stream_; }
  std::uint64_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  void write(const void* data, std::size_t size) {
    try {
      stream_->write(data, size);
    } catch (const InterruptedIOException& interruption) {
      count(interruption.bytesTransferred());
      throw;
    }
    count(size);
  }

  void close() {
    if (closed_.exchange(true)) return;
    const CallClock clock;
    const std::exception_ptr notFlushed = failureOf([&] { stream_->flush(); });
    const std::exception_ptr notClosed = failureOf([&] { stream_->close(); });
    if (notFlushed != nullptr) std::rethrow_exception(notFlushed);
    if (notClosed != nullptr) std::rethrow_exception(notClosed);
  }

  template <typename Bits>
  void writeBits(Bits bits) {
    std::array<char, sizeof(Bits)> bytes;
    putBigEndian(bits, bytes.data());
    write(bytes.data(), bytes.size());
  }

  void writeUTF(std::string_view text, std::size_t length, char* memory) {
    putBigEndian(static_cast<std::uint16_t>(length), memory);
    encodeModifiedUtf8(text, memory + kUtfLengthSize);
    write(memory, kUtfLengthSize + length);
  }

 private:
  void count(std::size_t written) noexcept { size_.fetch_add(written, std::memory_order_relaxed); }

  const std::unique_ptr<OutputStream> stream_;
  std::atomic<std::uint64_t> size_{0};  // bytes written, by any thread
  std::atomic<bool> closed_{false};     // set by any thread, once
};

DataOutputStream::DataOutputStream(std::unique_ptr<OutputStream> stream)
    : state_(std::make_unique<State>(std::move(stream))) {}

DataOutputStream::DataOutputStream(DataOutputStream&& other) noexcept = default;
DataOutputStream& DataOutputStream::operator=(DataOutputStream&& other) noexcept = default;
DataOutputStream::~DataOutputStream() = default;

void DataOutputStream::writeBoolean(bool value) { writeByte(value ? 1 : 0); }

void DataOutputStream::writeByte(int value) { state_->writeBits(static_cast<std::uint8_t>(value)); }

void DataOutputStream::writeShort(int value) { state_->writeBits(static_cast<std::uint16_t>(value)); }

void DataOutputStream::writeChar(int value) { writeShort(value); }

void DataOutputStream::writeInt(std::int32_t value) { state_->writeBits(static_cast<std::uint32_t>(value)); }

void DataOutputStream::writeLong(std::int64_t value) { state_->writeBits(static_cast<std::uint64_t>(value)); }

void DataOutputStream::writeFloat(float value) { state_->writeBits(toBits(value, kFloatNan)); }

void DataOutputStream::writeDouble(double value) { state_->writeBits(toBits(value, kDoubleNan)); }

void DataOutputStream::writeUTF(std::string_view text) {
  const std::size_t length = checkedUtfLength(text);
  if (length <= kShortText) {
    std::array<char, kUtfLengthSize + kShortText> memory;
    return state_->writeUTF(text, length, memory.data());
  }
  const std::unique_ptr<char[]> memory(new char[kUtfLengthSize + length]);
  state_->writeUTF(text, length, memory.get());
}

void DataOutputStream::writeBytes(std::string_view bytes) { write(bytes.data(), bytes.size()); }

std::uint64_t DataOutputStream::size() const noexcept { return state_->size(); }

void DataOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  state_->write(data, size);
}

void DataOutputStream::flush() { state_->stream().flush(); }

void DataOutputStream::close() { state_->close(); }

}  // namespace netlite
