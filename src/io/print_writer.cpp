// SPDX-License-Identifier: MIT
//
// PrintWriter: prints into a locked WriteBuffer; the first error is sticky.
// Thread-safety: see the header.
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "io/printf_format.hpp"
#include "io/tie.hpp"
#include "io/writer_end.hpp"
#include "thread/call_clock.hpp"
#include "thread/strand_memory.hpp"
#include "thread/timed_lock.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace netlite {

namespace {

std::size_t checkedLength(int length) {
  if (length < 0) throw std::invalid_argument("printf cannot format its arguments");
  return static_cast<std::size_t>(length);
}

}  // namespace

class PrintWriter::State final : public Tie {
 public:
  State(std::unique_ptr<OutputStream> stream, bool autoFlush, std::size_t bufferSize)
      : Tie(std::move(stream), bufferSize), auto_flush_(autoFlush) {}

  void print(std::string_view text) {
    TimedLock lock(mutex_);
    attempt([&](WriteBuffer& buffer) { buffer.append(text); });
  }

  void println(std::string_view text) {
    TimedLock lock(mutex_);
    // After an error or close() the buffer has no memory, so addLine() fails.
    if (auto_flush_ || !buffer_.addLine(text, separator_)) printlnSlowly(text);
  }

  void printFormatted(std::string_view text) {
    TimedLock lock(mutex_);
    attempt([&](WriteBuffer& buffer) {
      const CallClock clock;  // for both
      buffer.append(text);
      if (auto_flush_) buffer.flush();
    });
  }

  bool flush() {
    TimedLock lock(mutex_);
    attempt([](WriteBuffer& buffer) { buffer.flush(); });
    return !error_;
  }

  bool checkError() {
    TimedLock lock(mutex_);
    if (!closed_) attempt([](WriteBuffer& buffer) { buffer.flush(); });
    return static_cast<bool>(error_);
  }

  std::error_code error() {
    TimedLock lock(mutex_);
    return error_;
  }

  void close() {
    TimedLock lock(mutex_);
    if (closed_) return;
    closed_ = true;
    remembering([](WriteBuffer& buffer) { buffer.close(); });
  }

  void setLineSeparator(std::string_view separator) {
    TimedLock lock(mutex_);
    separator_ = separator;
  }

 private:
  void printlnSlowly(std::string_view text) NETLITE_REQUIRES(mutex_);

  /// Runs the action unless the writer is closed or has failed.
  template <typename Action>
  void attempt(Action action) NETLITE_REQUIRES(mutex_) {
    if (closed_) remember(Error::streamClosed);
    if (!error_) remembering(action);
  }

  const bool auto_flush_;
  std::string separator_ NETLITE_GUARDED_BY(mutex_) = "\n";
};

// Out of line, so that it is not inlined into the fast path.
void PrintWriter::State::printlnSlowly(std::string_view text) {
  const std::string_view separator = separator_;
  attempt([&](WriteBuffer& buffer) {
    const CallClock clock;  // for both
    buffer.appendLine(text, separator);
    if (auto_flush_) buffer.flush();
  });
}

PrintWriter::PrintWriter(std::unique_ptr<OutputStream> stream, bool autoFlush, std::size_t bufferSize)
    : state_(std::allocate_shared<State>(StrandAllocator<State>(), std::move(stream), autoFlush, bufferSize)) {}

PrintWriter::PrintWriter(PrintWriter&& other) noexcept = default;

PrintWriter& PrintWriter::operator=(PrintWriter&& other) noexcept {
  replaceWriter(state_, other.state_);
  return *this;
}

PrintWriter::~PrintWriter() { endWriter(state_.get()); }

void PrintWriter::print(const Printable& value) { state_->print(value.text_); }

void PrintWriter::println(const Printable& value) { state_->println(value.text_); }

void PrintWriter::println() { state_->println({}); }

void PrintWriter::write(std::string_view text) { state_->print(text); }

void PrintWriter::write(char character) { state_->print(std::string_view(&character, 1)); }

void PrintWriter::printf(const char* format, ...) {
  checkPrintfFormat(format);
  std::array<char, 256> stackText;  // enough for most texts, which then need no allocation
  std::va_list arguments;
  va_start(arguments, format);
  const int formatted = std::vsnprintf(stackText.data(), stackText.size(), format, arguments);
  va_end(arguments);
  const std::size_t length = checkedLength(formatted);
  if (length < stackText.size()) return state_->printFormatted({stackText.data(), length});

  std::string heapText(length, '\0');
  va_start(arguments, format);
  std::vsnprintf(heapText.data(), length + 1, format, arguments);
  va_end(arguments);
  state_->printFormatted(heapText);
}

bool PrintWriter::flush() { return state_->flush(); }

bool PrintWriter::checkError() { return state_->checkError(); }

std::error_code PrintWriter::error() const { return state_->error(); }

void PrintWriter::close() { state_->close(); }

void PrintWriter::setLineSeparator(std::string_view separator) { state_->setLineSeparator(separator); }

std::shared_ptr<Tie> PrintWriterInternals::tieOf(const PrintWriter& writer) noexcept { return writer.state_; }

}  // namespace netlite
