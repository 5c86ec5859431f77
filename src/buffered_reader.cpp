// SPDX-License-Identifier: MIT
//
// BufferedReader: lines out of a LineBuffer, which is refilled from the stream below.
// Thread-safety: see the header. What another thread's close() touches is the flag and the stream, nothing else.
#include <netlite/buffered_reader.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "call_scope.hpp"
#include "errors.hpp"
#include "line_buffer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>

namespace netlite {

namespace {

constexpr std::size_t kDefaultMaxLineLength = 1024 * 1024;  // bytes
// A connection with nothing to read for this long is taken for idle: long enough that one in full swing never pays for
// giving memory back and taking it again.
constexpr std::chrono::milliseconds kIdleAfter{20};

std::unique_ptr<InputStream> checkedStream(std::unique_ptr<InputStream> stream) {
  if (stream == nullptr) throw std::invalid_argument("stream is null");
  return stream;
}

std::size_t checkedSize(std::size_t size) {
  if (size == 0) throw std::invalid_argument("buffer size is 0");
  return size;
}

}  // namespace

class BufferedReader::State {
 public:
  State(std::unique_ptr<InputStream> stream, std::size_t bufferSize)
      : stream_(checkedStream(std::move(stream))), buffer_(checkedSize(bufferSize)) {}

  bool readLine(std::string& line) {
    checkOpen("readLine");
    return takeLine(line) || awaitLine(line);
  }

  int read() {
    checkOpen("read");
    if (!toNextByte()) return -1;
    const auto byte = static_cast<unsigned char>(*buffer_.data());
    buffer_.consume(1);
    return byte;
  }

  std::size_t read(char* buffer, std::size_t size) {
    checkBuffer(buffer, size);
    checkOpen("read");
    if (size == 0 || !toNextByte()) return 0;
    const std::size_t count = std::min(size, buffer_.size());
    std::memcpy(buffer, buffer_.data(), count);
    buffer_.consume(count);
    return count;
  }

  bool ready() {
    checkOpen("ready");
    while (!hasByte()) {
      if (at_end_ || stream_->available() == 0) return false;
      if (!isSkipping()) return true;
      fill("ready");
    }
    return true;
  }

  void close() {
    if (!closed_.exchange(true)) stream_->close();
  }

  void setMaxLineLength(std::size_t length) noexcept { max_line_length_ = length; }
  std::size_t maxLineLength() const noexcept { return max_line_length_; }
  void tie(std::weak_ptr<PrintWriter::State> out) noexcept { tied_ = std::move(out); }
  bool lastLineTerminated() const noexcept { return last_line_terminated_; }

 private:
  void checkOpen(const char* operation) {
    if (closed_.load(std::memory_order_acquire)) throwClosed(operation);
  }

  [[noreturn]] void throwClosed(const char* operation) {
    buffer_.release();
    throw IOException(Error::streamClosed, operation);
  }

  bool isSkipping() const noexcept { return skips_line_ || skips_line_feed_; }

  /// Whether there is a byte for the user, once what nobody may see is skipped.
  bool hasByte() noexcept {
    if (isSkipping()) skip();
    return !buffer_.isEmpty();
  }

  void skip() noexcept {
    if (skips_line_) skipLine();
    if (!skips_line_feed_ || buffer_.isEmpty()) return;
    skips_line_feed_ = false;
    if (*buffer_.data() == '\n') buffer_.consume(1);
  }

  void skipLine() noexcept {
    const std::size_t length = buffer_.lineLength();
    if (length == LineBuffer::kNoEnd) return buffer_.clear();
    skips_line_ = false;
    removeLine(length);
  }

  /// Removes a line and its end from the front of the buffer.
  void removeLine(std::size_t length) noexcept {
    skips_line_feed_ = buffer_.data()[length] == '\r';
    buffer_.consume(length + 1);
    last_line_terminated_ = true;
  }

  /// The road of nearly every line: it is in the buffer.
  bool takeLine(std::string& line) {
    if (!hasByte()) return false;
    const std::size_t length = buffer_.lineLength();
    if (length == LineBuffer::kNoEnd) return checkHalfLine();
    if (length > max_line_length_) {
      removeLine(length);
      throwTooLong();
    }
    line.assign(buffer_.data(), length);
    removeLine(length);
    return true;
  }

  /// False: the line may go on.
  bool checkHalfLine() {
    if (buffer_.size() <= max_line_length_) return false;
    buffer_.clear();
    buffer_.releaseLongLine();
    skips_line_ = true;
    last_line_terminated_ = false;
    throwTooLong();
  }

  [[noreturn]] void throwTooLong() const {
    throw LineTooLongException(Error::lineTooLong,
                               "readLine: more than " + std::to_string(max_line_length_) + " bytes");
  }

  bool awaitLine(std::string& line) {
    CallScope scope;
    while (fill("readLine")) {
      if (!takeLine(line)) continue;
      buffer_.releaseLongLine();
      return true;
    }
    return takeLastLine(line);
  }

  bool takeLastLine(std::string& line) {
    if (buffer_.isEmpty()) return false;
    line.assign(buffer_.data(), buffer_.size());
    buffer_.release();
    last_line_terminated_ = false;
    return true;
  }

  bool toNextByte() {
    if (hasByte()) return true;
    CallScope scope;
    while (fill("read")) {
      if (hasByte()) return true;
    }
    return false;
  }

  /// Reads more behind what is in the buffer. False at the end of the stream, which is not asked again.
  bool fill(const char* operation) {
    if (at_end_) return false;
    flushTied();
    if (buffer_.isWorthReleasing() && !stream_->awaitInput(kIdleAfter)) buffer_.release();
    buffer_.makeRoom(max_line_length_);
    const std::size_t count = stream_->read(buffer_.room(), buffer_.roomSize());
    checkOpen(operation);
    buffer_.added(count);
    at_end_ = count == 0;
    return !at_end_;
  }

  void flushTied() {
    const std::shared_ptr<PrintWriter::State> out = tied_.lock();
    if (out != nullptr && PrintWriter::hasText(*out) && wouldWait()) PrintWriter::flushQuietly(*out);
  }

  bool wouldWait() {
    try {
      return stream_->available() == 0;
    } catch (const std::system_error&) {
      return false;  // the read reports it
    }
  }

  const std::unique_ptr<InputStream> stream_;
  std::atomic<bool> closed_{false};  // set by any thread, once

  // The rest belongs to the thread that reads.
  LineBuffer buffer_;
  std::size_t max_line_length_ = kDefaultMaxLineLength;
  bool skips_line_ = false;       // the rest of a line that was too long is still to come
  bool skips_line_feed_ = false;  // the last line has ended with \r
  bool last_line_terminated_ = true;
  bool at_end_ = false;
  std::weak_ptr<PrintWriter::State> tied_;
};

BufferedReader::BufferedReader(std::unique_ptr<InputStream> stream, std::size_t bufferSize)
    : state_(std::make_unique<State>(std::move(stream), bufferSize)) {}

BufferedReader::BufferedReader(BufferedReader&& other) noexcept = default;
BufferedReader& BufferedReader::operator=(BufferedReader&& other) noexcept = default;
BufferedReader::~BufferedReader() = default;

std::optional<std::string> BufferedReader::readLine() {
  std::optional<std::string> line(std::in_place);
  if (!state_->readLine(*line)) line.reset();
  return line;
}

bool BufferedReader::readLine(std::string& line) { return state_->readLine(line); }

int BufferedReader::read() { return state_->read(); }

std::size_t BufferedReader::read(char* buffer, std::size_t size) { return state_->read(buffer, size); }

bool BufferedReader::ready() { return state_->ready(); }

void BufferedReader::setMaxLineLength(std::size_t length) { state_->setMaxLineLength(length); }

std::size_t BufferedReader::getMaxLineLength() const { return state_->maxLineLength(); }

void BufferedReader::tie(PrintWriter& out) { state_->tie(out.state_); }

void BufferedReader::untie() { state_->tie({}); }

bool BufferedReader::lastLineTerminated() const { return state_->lastLineTerminated(); }

void BufferedReader::close() { state_->close(); }

}  // namespace netlite
