// SPDX-License-Identifier: MIT
//
// Workload: lines are printed into an 8 KiB buffer, which is discarded whenever it is full.
//
//   println/16, /80, /1024   text of that many bytes and a line feed
//   println/int              a number
//
// The figure is time per line. The baseline is memcpy (or std::to_chars) into an array; another contender is
// std::ostream with a buffer of the same size.
#include "support/report.hpp"

#include <netlite/netlite.hpp>

#include <charconv>
#include <cstring>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace {

using namespace bench;

constexpr std::size_t kLineSizes[] = {16, 80, 1024};
constexpr std::size_t kBufferSize = 8192;  // bytes
constexpr int kLines = 1000;               // per iteration
constexpr int kNumber = 1234567890;

// Discards a full buffer. The compiler must not see that the bytes are never read.
void drop(const char* bytes) { benchmark::DoNotOptimize(bytes); }

class RawWriter {
 public:
  void println(std::string_view text) {
    makeRoom(text.size() + 1);
    std::memcpy(buffer_ + used_, text.data(), text.size());
    used_ += text.size();
    buffer_[used_++] = '\n';
  }

  void println(int number) {
    makeRoom(16);
    used_ = static_cast<std::size_t>(std::to_chars(buffer_ + used_, buffer_ + kBufferSize, number).ptr - buffer_);
    buffer_[used_++] = '\n';
  }

 private:
  void makeRoom(std::size_t size) {
    if (used_ + size <= kBufferSize) return;
    drop(buffer_);
    used_ = 0;
  }

  std::size_t used_ = 0;
  char buffer_[kBufferSize];
};

class NullStream final : public netlite::OutputStream {
 public:
  using OutputStream::write;
  void write(const void* data, std::size_t) override { drop(static_cast<const char*>(data)); }
};

class NetliteWriter {
 public:
  template <typename Value>
  void println(const Value& value) {
    out_.println(value);
  }

 private:
  netlite::PrintWriter out_{NullStream()};
};

class NullStreambuf : public std::streambuf {
 public:
  NullStreambuf() { setp(buffer_, buffer_ + kBufferSize); }

 protected:
  int_type overflow(int_type character) override {
    drop(buffer_);
    setp(buffer_, buffer_ + kBufferSize);
    return sputc(traits_type::to_char_type(character));
  }

 private:
  char buffer_[kBufferSize];
};

class OstreamWriter {
 public:
  template <typename Value>
  void println(const Value& value) {
    out_ << value << '\n';
  }

 private:
  NullStreambuf buffer_;
  std::ostream out_{&buffer_};
};

template <typename Writer, typename Value>
void printLines(benchmark::State& state, const Value& value) {
  Writer out;
  Stopwatch watch;
  for (auto _ : state) {
    watch.time([&] {
      for (int i = 0; i < kLines; ++i) out.println(value);
    });
  }
  report(state, watch.medianMicroseconds() * 1e3 / kLines, "ns/line");
}

template <typename Value>
void addAll(const std::string& workload, const Value& value) {
  add(workload, "raw", [value](benchmark::State& state) { printLines<RawWriter>(state, value); });
  add(workload, "netlite", [value](benchmark::State& state) { printLines<NetliteWriter>(state, value); });
  add(workload, "std::ostream", [value](benchmark::State& state) { printLines<OstreamWriter>(state, value); });
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t size : kLineSizes) addAll("println/" + std::to_string(size), std::string(size, 'x'));
  addAll("println/int", kNumber);
  return run(count, arguments);
}
