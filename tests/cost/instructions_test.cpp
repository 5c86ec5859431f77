// SPDX-License-Identifier: MIT
//
// The instructions that a line takes, a measure without noise: instructions_probe.cpp under callgrind, optimized in
// every build. The raw baseline is measured in the same run, and only the ratio has a bound.
#include "support/scratch_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <ostream>
#include <string>

namespace {

struct Bound {
  const char* name;
  const char* task;
  int length;    // of a line, in bytes
  int lines;     // in the shorter of two runs; lines that arrive together must fill large buffers several times
  double ratio;  // max instructions of netlite per instruction of the baseline
};

// The bounds measured on 64-bit and on 32-bit systems.
constexpr double byWords(double of64Bits, double of32Bits) { return sizeof(void*) == 8 ? of64Bits : of32Bits; }

constexpr Bound kBounds[] = {
    {"PingPong32", "ping-pong", 32, 500, byWords(2.8, 2.85)},
    {"Tied32", "tied", 32, 8000, byWords(2.15, 2.25)},
    {"Tied1024", "tied", 1024, 500, 2.0},
    {"ReadLine16", "read", 16, 500, byWords(0.9, 1.0)},
    {"ReadLine80", "read", 80, 500, byWords(1.0, 1.15)},
    {"ReadLine1024", "read", 1024, 500, byWords(1.35, 1.4)},
    {"ReadInt", "read-ints", 4, 20000, byWords(2.05, 2.6)},
    {"Println32", "print", 32, 500, byWords(1.4, 1.45)},
};

#ifdef __clang__
constexpr double kAllowance = 1.1;  // the bounds were measured with g++
#else
constexpr double kAllowance = 1.0;
#endif

// On processors with SSSE3, glibc for 32-bit x86 uses other string functions, which make the baseline cheaper.
#ifdef __i386__
constexpr char kSameOnEachProcessor[] = "GLIBC_TUNABLES=glibc.cpu.hwcaps=-SSSE3 ";
#else
constexpr char kSameOnEachProcessor[] = "";
#endif

std::ostream& operator<<(std::ostream& out, const Bound& bound) { return out << bound.name; }

class InstructionsTest : public testing::TestWithParam<Bound> {
 protected:
  void SetUp() override {
    if (!run("valgrind --tool=callgrind --callgrind-out-file=/dev/null true")) GTEST_SKIP() << "valgrind is missing";
  }

  // The difference of two runs excludes start-up and everything else that happens once.
  static double perLine(const std::string& side) {
    return static_cast<double>(total(side, 2 * GetParam().lines) - total(side, GetParam().lines)) / GetParam().lines;
  }

 private:
  static bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

  static long total(const std::string& side, int lines) {
    const std::string file = netlite::test::scratchFile(std::string("callgrind.") + GetParam().name + "." + side);
    const std::string task =
        " " + side + " " + GetParam().task + " " + std::to_string(lines) + " " + std::to_string(GetParam().length);
    EXPECT_TRUE(run(std::string(kSameOnEachProcessor) +
                    "valgrind --tool=callgrind --toggle-collect=countedTask --callgrind-out-file=" + file +
                    " " NETLITE_INSTRUCTIONS_PROBE + task));
    const long count = totalIn(file);
    std::remove(file.c_str());
    return count;
  }

  static long totalIn(const std::string& file) {
    const std::string label = "totals: ";
    std::ifstream profile(file);
    for (std::string line; std::getline(profile, line);) {
      if (line.compare(0, label.size(), label) == 0) return std::stol(line.substr(label.size()));
    }
    ADD_FAILURE() << "no totals in " << file;
    return 0;
  }
};

TEST_P(InstructionsTest, StaysWithinABoundOfTheRawBaseline) {
  const double raw = perLine("raw");
  const double netlite = perLine("netlite");
  std::printf("instructions per line: raw %.0f, netlite %.0f, ratio %.2f\n", raw, netlite, netlite / raw);
  EXPECT_GT(raw, 0);
  EXPECT_LE(netlite / raw, kAllowance * GetParam().ratio);
}

INSTANTIATE_TEST_SUITE_P(Lines, InstructionsTest, testing::ValuesIn(kBounds),
                         [](const auto& test) { return test.param.name; });

}  // namespace
