// SPDX-License-Identifier: MIT
//
// BufferedReader: lines out of a LineBuffer, which is refilled from the stream below.
// Thread-safety: see the header. What another thread's close() touches is the flag and the stream, nothing else.
#include <netlite/buffered_reader.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "io/line_buffer.hpp"
#include "thread/call_clock.hpp"

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
      : stream_(checkedStream(std::move(stream))), buffer_(checkedSize(bufferSize), stream_->prefersLargeReads()) {}

  bool readLine(std::string& line) {
    if (closed_.load(std::memory_order_acquire)) return readUnusualLine(line);
    const std::size_t length = buffer_.quickLineLength();
    if (length == LineBuffer::kNoEnd || length > max_line_length_) return readUnusualLine(line);
    copyLine(length, line);
    buffer_.consumeLine(length);
    return true;
  }

  std::optional<std::string> readLine() {
    std::optional<std::string> line(std::in_place);
    if (!readLine(*line)) line.reset();
    return line;
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
    if (isSkipping()) skipWhatIsThere();
    return !buffer_.isEmpty() || (!isSkipping() && !at_end_ && stream_->available() != 0);
  }

  void close() {
    if (!closed_.exchange(true)) stream_->close();
  }

  void setMaxLineLength(std::size_t length) noexcept { max_line_length_ = length; }
  std::size_t maxLineLength() const noexcept { return max_line_length_; }
  void tie(std::weak_ptr<PrintWriter::State> out) noexcept { tied_ = std::move(out); }
  bool lastLineTerminated() const noexcept { return last_line_terminated_; }

 private:
  // What comes next and is not for the user: a \n behind the \r that has ended the last line, or the rest of a line
  // that was too long. While there is something to skip, the buffer is empty.
  enum class Skips : char { nothing, lineFeed, restOfLine };

  void checkOpen(const char* operation) {
    if (closed_.load(std::memory_order_acquire)) throwClosed(operation);
  }

  [[noreturn]] void throwClosed(const char* operation) {
    buffer_.release();
    throw IOException(Error::streamClosed, operation);
  }

  bool isSkipping() const noexcept { return skips_ != Skips::nothing; }

  void skip() noexcept {
    if (skips_ == Skips::restOfLine) skipLine();
    if (skips_ == Skips::lineFeed) skipLineFeed();
  }

  /// No more than is there now: a peer that never stops must not hold ready().
  void skipWhatIsThere() {
    std::size_t there = at_end_ ? 0 : stream_->available();
    while (isSkipping() && there > 0 && !at_end_) there -= std::min(there, fill("ready"));
  }

  void skipLine() noexcept {
    const std::size_t length = buffer_.lineLength();
    if (length == LineBuffer::kNoEnd) return buffer_.clear();
    skips_ = Skips::nothing;
    removeLine(length);
  }

  /// Skips what may stand behind a \r: now, or when it comes.
  void skipLineFeed() noexcept {
    skips_ = buffer_.isEmpty() ? Skips::lineFeed : Skips::nothing;
    if (!buffer_.isEmpty() && *buffer_.data() == '\n') buffer_.consume(1);
  }

  bool readUnusualLine(std::string& line);

  void copyLine(std::size_t length, std::string& line) const {
    const char* const text = buffer_.data();
    line.resize(length);  // with memcpy a third of what assign costs
    std::memcpy(line.data(), text, length);
  }

  /// Removes a line and its end, if it has one, from the front of the buffer.
  void removeLine(std::size_t length) noexcept {
    last_line_terminated_ = length != buffer_.size();
    if (!last_line_terminated_) return buffer_.release();  // the stream has ended
    const bool ends_in_return = buffer_.data()[length] == '\r';
    buffer_.consume(length + 1);
    if (ends_in_return) skipLineFeed();
    buffer_.releaseLongLine();
  }

  /// Waits until a line, or what the stream has ended with, is at the front of the buffer. Returns its length, or
  /// kNoEnd when there is none any more.
  std::size_t toLineEnd() {
    checkOpen("readLine");
    const std::size_t length = buffer_.isEmpty() ? LineBuffer::kNoEnd : lineLength();
    return length != LineBuffer::kNoEnd ? length : awaitLineEnd();
  }

  std::size_t awaitLineEnd() {
    const CallClock clock;
    while (fill("readLine") != 0) {
      const std::size_t length = lineLength();
      if (length != LineBuffer::kNoEnd) return length;
    }
    return buffer_.isEmpty() ? LineBuffer::kNoEnd : buffer_.size();
  }

  /// The length of the line at the front of the buffer, or kNoEnd if it may go on.
  std::size_t lineLength() {
    const std::size_t length = buffer_.lineLength();
    if (length > max_line_length_ && buffer_.size() > max_line_length_) refuseLine(length);
    return length;
  }

  /// @param length as lineLength() knows it
  [[noreturn]] void refuseLine(std::size_t length) {
    if (length != LineBuffer::kNoEnd) {
      removeLine(length);
    } else {
      skips_ = Skips::restOfLine;
      last_line_terminated_ = false;
      buffer_.clear();
      buffer_.releaseLongLine();
    }
    throw LineTooLongException(Error::lineTooLong,
                               "readLine: more than " + std::to_string(max_line_length_) + " bytes");
  }

  bool toNextByte() {
    if (!buffer_.isEmpty()) return true;
    const CallClock clock;
    while (fill("read") != 0) {
      if (!buffer_.isEmpty()) return true;
    }
    return false;
  }

  /// Reads more behind what is in the buffer. Returns how much came: 0 at the end of the stream, which is not asked
  /// again.
  std::size_t fill(const char* operation) {
    if (at_end_) return 0;
    const bool tied = !tied_.expired();
    if (tied) flushTied();
    if (buffer_.isWorthReleasing() && !stream_->awaitInput(kIdleAfter)) release();
    buffer_.makeRoom(max_line_length_);
    const std::size_t count = stream_->read(buffer_.room(), buffer_.roomSize());
    checkOpen(operation);
    buffer_.added(count);
    at_end_ = count == 0;
    if (isSkipping()) skip();
    if (tied) expectAnswer(count);
    return count;
  }

  void flushTied() {
    const std::shared_ptr<PrintWriter::State> out = tied_.lock();
    if (out != nullptr && PrintWriter::hasText(*out) && wouldWait()) PrintWriter::flushQuietly(*out);
  }

  // What came together is answered together, in as few system calls.
  void expectAnswer(std::size_t count) {
    const std::shared_ptr<PrintWriter::State> out = tied_.lock();
    if (out != nullptr) PrintWriter::expect(*out, count);
  }

  /// Gives back what an idle connection should not keep.
  void release() {
    buffer_.release();
    expectAnswer(0);
  }

  bool wouldWait() {
    try {
      return stream_->available() == 0;
    } catch (const std::system_error&) {
      return false;  // the read reports it
    }
  }

  const std::unique_ptr<InputStream> stream_;

  // All but closed_ belongs to the thread that reads.
  LineBuffer buffer_;
  std::size_t max_line_length_ = kDefaultMaxLineLength;
  std::atomic<bool> closed_{false};  // set by any thread, once
  Skips skips_ = Skips::nothing;
  bool last_line_terminated_ = true;  // false only while the buffer is empty
  bool at_end_ = false;
  std::weak_ptr<PrintWriter::State> tied_;
};

// Defined apart so that compilers keep it out of the usual line's way, which is a quarter shorter then.
bool BufferedReader::State::readUnusualLine(std::string& line) {
  const std::size_t length = toLineEnd();
  if (length == LineBuffer::kNoEnd) return false;
  copyLine(length, line);
  removeLine(length);
  return true;
}

BufferedReader::BufferedReader(std::unique_ptr<InputStream> stream, std::size_t bufferSize)
    : state_(std::make_unique<State>(std::move(stream), bufferSize)) {}

BufferedReader::BufferedReader(BufferedReader&& other) noexcept = default;
BufferedReader& BufferedReader::operator=(BufferedReader&& other) noexcept = default;
BufferedReader::~BufferedReader() = default;

std::optional<std::string> BufferedReader::readLine() { return state_->readLine(); }

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
