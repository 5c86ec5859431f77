// SPDX-License-Identifier: MIT
//
// PrintWriter: values made text, and a WriteBuffer behind a lock whose first error stays.
// Thread-safety: see the header.
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "io/write_buffer.hpp"
#include "thread/call_clock.hpp"
#include "thread/timed_lock.hpp"

#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <locale>
#include <sstream>
#include <stdexcept>

namespace netlite {

namespace {

/// Throws std::invalid_argument unless the conversion that begins behind a % is one that prints.
///
/// @return behind the conversion
const char* checkedConversion(const char* position) {
  position += std::strspn(position, "0123456789$-+ #'*.hlLqjztIw");
  if (position[-1] == 'w' && *position == 'f') ++position;  // C23's length "wf", not the conversion f
  position += std::strspn(position, "0123456789");
  if (*position == 'n') throw std::invalid_argument("printf does not take %n: println ends a line");
  if (*position == '\0') throw std::invalid_argument("printf format ends inside a conversion");
  return position + 1;
}

void checkFormat(const char* format) {
  if (format == nullptr) throw std::invalid_argument("format is null");
  while ((format = std::strchr(format, '%')) != nullptr) format = checkedConversion(format + 1);
}

std::size_t checkedLength(int length) {
  if (length < 0) throw std::invalid_argument("printf cannot format its arguments");
  return static_cast<std::size_t>(length);
}

}  // namespace

Printable::Printable(const char* text) {
  if (text == nullptr) throw std::invalid_argument("text is null");
  text_ = text;
}

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
  own_text_ = out.str();
  text_ = own_text_;
}

template <typename Number>
void Printable::setDigits(Number value) noexcept {
  const auto end = std::to_chars(std::begin(digits_), std::end(digits_), value).ptr;
  text_ = std::string_view(digits_, static_cast<std::size_t>(end - digits_));
}

class PrintWriter::State {
 public:
  State(std::unique_ptr<OutputStream> stream, bool autoFlush, std::size_t size)
      : auto_flush_(autoFlush), buffer_(std::move(stream), size) {}

  void print(std::string_view text) {
    TimedLock lock(mutex_);
    attempt([&] { buffer_.append(text); });
  }

  void println(std::string_view text) {
    TimedLock lock(mutex_);
    // After an error, and after close(), there is no room.
    if (auto_flush_ || !buffer_.addLine(text, separator_)) printlnAndSend(text);
  }

  void printFormatted(std::string_view text) {
    TimedLock lock(mutex_);
    attempt([&] {
      const CallClock both;
      buffer_.append(text);
      if (auto_flush_) buffer_.flush();
    });
  }

  bool flush() {
    TimedLock lock(mutex_);
    attempt([&] { buffer_.flush(); });
    return !error_;
  }

  bool checkError() {
    TimedLock lock(mutex_);
    if (!closed_) attempt([&] { buffer_.flush(); });
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
    remembering([&] { buffer_.close(); });
  }

  void setLineSeparator(std::string_view separator) {
    TimedLock lock(mutex_);
    separator_ = separator;
  }

  bool hasText() {
    TimedLock lock(mutex_);
    return !buffer_.isEmpty();
  }

  void expect(std::size_t count) {
    TimedLock lock(mutex_);
    buffer_.expect(count);
  }

  void flushQuietly() noexcept {
    try {
      checkError();
    } catch (...) {
      // Not even a stream that throws something else may end the program here.
    }
  }

 private:
  void printlnAndSend(std::string_view text);

  /// Does it while all is well.
  template <typename Action>
  void attempt(Action action) {
    if (closed_) remember(Error::streamClosed);
    if (!error_) remembering(action);
  }

  template <typename Action>
  void remembering(Action action) {
    try {
      action();
    } catch (const std::system_error& failure) {
      remember(failure.code() ? failure.code() : std::make_error_code(std::errc::io_error));
      buffer_.discard();
    }
  }

  void remember(std::error_code error) noexcept {
    if (!error_) error_ = error;
  }

  const bool auto_flush_;
  bool closed_ = false;  // guarded by mutex_
  Mutex mutex_;
  WriteBuffer buffer_;            // guarded by mutex_
  std::string separator_ = "\n";  // guarded by mutex_
  std::error_code error_;         // guarded by mutex_; the first one
};

// Defined apart so that compilers keep it out of the way of the lines that are only added.
void PrintWriter::State::printlnAndSend(std::string_view text) {
  attempt([&] {
    const CallClock both;
    buffer_.appendLine(text, separator_);
    if (auto_flush_) buffer_.flush();
  });
}

PrintWriter::PrintWriter(std::unique_ptr<OutputStream> stream, bool autoFlush, std::size_t bufferSize)
    : state_(std::make_shared<State>(std::move(stream), autoFlush, bufferSize)) {}

PrintWriter::PrintWriter(PrintWriter&& other) noexcept = default;

PrintWriter& PrintWriter::operator=(PrintWriter&& other) noexcept {
  if (this == &other) return *this;
  if (state_ != nullptr) state_->flushQuietly();
  state_ = std::move(other.state_);
  return *this;
}

PrintWriter::~PrintWriter() {
  if (state_ != nullptr) state_->flushQuietly();
}

void PrintWriter::print(const Printable& value) { state_->print(value.text_); }

void PrintWriter::println(const Printable& value) { state_->println(value.text_); }

void PrintWriter::println() { state_->println({}); }

void PrintWriter::write(std::string_view text) { state_->print(text); }

void PrintWriter::write(char character) { state_->print(std::string_view(&character, 1)); }

void PrintWriter::printf(const char* format, ...) {
  checkFormat(format);
  std::array<char, 256> few;  // most texts are short, and need no memory then
  std::va_list arguments;
  va_start(arguments, format);
  const int formatted = std::vsnprintf(few.data(), few.size(), format, arguments);
  va_end(arguments);
  const std::size_t length = checkedLength(formatted);
  if (length < few.size()) return state_->printFormatted({few.data(), length});

  std::string many(length, '\0');
  va_start(arguments, format);
  std::vsnprintf(many.data(), length + 1, format, arguments);
  va_end(arguments);
  state_->printFormatted(many);
}

bool PrintWriter::flush() { return state_->flush(); }

bool PrintWriter::checkError() { return state_->checkError(); }

std::error_code PrintWriter::error() const { return state_->error(); }

void PrintWriter::close() { state_->close(); }

void PrintWriter::setLineSeparator(std::string_view separator) { state_->setLineSeparator(separator); }

bool PrintWriter::hasText(State& state) { return state.hasText(); }

void PrintWriter::expect(State& state, std::size_t count) { state.expect(count); }

void PrintWriter::flushQuietly(State& state) noexcept { state.flushQuietly(); }

}  // namespace netlite
