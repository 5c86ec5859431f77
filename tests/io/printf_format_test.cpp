// SPDX-License-Identifier: MIT
//
// The formats that PrintWriter::printf() accepts: those of the C standard, and I64 and I32 of Windows.
#include "io/printf_format.hpp"

#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <cinttypes>
#include <stdexcept>
#include <string>

namespace {

using netlite::checkPrintfFormat;
using netlite::test::thrownBy;

std::string refusal(const char* format) {
  return thrownBy<std::invalid_argument>([&] { checkPrintfFormat(format); }).what();
}

TEST(PrintfFormatTest, AcceptsTextWithoutConversions) {
  for (const char* format : {"", "text", "100%%", "%%n", "%%%%"}) EXPECT_NO_THROW(checkPrintfFormat(format)) << format;
}

TEST(PrintfFormatTest, AcceptsEveryConversionOfCWithItsLengthModifiers) {
  for (const char letter : std::string("diouxX")) {
    for (const char* modifier : {"", "hh", "h", "l", "ll", "j", "z", "t"}) {
      const std::string format = std::string("%") + modifier + letter;
      EXPECT_NO_THROW(checkPrintfFormat(format.c_str())) << format;
    }
  }
  for (const char letter : std::string("aAeEfFgG")) {
    for (const char* modifier : {"", "l", "L"}) {
      const std::string format = std::string("%") + modifier + letter;
      EXPECT_NO_THROW(checkPrintfFormat(format.c_str())) << format;
    }
  }
  for (const char* format : {"%c", "%lc", "%s", "%ls", "%p"}) EXPECT_NO_THROW(checkPrintfFormat(format)) << format;
}

TEST(PrintfFormatTest, AcceptsFlagsWidthAndPrecision) {
  for (const char* format : {"%-d", "%+d", "% d", "%#x", "%05d", "%-+ #0d", "%*d", "%-*d", "%.3f", "%.f", "%.*f",
                             "%8.3f", "%*.*f", "%-8s|%.2s", "%d%s %5u%%"}) {
    EXPECT_NO_THROW(checkPrintfFormat(format)) << format;
  }
}

TEST(PrintfFormatTest, AcceptsTheModifiersOfCinttypesAndWindows) {
  for (const char* format : {"%" PRId64, "%" PRIu32, "%" PRIxPTR, "%I64d", "%08I64X", "%I32u"}) {
    EXPECT_NO_THROW(checkPrintfFormat(format)) << format;
  }
}

TEST(PrintfFormatTest, RefusesPercentNInAnyForm) {
  for (const char* format :
       {"%n",    "a%n", "%hhn", "%hn",  "%ln",  "%lln",   "%jn",  "%zn",    "%tn",   "%qn",    "%Ln",    "%5n",
        "%-05n", "%*n", "%.3n", "%.*n", "%1$n", "%1$hhn", "%d%n", "%%%n",   "%'n",   "%I64n",  "%w8n",   "% +#n",
        "%Zn",   "%In", "%wn",  "%hZn", "%lZn", "%5.3Zn", "%l5n", "%h h n", "%*1$n", "%.*1$n", "%0hhhn", "%lhn"}) {
    const std::string message = refusal(format);
    EXPECT_NE(message.find("use println"), std::string::npos) << format << ": " << message;
  }
}

TEST(PrintfFormatTest, NamesTheRefusedConversion) {
  EXPECT_EQ(refusal("%d %Zn %d"), "printf does not accept %Zn: use println");
  EXPECT_EQ(refusal("%d %-5.2Zd %d"), "printf does not accept %-5.2Zd");
  EXPECT_EQ(refusal("%2$s %1$s"), "printf takes its arguments in order and does not accept %2$s");
  EXPECT_EQ(refusal("%5.2l"), "printf format ends inside a conversion: %5.2l");
  EXPECT_EQ(refusal("100%"), "printf format ends inside a conversion: %");
  EXPECT_EQ(refusal("100%안"), "printf does not accept %안");
}

TEST(PrintfFormatTest, RefusesPositionalArguments) {
  for (const char* format : {"%1$d", "%1$s", "%*1$d", "%1$*2$d", "%.*1$f", "%2$.3f", "%1$%"}) {
    EXPECT_THROW(checkPrintfFormat(format), std::invalid_argument) << format;
  }
}

TEST(PrintfFormatTest, RefusesConversionsThatCDoesNotDefine) {
  for (const char* format :
       {"%Zd",     "%qd",  "%C",    "%S",    "%m",    "%b",    "%B",     "%k",     "%y",   "%!",   "%\n",
        "%'d",     "%Id",  "%I16d", "%I6d",  "%I",    "%w64d", "%wf64d", "%wf16n", "%ws",  "%d%",  "%5%",
        "%-%",     "%l%",  "%hs",   "%lls",  "%zs",   "%Ls",   "%hc",    "%lp",    "%hf",  "%llf", "%jf",
        "%zf",     "%Ld",  "%hhhd", "%llld", "%lhd",  "%hld",  "%zjd",   "%.-5d",  "%5-d", "%5 d", "%..5d",
        "%5.5.5d", "%**d", "%*5d",  "%5*d",  "%.*5d", "%h5d",  "%l-d"}) {
    EXPECT_THROW(checkPrintfFormat(format), std::invalid_argument) << format;
  }
}

TEST(PrintfFormatTest, RefusesNull) { EXPECT_EQ(refusal(nullptr), "format is null"); }

}  // namespace
