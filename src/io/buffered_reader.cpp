// SPDX-License-Identifier: MIT
//
// BufferedReader: lines from a LineBuffer, which is refilled from the stream below.
// Thread-safety: see the header. close() on another thread uses the flag and the stream, nothing else.
#include <netlite/buffered_reader.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "io/idle_capacity.hpp"
#include "io/line_buffer.hpp"
#include "io/tie.hpp"
#include "thread/call_clock.hpp"
#include "thread/strand_memory.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

namespace netlite {

namespace {

constexpr std::size_t kDefaultMaxLineLength = 1024 * 1024;  // bytes

}  // namespace

class BufferedReader::State : public StrandAllocated {
 public:
  State(std::unique_ptr<InputStream> stream, std::size_t bufferSize)
      : stream_(checkedStream(std::move(stream))),
        reads_take_all_(stream_->prefersLargeReads()),
        buffer_(checkedCapacity(bufferSize), reads_take_all_) {}

  bool readLine(std::string& line) {
    if (closed_.load(std::memory_order_acquire)) return readLineSlowly(line);
    const std::size_t length = buffer_.quickLineLength();
    if (length == LineBuffer::kNoEnd || length > max_line_length_) return readLineSlowly(line);
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

  std::size_t readNBytes(char* buffer, std::size_t size) {
    checkBuffer(buffer, size);
    checkOpen("readNBytes");
    const CallClock clock;
    std::size_t total = 0;
    try {
      while (total < size) {
        const std::size_t count = readPart(buffer + total, size - total);
        if (count == 0) break;
        total += count;
      }
    } catch (const SocketTimeoutException& timeout) {
      throw SocketTimeoutException(timeout, total);
    }
    return total;
  }

  void readFully(char* buffer, std::size_t size) {
    const std::size_t count = readNBytes(buffer, size);
    if (count != size) throwEndOfStream(count, size);
  }

  bool ready() {
    checkOpen("ready");
    if (isSkipping()) skipWhatHasArrived();
    return !buffer_.isEmpty() || (!isSkipping() && !at_end_ && stream_->available() != 0);
  }

  void close() {
    if (!closed_.exchange(true)) stream_->close();
  }

  void setMaxLineLength(std::size_t length) noexcept { max_line_length_ = length; }
  std::size_t maxLineLength() const noexcept { return max_line_length_; }
  void tie(std::shared_ptr<Tie> tie) noexcept { tie_ = std::move(tie); }
  bool lastLineTerminated() const noexcept { return last_line_terminated_; }

 private:
  // Input to discard before the next line: the \n after the \r that ended the last line, or the rest of a line that was
  // too long. While there is something to skip, the buffer is empty.
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

  /// Only what has already arrived, so that a peer that keeps sending cannot hold up ready().
  void skipWhatHasArrived() {
    std::size_t arrived = at_end_ ? 0 : stream_->available();
    while (isSkipping() && arrived > 0 && !at_end_) arrived -= std::min(arrived, receive("ready"));
  }

  void skipLine() noexcept {
    const std::size_t length = buffer_.lineLength();
    if (length == LineBuffer::kNoEnd) return buffer_.clear();
    skips_ = Skips::nothing;
    removeLine(length);
  }

  /// Skips a \n that follows a \r: now, or when it arrives.
  void skipLineFeed() noexcept {
    skips_ = buffer_.isEmpty() ? Skips::lineFeed : Skips::nothing;
    if (!buffer_.isEmpty() && *buffer_.data() == '\n') buffer_.consume(1);
  }

  bool readLineSlowly(std::string& line);

  void copyLine(std::size_t length, std::string& line) const {
    const char* const text = buffer_.data();
    line.resize(length);  // with memcpy, a third of the cost of assign
    std::memcpy(line.data(), text, length);
  }

  /// Removes a line and its end, if it has one, from the front of the buffer.
  void removeLine(std::size_t length) noexcept {
    last_line_terminated_ = length != buffer_.size();
    if (!last_line_terminated_) return buffer_.release();  // the stream has ended
    const bool endsInReturn = buffer_.data()[length] == '\r';
    buffer_.consume(length + 1);
    if (endsInReturn) skipLineFeed();
    buffer_.releaseLongLine();
  }

  /// Waits until a line, or the unterminated rest of the stream, is at the front of the buffer. Returns its length, or
  /// kNoEnd at the end of the stream.
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

  /// The length of the line at the front of the buffer, or kNoEnd if it has not arrived whole.
  std::size_t lineLength() {
    const std::size_t length = buffer_.lineLength();
    if (length > max_line_length_ && buffer_.size() > max_line_length_) refuseLine(length);
    return length;
  }

  /// @param length from LineBuffer::lineLength()
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

  /// Reads what the buffer has, or if it is empty, what the stream below delivers. Returns 0 at the end of the stream.
  std::size_t readPart(char* buffer, std::size_t size) {
    return buffer_.isEmpty() && !isSkipping() ? readDirectly(buffer, size) : read(buffer, size);
  }

  /// Waits for more bytes without the buffer, which is empty.
  std::size_t readDirectly(char* buffer, std::size_t size) {
    if (at_end_) return 0;
    prepareToWait();
    const std::size_t count = receive("readNBytes", buffer, size);
    if (count < size) buffer_.drained();
    return count;
  }

  /// Waits for more bytes and adds them to the buffer. Returns how many: 0 at the end of the stream, which is not read
  /// again.
  std::size_t fill(const char* operation) {
    if (at_end_) return 0;
    prepareToWait();
    return receive(operation);
  }

  std::size_t receive(const char* operation) {
    buffer_.makeRoom(max_line_length_);
    const std::size_t count = receive(operation, buffer_.room(), buffer_.roomSize());
    buffer_.added(count);
    if (isSkipping()) skip();
    if (tie_ != nullptr) tie_->expect(count);
    return count;
  }

  std::size_t receive(const char* operation, char* room, std::size_t size) {
    const std::size_t count = stream_->read(room, size);
    checkOpen(operation);
    drained_ = reads_take_all_ && count < size;
    at_end_ = count == 0;
    return count;
  }

  void prepareToWait() {
    if (tie_ != nullptr) flushTied();
    if (buffer_.isWorthReleasing() && !stream_->awaitInput(kIdleAfter)) release();
  }

  void flushTied() {
    if (drained_ || (tie_->hasText() && wouldWait())) tie_->flushBeforeWaiting();
  }

  /// Frees what an idle connection should not keep.
  void release() {
    buffer_.release();
    if (tie_ != nullptr) tie_->rest();
  }

  bool wouldWait() {
    try {
      return stream_->available() == 0;
    } catch (const std::system_error&) {
      return false;  // the read reports it
    }
  }

  const std::unique_ptr<InputStream> stream_;
  const bool reads_take_all_;  // a read takes all that has arrived, if there is room

  // All of these except closed_ belong to the reading thread.
  LineBuffer buffer_;
  std::size_t max_line_length_ = kDefaultMaxLineLength;
  std::atomic<bool> closed_{false};  // set by any thread, once
  Skips skips_ = Skips::nothing;
  bool last_line_terminated_ = true;  // false only while the buffer is empty
  bool at_end_ = false;
  bool drained_ = false;      // the last read took all that had arrived, so the next one will probably wait
  std::shared_ptr<Tie> tie_;  // null if no writer is tied
};

// Out of line, so that it is not inlined into the fast path, which makes that a quarter shorter.
bool BufferedReader::State::readLineSlowly(std::string& line) {
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

std::size_t BufferedReader::readNBytes(char* buffer, std::size_t size) { return state_->readNBytes(buffer, size); }

void BufferedReader::readFully(char* buffer, std::size_t size) { state_->readFully(buffer, size); }

bool BufferedReader::ready() { return state_->ready(); }

void BufferedReader::setMaxLineLength(std::size_t length) { state_->setMaxLineLength(length); }

std::size_t BufferedReader::getMaxLineLength() const { return state_->maxLineLength(); }

void BufferedReader::tie(PrintWriter& out) { state_->tie(PrintWriterInternals::tieOf(out)); }

void BufferedReader::untie() { state_->tie(nullptr); }

bool BufferedReader::lastLineTerminated() const { return state_->lastLineTerminated(); }

void BufferedReader::close() { state_->close(); }

}  // namespace netlite
