// SPDX-License-Identifier: MIT
//
// PrintWriter: the text of values, when text is sent, sticky errors, closing and threads.
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "support/scripted_streams.hpp"
#include "support/system.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cwchar>
#include <limits>
#include <locale>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using netlite::test::RecordingOutputStream;
using namespace std::string_literals;

using Writes = std::vector<std::string>;

template <typename Value>
std::string printed(const Value& value) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.print(value);
  out.flush();
  return sent.toString();
}

// ---- the text of values

TEST(PrintWriterTest, PrintsText) {
  char array[] = "array";
  char* pointer = array;
  EXPECT_EQ(printed("literal"), "literal");
  EXPECT_EQ(printed(array), "array");
  EXPECT_EQ(printed(pointer), "array");
  EXPECT_EQ(printed("a\0b"s), "a\0b"s);
  EXPECT_EQ(printed(std::string_view("view")), "view");
  EXPECT_EQ(printed("\xED\x95\x9C\xEA\xB8\x80"), "\xED\x95\x9C\xEA\xB8\x80");
}

TEST(PrintWriterTest, PrintsCharactersAndBools) {
  EXPECT_EQ(printed('c'), "c");
  EXPECT_EQ(printed('\0'), "\0"s);
  EXPECT_EQ(printed(true), "true");
  EXPECT_EQ(printed(false), "false");
}

TEST(PrintWriterTest, PrintsIntegersOfEveryType) {
  EXPECT_EQ(printed(std::int8_t{-128}), "-128");
  EXPECT_EQ(printed(std::uint8_t{65}), "65");
  EXPECT_EQ(printed(short{-1}), "-1");
  EXPECT_EQ(printed(static_cast<unsigned short>(65535)), "65535");
  EXPECT_EQ(printed(INT_MIN), "-2147483648");
  EXPECT_EQ(printed(4294967295U), "4294967295");
  EXPECT_EQ(printed(-5L), "-5");
  EXPECT_EQ(printed(5UL), "5");
  EXPECT_EQ(printed(LLONG_MIN), "-9223372036854775808");
  EXPECT_EQ(printed(ULLONG_MAX), "18446744073709551615");
}

TEST(PrintWriterTest, PrintsTheShortestFloatingPointTextThatReadsBack) {
  EXPECT_EQ(printed(0.1), "0.1");
  EXPECT_EQ(printed(0.1F), "0.1");
  EXPECT_EQ(printed(0.1L), "0.1");
  EXPECT_EQ(printed(1e22), "1e+22");
  EXPECT_EQ(printed(-0.0), "-0");
  EXPECT_EQ(printed(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(printed(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(printed(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(PrintWriterTest, FloatingPointNumbersOfMaximumLengthFit) {
  for (const long double number : {std::numeric_limits<long double>::max(), -std::numeric_limits<long double>::min(),
                                   std::numeric_limits<long double>::lowest() / 3}) {
    EXPECT_EQ(std::strtold(printed(number).c_str(), nullptr), number);  // stold may reject the smallest as out of range
  }
  EXPECT_EQ(std::stod(printed(-std::numeric_limits<double>::min())), -std::numeric_limits<double>::min());
}

struct Point {
  int x;
  int y;
  friend std::ostream& operator<<(std::ostream& out, const Point& point) {
    return out << '(' << point.x << ',' << point.y << ')';
  }
};

enum class Color { red };
std::ostream& operator<<(std::ostream& out, Color) { return out << "red"; }

TEST(PrintWriterTest, PrintsAnyTypeWithAStreamInserter) {
  int value = 0;
  EXPECT_EQ(printed(Point{1, 2}), "(1,2)");
  EXPECT_EQ(printed(Color::red), "red");
  EXPECT_EQ(printed(std::atomic<int>(5)), "5");
  EXPECT_EQ(printed(std::vector<bool>{true}[0]), "true");
  EXPECT_EQ(printed(&value).substr(0, 2), "0x");
}

enum Plain { kSeven = 7 };

struct Named {
  static const int kNumber = 12;
  unsigned bits : 3;
  operator std::string_view() const { return "named"; }
};

TEST(PrintWriterTest, PrintsTypesThatConvertToPrintableOnes) {
  const Named named{5};
  EXPECT_EQ(printed(kSeven), "7");
  EXPECT_EQ(printed(named), "named");
  ByteArrayOutputStream sent;
  PrintWriter(sent).print(Named::kNumber);
  PrintWriter(sent).print(named.bits);
  EXPECT_EQ(sent.toString(), "125");
}

class Grouping : public std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(PrintWriterTest, TheLocaleIsIgnored) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  EXPECT_EQ(printed(1234567), "1234567");
  EXPECT_EQ(printed(1234.5), "1234.5");
  EXPECT_EQ(printed(Point{1234, 5}), "(1234,5)");
  std::locale::global(before);
}

TEST(PrintWriterTest, RefusesANullString) {
  const char* const null = nullptr;
  RecordingOutputStream sent;
  PrintWriter out(sent);
  EXPECT_THROW(out.print(null), std::invalid_argument);
  EXPECT_THROW(out.println(null), std::invalid_argument);
  EXPECT_THROW(out.print(nullptr), std::invalid_argument);
  EXPECT_THROW(out.write(null), std::invalid_argument);
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(sent.writes().empty());
}

template <typename Value, typename = void>
struct CanPrint : std::false_type {};
template <typename Value>
struct CanPrint<Value, std::void_t<decltype(std::declval<PrintWriter>().print(std::declval<Value>()))>>
    : std::true_type {};

TEST(PrintWriterTest, DoesNotCompileForUnprintableTypes) {
  struct Nothing {};
  EXPECT_FALSE(CanPrint<Nothing>::value);
  EXPECT_FALSE(CanPrint<wchar_t>::value);
  EXPECT_FALSE(CanPrint<char16_t>::value);
  EXPECT_TRUE(CanPrint<Point>::value);
}

struct Unprintable {
  friend std::ostream& operator<<(std::ostream&, const Unprintable&) { throw std::logic_error("inserter"); }
};

TEST(PrintWriterTest, AnInserterThatThrowsPrintsNothing) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  EXPECT_THROW(out.print(Unprintable()), std::logic_error);
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(sent.writes().empty());
}

// ---- lines

TEST(PrintWriterTest, ALineEndsWithALineFeed) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.println("a");
  out.println();
  out.println(1);
  out.print("b");
  out.flush();
  EXPECT_EQ(sent.toString(), "a\n\n1\nb");
}

TEST(PrintWriterTest, TheLineSeparatorCanBeSet) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.setLineSeparator("\r\n");
  out.println("a");
  out.setLineSeparator("");
  out.println("b");
  out.setLineSeparator("\0"s);
  out.println();
  out.flush();
  EXPECT_EQ(sent.toString(), "a\r\nb\0"s);
}

TEST(PrintWriterTest, WriteAcceptsTextAndBytes) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.write("a\0b"s);
  out.write("cd");
  out.write('e');
  out.write(std::string_view("fgh").substr(0, 1));
  out.flush();
  EXPECT_EQ(sent.toString(), "a\0bcdef"s);
}

// ---- printf

TEST(PrintWriterTest, PrintfFormatsItsArguments) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.printf("%d %s|%5.1f|%-4x|%%|%c|%*d", 1, "two", 2.25, 255U, 'c', 3, 7);
  out.printf("plain");
  out.printf(" %zu %lld %Lf", sizeof(char), -1LL, 1.5L);
  out.flush();
  EXPECT_EQ(sent.toString(), "1 two|  2.2|ff  |%|c|  7plain 1 -1 1.500000");
}

TEST(PrintWriterTest, PrintfRoundsAsInC) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.printf("%.0f %.0f %.0f %.1f %.2f", 0.5, 1.5, 2.5, 0.25, 1.005);
  out.flush();
  EXPECT_EQ(sent.toString(), "0 2 2 0.2 1.00");
}

TEST(PrintWriterTest, PrintfPrintsTextOfAnyLength) {
  for (const std::size_t length : {254U, 255U, 256U, 257U, 100000U}) {
    ByteArrayOutputStream sent;
    PrintWriter out(sent);
    const std::string text(length, 'x');
    out.printf("%s\n", text.c_str());
    out.flush();
    EXPECT_EQ(sent.toString(), text + '\n');
  }
}

// Calls printf() without the compiler's check of the format, which would rightly reject these.
template <typename... Arguments>
void printUnchecked(PrintWriter& out, const char* format, Arguments... arguments) {
  void (PrintWriter::*const print)(const char*, ...) = &PrintWriter::printf;
  (out.*print)(format, arguments...);
}

TEST(PrintWriterTest, PrintfRefusesConversionsThatWriteToAnArgument) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  for (const char* format : {"%n", "12345%hhn", "12345%Zn", "12345%1$n", "12345%*1$n"}) {
    std::size_t target = 42;
    EXPECT_THROW(printUnchecked(out, format, &target, &target), std::invalid_argument) << format;
    EXPECT_EQ(target, 42U) << format;
  }
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(sent.writes().empty());
}

TEST(PrintWriterTest, PrintfAcceptsWideText) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.printf("%ls %lc", L"wide", static_cast<std::wint_t>(L'w'));
  out.flush();
  EXPECT_EQ(sent.toString(), "wide w");
}

TEST(PrintWriterTest, PrintfReportsWideTextThatTheLocaleCannotConvert) {
  if (netlite::test::runsOnWindows()) GTEST_SKIP() << "mingw-w64's printf drops what it cannot convert";
  RecordingOutputStream sent;
  PrintWriter out(sent);
  EXPECT_THROW(out.printf("%ls", L"\xD55C"), std::invalid_argument);
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(sent.writes().empty());
}

TEST(PrintWriterTest, PrintfRefusesInvalidFormats) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  EXPECT_THROW(printUnchecked(out, nullptr), std::invalid_argument);
  EXPECT_THROW(printUnchecked(out, "100%"), std::invalid_argument);
  EXPECT_THROW(printUnchecked(out, "%5.2l"), std::invalid_argument);
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(sent.writes().empty());
}

TEST(PrintWriterTest, PrintfPrintsAnNAfterTwoPercents) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent);
  out.printf("100%%n %dn", 1);
  out.flush();
  EXPECT_EQ(sent.toString(), "100%n 1n");
}

// ---- when text is sent

TEST(PrintWriterTest, NothingIsSentBeforeFlush) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  for (int i = 0; i < 100; ++i) out.println("line");
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_TRUE(out.flush());
  EXPECT_EQ(sent.writes().size(), 1U);
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(PrintWriterTest, AutoFlushFlushesAfterPrintlnAndPrintf) {
  RecordingOutputStream sent;
  PrintWriter out(sent, true);
  out.print("a");
  out.print("a\n");
  out.write("a\n");
  out.write('\n');
  EXPECT_TRUE(sent.writes().empty());
  out.println("b");
  EXPECT_EQ(sent.writes(), Writes{"aa\na\n\nb\n"});
  out.println();
  out.println(1);
  out.printf("%d", 2);
  EXPECT_EQ(sent.writes(), (Writes{"aa\na\n\nb\n", "\n", "1\n", "2"}));
  EXPECT_EQ(sent.flushCount(), 4);
}

TEST(PrintWriterTest, ABufferThatIsExactlyFullIsNotSent) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  out.print(std::string(8192, 'x'));
  EXPECT_TRUE(sent.writes().empty());
  out.print('x');
  EXPECT_EQ(sent.bytes().size(), 8193U);
}

TEST(PrintWriterTest, ALineThatFitsIsNotSplit) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 16);
  out.println("one");
  out.println("two");
  out.print("thr");
  out.print("ee fou");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo\n"});
  out.println("r");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo\n"});
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"one\ntwo\n", "three four\n"}));
}

TEST(PrintWriterTest, LinesThatFitAreSentWhole) {
  for (std::size_t length = 0; length < 16; ++length) {
    RecordingOutputStream sent;
    PrintWriter out(sent, false, 16);
    for (int i = 0; i < 20; ++i) {
      out.print(std::string(length / 2, 'x'));
      out.println(std::string(length - length / 2, 'y'));
    }
    out.flush();
    for (const std::string& write : sent.writes()) EXPECT_EQ(write.back(), '\n') << length;
    EXPECT_EQ(sent.bytes().size(), 20 * (length + 1));
  }
}

TEST(PrintWriterTest, ACustomLineSeparatorEndsALine) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 8);
  out.setLineSeparator(";");
  out.println("one");
  out.print("two");
  out.print("three");
  EXPECT_EQ(sent.writes(), Writes{"one;"});
}

TEST(PrintWriterTest, ACustomLineSeparatorEndsALineThatFitsTheBuffer) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 16);
  out.setLineSeparator(";");
  out.println("one");
  out.println("two");
  out.print("begun");
  out.print(" and ended");
  EXPECT_EQ(sent.writes(), Writes{"one;two;"});
}

TEST(PrintWriterTest, PrintingEmptyTextAfterCloseIsAnError) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  out.setLineSeparator("");
  out.close();
  out.println("");
  EXPECT_EQ(out.error(), std::errc::operation_canceled);
}

TEST(PrintWriterTest, ALongLineIsSentInOneWriteWithItsBeginningAndItsEnd) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 16);
  out.println("before");
  out.print("begun ");
  out.println(std::string(100, 'x'));
  EXPECT_EQ(sent.writes(), (Writes{"before\n", "begun " + std::string(100, 'x') + '\n'}));
}

TEST(PrintWriterTest, ALineThatDoesNotFitWithItsSeparatorIsSentInOneWrite) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 16);
  out.println(std::string(16, 'x'));
  EXPECT_EQ(sent.writes(), Writes{std::string(16, 'x') + '\n'});
}

TEST(PrintWriterTest, APartialLineThatOutgrowsTheBufferIsSent) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 8);
  out.print("12345");
  out.print("67890");
  EXPECT_EQ(sent.writes(), Writes{"1234567890"});
  out.println("end");
  out.flush();
  EXPECT_EQ(sent.bytes(), "1234567890end\n");
}

TEST(PrintWriterTest, ThePartialLastLineOfATextStaysBuffered) {
  RecordingOutputStream sent;
  PrintWriter out(sent, false, 8);
  out.print("first line\nsecond line\nthird");
  EXPECT_EQ(sent.writes(), Writes{"first line\nsecond line\n"});
}

// ---- errors

TEST(PrintWriterTest, AnErrorIsSticky) {
  RecordingOutputStream sent;
  sent.fails(std::errc::broken_pipe);
  PrintWriter out(sent);
  out.print("abc");
  EXPECT_FALSE(out.error());
  EXPECT_FALSE(out.flush());
  EXPECT_EQ(out.error(), std::errc::broken_pipe);
  out.print("def");
  EXPECT_FALSE(out.flush());
  EXPECT_TRUE(out.checkError());
  EXPECT_EQ(out.error(), std::errc::broken_pipe);
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_EQ(sent.flushCount(), 0);
}

TEST(PrintWriterTest, ATimeoutDropsTheUnsentText) {
  RecordingOutputStream sent;
  sent.timesOutAfter(2);
  PrintWriter out(sent);
  out.print("abc");
  EXPECT_FALSE(out.flush());
  EXPECT_EQ(out.error(), std::errc::timed_out);
  EXPECT_FALSE(out.flush());
  EXPECT_EQ(sent.bytes(), "ab");
}

TEST(PrintWriterTest, AnErrorInPrintlnIsSticky) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  PrintWriter out(sent, false, 4);
  EXPECT_NO_THROW(out.println("longer than the buffer"));
  EXPECT_EQ(out.error(), std::errc::connection_reset);
  EXPECT_TRUE(out.checkError());
}

TEST(PrintWriterTest, AnErrorOfTheStreamsFlushIsSticky) {
  RecordingOutputStream sent;
  sent.failToFlush();
  PrintWriter out(sent);
  EXPECT_FALSE(out.flush());
  EXPECT_EQ(out.error(), std::errc::no_space_on_device);
}

TEST(PrintWriterTest, CheckErrorFlushes) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  out.print("abc");
  EXPECT_FALSE(out.checkError());
  EXPECT_EQ(sent.bytes(), "abc");
}

// A stream that throws an exception with error code zero, which must not be taken for success.
class ZeroCodeStream : public OutputStream {
 public:
  void write(const void*, std::size_t) override { throw std::system_error(std::error_code()); }
};

TEST(PrintWriterTest, AnExceptionWithCodeZeroIsReportedAsAnIOError) {
  PrintWriter out{ZeroCodeStream()};
  out.print("a");
  EXPECT_FALSE(out.flush());
  EXPECT_EQ(out.error(), std::errc::io_error);
}

// ---- closing, destroying, moving

TEST(PrintWriterTest, CloseFlushesAndClosesTheStreamOnce) {
  RecordingOutputStream sent;
  PrintWriter out(sent);
  out.print("abc");
  out.close();
  out.close();
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 1);
  EXPECT_FALSE(out.error());
  EXPECT_FALSE(out.checkError());
}

TEST(PrintWriterTest, CloseClosesTheStreamEvenIfFlushingFails) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  sent.failToClose();
  PrintWriter out(sent);
  out.print("abc");
  EXPECT_NO_THROW(out.close());
  EXPECT_EQ(sent.closeCount(), 1);
  EXPECT_EQ(out.error(), std::errc::connection_reset);
}

TEST(PrintWriterTest, CloseAfterAnErrorClosesTheStream) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  PrintWriter out(sent);
  out.print("abc");
  out.flush();
  out.close();
  out.print("def");
  EXPECT_EQ(sent.closeCount(), 1);
  EXPECT_EQ(sent.bytes(), "");
  EXPECT_EQ(out.error(), std::errc::connection_reset);
}

TEST(PrintWriterTest, UsingAClosedWriterIsAnError) {
  const auto errorAfter = [](void (*use)(PrintWriter&)) {
    RecordingOutputStream sent;
    PrintWriter out(sent);
    out.close();
    use(out);
    EXPECT_TRUE(out.checkError());
    EXPECT_TRUE(sent.writes().empty());
    return out.error();
  };
  EXPECT_EQ(errorAfter([](PrintWriter& out) { out.print("a"); }), std::errc::operation_canceled);
  EXPECT_EQ(errorAfter([](PrintWriter& out) { out.println(); }), std::errc::operation_canceled);
  EXPECT_EQ(errorAfter([](PrintWriter& out) { out.printf("a"); }), std::errc::operation_canceled);
  EXPECT_EQ(errorAfter([](PrintWriter& out) { out.write('a'); }), std::errc::operation_canceled);
  EXPECT_EQ(errorAfter([](PrintWriter& out) { EXPECT_FALSE(out.flush()); }), std::errc::operation_canceled);
}

TEST(PrintWriterTest, TheDestructorFlushesButDoesNotClose) {
  RecordingOutputStream sent;
  { PrintWriter(sent).print("abc"); }
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 0);
}

// A stream that throws an exception other than a std::system_error, which the writer does not record.
class OddStream : public OutputStream {
 public:
  void write(const void*, std::size_t) override { throw std::runtime_error("odd"); }
};

TEST(PrintWriterTest, TheDestructorSwallowsExceptions) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  EXPECT_NO_THROW({ PrintWriter(sent).print("abc"); });
  EXPECT_NO_THROW({ PrintWriter(OddStream()).print("abc"); });
}

TEST(PrintWriterTest, RefusesANullStreamAndABufferSizeOfZero) {
  EXPECT_THROW(PrintWriter(std::unique_ptr<OutputStream>()), std::invalid_argument);
  EXPECT_THROW(PrintWriter(ByteArrayOutputStream(), false, 0), std::invalid_argument);
}

TEST(PrintWriterTest, MovesWithItsText) {
  RecordingOutputStream first;
  RecordingOutputStream second;
  PrintWriter out(std::make_unique<RecordingOutputStream>(first));
  out.print("a");
  PrintWriter moved(std::move(out));
  moved.print("b");
  PrintWriter other(second);
  other.print("c");
  other = std::move(moved);
  EXPECT_EQ(second.bytes(), "c");
  EXPECT_EQ(first.bytes(), "");
  other.flush();
  EXPECT_EQ(first.bytes(), "ab");
}

// ---- threads

TEST(PrintWriterTest, LinesOfSeveralThreadsDoNotMix) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent, false, 64);
  const auto work = [&out](char letter) {
    for (int i = 0; i < 500; ++i) out.println(std::string(20, letter));
  };
  std::array<std::thread, 3> others{std::thread(work, 'b'), std::thread(work, 'c'), std::thread(work, 'd')};
  work('a');
  for (std::thread& other : others) other.join();
  out.flush();
  const std::string bytes = sent.toString();
  ASSERT_EQ(bytes.size(), 42000U);
  for (std::size_t i = 0; i < bytes.size(); i += 21) ASSERT_EQ(bytes.substr(i, 21), std::string(20, bytes[i]) + '\n');
}

TEST(PrintWriterTest, CloseWaitsForACallInProgress) {
  RecordingOutputStream sent;
  sent.block();
  PrintWriter out(sent, true);
  std::thread printing([&] { out.println("a"); });
  sent.waitForWriter();
  std::thread closing([&] { out.close(); });
  EXPECT_EQ(sent.closeCount(), 0);
  sent.release();
  printing.join();
  closing.join();
  EXPECT_EQ(sent.bytes(), "a\n");
  EXPECT_EQ(sent.closeCount(), 1);
  EXPECT_FALSE(out.error());
}

TEST(PrintWriterTest, CloseIsSafeWhileAnotherThreadPrints) {
  ByteArrayOutputStream sent;
  PrintWriter out(sent, true);
  std::thread closing([&] { out.close(); });
  for (int i = 0; i < 1000; ++i) out.println(i);
  closing.join();
  out.println();
  EXPECT_EQ(out.error(), std::errc::operation_canceled);
}

}  // namespace
