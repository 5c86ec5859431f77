// SPDX-License-Identifier: MIT
//
// PrintWriter: text, numbers and lines for a stream, java.io.PrintWriter in C++. It never throws for I/O but remembers
// the first error; BufferedWriter is the one that throws.
//
// Thread-safety: every member may be called from any thread (moving and destroying excepted), and each call is atomic:
// lines printed by several threads never mix.
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

/// What PrintWriter's print() and println() take: a value as its text. Made by the conversion of an argument, and gone
/// when the call is over; nobody needs to name it. Making one never blocks.
///
/// Thread-safety: for the thread that makes it.
class NETLITE_API Printable {
  template <typename Value>
  static constexpr bool kIsText = std::is_convertible_v<const Value&, std::string_view> &&
                                  !std::is_pointer_v<std::decay_t<const Value&>> && !std::is_null_pointer_v<Value>;

  // The character types beside char would be a trap as numbers, and as text most of them are not what a peer expects.
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
  /// A C string, a string literal, an array of char.
  ///
  /// @param text ends with a zero byte; not null
  /// @throws std::invalid_argument `text` is null
  Printable(const char* text);

  /// Text: std::string, std::string_view and whatever converts to it.
  ///
  /// @param text any bytes, zero bytes too
  template <typename Text, std::enable_if_t<kIsText<Text>, int> = 0>
  Printable(const Text& text) : text_(static_cast<std::string_view>(text)) {}

  /// `true` or `false`; a char as itself; a number of any other type as std::to_chars writes it, whatever the locale:
  /// integers in decimal (int8_t and uint8_t are numbers), floating point in the shortest form that reads back the
  /// same ("0.1", "1e+22", "inf", "nan").
  ///
  /// @param value the value; wchar_t, char16_t, char32_t and char8_t are not taken
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

  /// Anything else with an operator<<, which writes to a stream in the classic locale with std::boolalpha set. What the
  /// operator throws comes out of the call, and nothing is printed then.
  ///
  /// @param value what to write
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

  char digits_[64];  // enough for the longest number, a long double of 128 bits
  std::string own_text_;
  std::string_view text_;  // what is printed: in digits_, in own_text_ or the caller's
};

/// Text, numbers and lines for a stream, java.io.PrintWriter in C++. It never throws for I/O but remembers the first
/// error; BufferedWriter is the one that throws.
///
/// Nothing is sent before flush(), close() or a full buffer; with autoFlush, println() and printf() flush, and print()
/// and write() do not, as in Java. When text does not fit any more, the lines that are whole are sent and the started
/// one is kept, so a line that fits the buffer is never split; a println() longer than the buffer goes out in one call
/// of the stream below, with the beginning that print() had given it and with its end.
///
/// The first error stays: what is not sent by then is dropped, and so is everything printed later. flush() tells
/// whether all is well, checkError() whether it is not, error() why. What throws is a wrong argument, a lack of memory,
/// and a stream of one's own that throws something else than a std::system_error.
///
/// The buffer takes no memory before it is used. It grows to `bufferSize`, for a text that does not fit to what both
/// take together and an eighth more, and keeps 2 KiB at most after a flush, tied
/// to a reader in full swing as much as it holds back.
///
/// Thread-safety: every member may be called from any thread (moving and destroying excepted), and each call is atomic:
/// lines printed by several threads never mix. A call waits for those of other threads that came before it.
class NETLITE_API PrintWriter {
 public:
  /// A writer on a stream, which it owns from now on. Never blocks.
  ///
  /// @param stream     any OutputStream, by value: client.getOutputStream(), or a copy of a stream of one's own
  /// @param autoFlush  whether println() and printf() flush
  /// @param bufferSize how many bytes are held back at most, not 0; a writer that is tied to a reader
  ///                   (BufferedReader::tie) holds back as many as the reader has got at once, if that is more
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<OutputStream, std::decay_t<Stream>>, int> = 0>
  explicit PrintWriter(Stream&& stream, bool autoFlush = false, std::size_t bufferSize = 8192)
      : PrintWriter(std::unique_ptr<OutputStream>(new std::decay_t<Stream>(std::forward<Stream>(stream))), autoFlush,
                    bufferSize) {}

  /// The same for a stream on the heap.
  ///
  /// @param stream     not null
  /// @param autoFlush  whether println() and printf() flush
  /// @param bufferSize how many bytes are held back at most, not 0; a writer that is tied to a reader
  ///                   (BufferedReader::tie) holds back as many as the reader has got at once, if that is more
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit PrintWriter(std::unique_ptr<OutputStream> stream, bool autoFlush = false, std::size_t bufferSize = 8192);

  /// Takes a writer over, with what it has not sent. A reader tied to it stays tied to it at its new place. Never
  /// blocks.
  ///
  /// @param other may only be destroyed or assigned to from now on
  PrintWriter(PrintWriter&& other) noexcept;

  /// Flushes this writer, as the destructor does, and takes another one over. Blocks as flush() does.
  ///
  /// @param other may only be destroyed or assigned to from now on
  /// @return this writer
  PrintWriter& operator=(PrintWriter&& other) noexcept;

  /// Flushes what is left, swallowing errors, unless the writer is closed. Closes nothing. Blocks as flush() does; to
  /// hear of errors, flush() or close() before.
  ~PrintWriter();

  /// Prints a value. Blocks only when the buffer is full, as the stream below does; on a socket the waiting ends with
  /// its write timeout, close() and shutdownOutput().
  ///
  /// @param value text, char, bool, a number, anything with an operator<<: see Printable
  /// @throws std::invalid_argument a null C string
  void print(const Printable& value);

  /// Prints a value and ends the line with the line separator, in one piece. Flushes with autoFlush. Blocks as print().
  ///
  /// @param value text, char, bool, a number, anything with an operator<<: see Printable
  /// @throws std::invalid_argument a null C string
  void println(const Printable& value);

  /// Ends the line. Flushes with autoFlush. Blocks as print().
  void println();

  /// Writes text. Blocks as print(), and never flushes by itself.
  ///
  /// @param text any bytes, sent as they are; usually UTF-8
  void write(std::string_view text);

  /// The same for a C string. Blocks as print().
  ///
  /// @param text ends with a zero byte; not null
  /// @throws std::invalid_argument `text` is null
  template <typename Character, std::enable_if_t<std::is_same_v<Character, char>, int> = 0>
  void write(const Character* text) {
    print(text);
  }

  /// Writes one byte. Blocks as print(), and never flushes by itself.
  ///
  /// @param character the byte
  void write(char character);

  /// Prints as C's std::printf formats, with the decimal point that std::setlocale has chosen (Java rounds %f half up,
  /// C the exact value to the nearest). Flushes with autoFlush. Blocks as print().
  ///
  /// @param format C's format for the arguments that follow; not null. %n is refused in any form: it is Java's newline,
  ///               but has C write to memory
  /// @throws std::invalid_argument `format` is null, has %n, ends inside a conversion or cannot be formatted
  void printf(const char* format, ...) NETLITE_PRINTF_FORMAT(2, 3);

  /// Sends everything that was printed and flushes the stream below. Blocks until the stream has taken it; on a socket
  /// the waiting ends with its write timeout, close() and shutdownOutput().
  ///
  /// @return true if all is well; false if something printed so far was lost, or the writer is closed: see error()
  bool flush();

  /// Flushes unless the writer is closed, and tells whether there was an error so far. Blocks as flush().
  ///
  /// @return true if something printed so far was lost; false if all is well
  bool checkError();

  /// Why something was lost: the code of the first exception of the stream below, or one that equals
  /// std::errc::operation_canceled if the writer was used after close(). Sticky. Waits for a call in progress.
  ///
  /// @return a code that is zero while all is well
  std::error_code error() const;

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks as flush(), and waits for a call of another thread that is in progress; Socket::close() does not. What
  /// fails here is in error(). Closing twice is harmless; using a closed writer is an error as any other.
  void close();

  /// Chooses what println() ends a line with. The default is `"\n"` on every platform, as the other end may be another
  /// system (Java: the platform's own). Waits for a call in progress.
  ///
  /// @param separator any bytes, such as `"\r\n"`; copied
  void setLineSeparator(std::string_view separator);

 private:
  friend class BufferedReader;  // tie() holds on to the state, as the writer may go first
  class State;

  static bool hasText(State& state);
  static void expect(State& state, std::size_t count);
  static void flushQuietly(State& state) noexcept;

  std::shared_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
