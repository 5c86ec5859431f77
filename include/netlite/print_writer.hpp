// SPDX-License-Identifier: MIT
//
// PrintWriter: text, numbers and lines for a stream, java.io.PrintWriter in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace netlite {

/// A value as text, the parameter of PrintWriter's print() and println(). Created by converting the argument; programs
/// need not name it.
///
/// Thread-safety: belongs to the thread that creates it.
class NETLITE_API Printable {
  template <typename Value>
  static constexpr bool kIsText = std::is_convertible_v<const Value&, std::string_view> &&
                                  !std::is_pointer_v<std::decay_t<const Value&>> && !std::is_null_pointer_v<Value>;

  // Character types other than char are rejected: as numbers they would be a trap, and as text most of them are not
  // what a peer expects.
  template <typename Value>
  static constexpr bool kIsOtherCharacter = std::is_same_v<Value, wchar_t> || std::is_same_v<Value, char16_t> ||
#ifdef __cpp_char8_t
                                            std::is_same_v<Value, char8_t> ||
#endif
                                            std::is_same_v<Value, char32_t>;

  template <typename Value>
  static constexpr bool kIsNumber = std::is_floating_point_v<Value> ||
                                    (std::is_integral_v<Value> && sizeof(Value) <= sizeof(long long) &&
                                     !kIsOtherCharacter<Value>);

  template <typename Value, typename = void>
  struct HasInserter : std::false_type {};
  template <typename Value>
  struct HasInserter<Value, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const Value&>())>>
      : std::true_type {};

  template <typename Value>
  static constexpr bool kIsOther =
      !std::is_convertible_v<const Value&, std::string_view> && !std::is_null_pointer_v<Value> &&
      !std::is_arithmetic_v<Value> && HasInserter<Value>::value;

 public:
  /// A C string, a string literal or an array of char.
  ///
  /// @throws std::invalid_argument `text` is null
  Printable(const char* text);

  /// Text: std::string, std::string_view and whatever converts to it. Any bytes, including zero bytes.
  template <typename Text, std::enable_if_t<kIsText<Text>, int> = 0>
  Printable(const Text& text) : text_(static_cast<std::string_view>(text)) {}

  /// `true` or `false`; a char as itself; a number of any other type as std::to_chars writes it, whatever the locale:
  /// integers in decimal (int8_t and uint8_t are numbers), floating point in the shortest form that reads back the
  /// same ("0.1", "1e+22", "inf", "nan"). wchar_t, char16_t, char32_t and char8_t are rejected.
  template <typename Number, std::enable_if_t<kIsNumber<Number>, int> = 0>
  Printable(Number value) {
    if constexpr (std::is_same_v<Number, bool>) {
      text_ = value ? "true" : "false";
    } else if constexpr (std::is_same_v<Number, char>) {
      setCharacter(value);
    } else if constexpr (std::is_floating_point_v<Number>) {
      setNumber(value);
    } else if constexpr (std::is_signed_v<Number>) {
      setNumber(static_cast<long long>(value));
    } else {
      setNumber(static_cast<unsigned long long>(value));
    }
  }

  /// Anything else with an operator<<, which writes to a stream in the classic locale with std::boolalpha set. If the
  /// operator throws, the call throws the same and prints nothing.
  template <typename Value, std::enable_if_t<kIsOther<Value>, int> = 0, typename = void>
  Printable(const Value& value) {
    setOutput([&value](std::ostream& out) { out << value; });
  }

  Printable(const Printable&) = delete;
  Printable& operator=(const Printable&) = delete;

 private:
  friend class PrintWriter;

  void setCharacter(char value) noexcept;
  void setNumber(long long value) noexcept;
  void setNumber(unsigned long long value) noexcept;
  void setNumber(float value) noexcept;
  void setNumber(double value) noexcept;
  void setNumber(long double value) noexcept;
  void setOutput(const std::function<void(std::ostream&)>& print);

  template <typename Number>
  void setDigits(Number value) noexcept;

  char digits_[64];                      // enough for the longest number, a long double of 128 bits
  std::unique_ptr<std::string> output_;  // of an operator<<; on the heap, as most values have none
  std::string_view text_;                // what is printed: in digits_, in *output_ or the caller's
};

/// Text, numbers and lines for a stream, java.io.PrintWriter in C++. It does not throw for I/O but remembers the first
/// error; BufferedWriter throws.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::PrintWriter out(socket.getOutputStream());
/// out.print("answer: ");
/// out.println(42);
/// if (!out.flush()) std::cerr << out.error().message() << '\n';
/// ```
///
/// Nothing is sent before flush(), close() or a full buffer; with autoFlush, println() and printf() flush, and print()
/// and write() do not, as in Java. When text no longer fits, the whole lines are sent and the started one is kept, so a
/// line that fits the buffer is never split. A println() longer than the buffer is sent in one call of the stream
/// below, together with the beginning of the line that print() had added, and with its end.
///
/// The first error is sticky: text that is unsent by then is dropped, and so is everything printed later. flush()
/// returns whether all is well, checkError() whether it is not, error() why. Only a wrong argument, std::bad_alloc and
/// a user-defined stream that throws anything other than std::system_error make a member throw.
///
/// Members that print block only when the buffer is full, or with autoFlush as described above. They then block as
/// flush() does.
///
/// The buffer allocates nothing before it is used. It grows to `bufferSize`, for larger text to the combined size plus
/// an eighth. After a flush it keeps at most 2 KiB or, tied to a busy reader, as much as it is holding back.
///
/// Thread-safety: any thread may call any member (except moving and destroying), and each call is atomic: lines printed
/// by several threads never mix. A call waits for earlier calls of other threads.
class NETLITE_API PrintWriter {
 public:
  /// Creates a writer on a stream, which it owns.
  ///
  /// @param stream     any OutputStream, by value: client.getOutputStream(), or a copy of your own stream
  /// @param autoFlush  whether println() and printf() flush
  /// @param bufferSize the maximum that is held back, in bytes, not 0; a writer that is tied to a reader
  ///                   (BufferedReader::tie) holds back as much as the reader has received together, if that is more
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<OutputStream, std::decay_t<Stream>>, int> = 0>
  explicit PrintWriter(Stream&& stream, bool autoFlush = false, std::size_t bufferSize = 8192)
      : PrintWriter(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream)), autoFlush, bufferSize) {}

  /// Creates a writer on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit PrintWriter(std::unique_ptr<OutputStream> stream, bool autoFlush = false, std::size_t bufferSize = 8192);

  /// Moves a writer with its unsent text. A reader tied to `other` is then tied to this writer; `other` may only be
  /// destroyed or assigned to afterwards.
  PrintWriter(PrintWriter&& other) noexcept;

  /// Flushes this writer as the destructor does, and moves `other` here, as the constructor does.
  PrintWriter& operator=(PrintWriter&& other) noexcept;

  /// Flushes, swallowing errors, unless the writer is closed. Does not close the stream below. Blocks as flush()
  /// does; call flush() before to learn of errors.
  ~PrintWriter();

  /// Prints a value; see Printable for the types and how they look. Never flushes by itself.
  ///
  /// @throws std::invalid_argument a null C string
  void print(const Printable& value);

  /// Prints a value and ends the line. Flushes with autoFlush.
  ///
  /// @throws std::invalid_argument a null C string
  void println(const Printable& value);

  /// Ends the line. Flushes with autoFlush.
  void println();

  /// Writes text: any bytes, sent as they are, usually UTF-8. Never flushes by itself.
  void write(std::string_view text);

  /// Writes a C string as write(std::string_view) does.
  ///
  /// @throws std::invalid_argument `text` is null
  template <typename Character, std::enable_if_t<std::is_same_v<Character, char>, int> = 0>
  void write(const Character* text) {
    print(text);
  }

  /// Writes one byte. Never flushes by itself.
  void write(char character);

  /// Prints as C's std::printf does, with the decimal point of std::setlocale (Java rounds `%f` half up, C rounds the
  /// exact value to the nearest). Flushes with autoFlush.
  ///
  /// A conversion consists of C's flags (`-+ #0`), width, precision, length modifier (`hh h l ll j z t L`, and `I32
  /// I64` as on Windows) and letter (`diouxX c s p aAeEfFgG`), or it is `%%`. Wide text (`%lc`, `%ls`) is converted as
  /// std::setlocale says. Everything else is refused before anything is printed: `%n` in any form (Java's newline, but
  /// C writes to memory), positional arguments (`%1$d`), and what only some systems know, such as `%Zd`, `%m`, `%S` or
  /// `%'d`.
  ///
  /// @throws std::invalid_argument `format` is null or is refused, or the arguments cannot be formatted, such as wide
  ///                               text that the locale cannot express (mingw-w64's runtime drops such text)
  void printf(const char* format, ...) NETLITE_PRINTF_FORMAT(2, 3);

  /// Sends everything and flushes the stream below. Blocks until the stream has accepted it; on a socket its write
  /// timeout, close() and shutdownOutput() end the waiting.
  ///
  /// @return true if all is well; false if something printed so far was lost, or the writer is closed: see error()
  bool flush();

  /// Flushes as flush() does unless the writer is closed.
  ///
  /// @return true if something printed so far was lost; false if all is well
  bool checkError();

  /// Why something was lost: the code of the first exception of the stream below, or one that equals
  /// std::errc::operation_canceled if the writer was used after close(), or std::errc::interrupted if a thread ended
  /// while it was sending (pthread_exit, pthread_cancel). Zero while all is well.
  std::error_code error() const;

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks as flush() does, and waits for a call of another thread that is in progress; Socket::close() does not. A
  /// failure is stored in error(). Closing twice is harmless; any other use of a closed writer is an error.
  void close();

  /// Sets what println() ends a line with: any bytes, such as `"\r\n"`. The default is `"\n"` on every platform, as the
  /// peer may be another system (Java: the platform's own).
  void setLineSeparator(std::string_view separator);

 private:
  friend struct PrintWriterInternals;
  class State;

  std::shared_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
