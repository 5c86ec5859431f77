// SPDX-License-Identifier: MIT
//
// Workload: lines are read and dropped.
//
//   read_line_memory/16, /80, /1024   from memory, copied into the reader's buffer as recv would: time per line
//   read_line_tcp/16, /80, /1024      from a socket that always has input: processor time of the reading process per
//                                     line, including the system's part
//
// The size is that of the line's text without the line feed. The baseline is memchr over an 8 KiB buffer and a copy of
// each line; the C++ and C libraries have 8 KiB buffers, too. Rivals with their own readers take part over the socket.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/raw_lines.hpp"
#include "support/report.hpp"
#include "support/source_streambuf.hpp"
#include "support/stdio_lines.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstdio>
#include <istream>
#include <stdexcept>
#include <string>

namespace {

using namespace bench;

constexpr std::size_t kLineSizes[] = {16, 80, 1024};
constexpr std::size_t kMemorySize = 256 * 1024;  // bytes, so that the text stays in the processor's caches
constexpr std::size_t kTextSize = 64 * 1024;     // bytes per send
constexpr std::size_t kTexts = 256;              // 16 MiB per connection

// A text in memory, as a source of bytes.
class Memory {
 public:
  explicit Memory(const std::string& text) : text_(&text) {}

  std::size_t operator()(char* buffer, std::size_t size) {
    const std::size_t count = text_->copy(buffer, size, position_);
    position_ += count;
    return count;
  }

 private:
  const std::string* text_;
  std::size_t position_ = 0;
};

// The same as a stream for netlite. ByteArrayInputStream would first copy the whole text.
class MemoryStream final : public netlite::InputStream {
 public:
  explicit MemoryStream(const std::string& text) : memory_(text) {}
  using InputStream::read;
  std::size_t read(void* buffer, std::size_t size) override { return memory_(static_cast<char*>(buffer), size); }

 private:
  Memory memory_;
};

std::size_t countRaw(const std::string& text) {
  RawLineReader in{Memory(text)};
  std::size_t count = 0;
  for (std::string line; in.readLine(line);) {
    benchmark::DoNotOptimize(line.data());
    ++count;
  }
  return count;
}

std::size_t countNetlite(const std::string& text) {
  netlite::BufferedReader in{MemoryStream(text)};
  std::size_t count = 0;
  for (std::string line; in.readLine(line);) {
    benchmark::DoNotOptimize(line.data());
    ++count;
  }
  return count;
}

std::size_t countGetline(const std::string& text) {
  SourceStreambuf buffer{Memory(text)};
  std::istream in(&buffer);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    benchmark::DoNotOptimize(line.data());
    ++count;
  }
  return count;
}

ssize_t readCookie(void* memory, char* buffer, std::size_t size) {
  return static_cast<ssize_t>((*static_cast<Memory*>(memory))(buffer, size));
}

std::size_t countStdio(const std::string& text) {
  Memory memory(text);
  return countStdioLines(::fopencookie(&memory, "r", {readCookie, nullptr, nullptr, nullptr}));
}

void checkCount(std::size_t count, std::size_t wanted) {
  if (count != wanted) throw std::runtime_error("lines are missing");
}

void fromMemory(benchmark::State& state, std::size_t (*countLines)(const std::string&), std::size_t size) {
  const std::string text = linesOf(size + 1, kMemorySize);
  const std::size_t lines = text.size() / (size + 1);
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { checkCount(countLines(text), lines); });
  report(state, watch.medianMicroseconds() * 1e3 / static_cast<double>(lines), "ns/line");
}

void fromSocket(benchmark::State& state, const Contender& contender, std::size_t size) {
  ServerProcess& server = serverOf(contender, Mode::count);
  const std::string text = linesOf(size + 1, kTextSize);
  const std::size_t lines = kTexts * (text.size() / (size + 1));
  const auto countOnce = [&] { checkCount(LineClient(server.port()).count(text, kTexts), lines); };
  warmUp(contender, Mode::count, countOnce);
  const auto start = server.processorTime();
  for (auto _ : state) countOnce();
  const std::chrono::duration<double, std::nano> used = server.processorTime() - start;
  report(state, used.count() / static_cast<double>(state.iterations()) / static_cast<double>(lines), "ns/line");
}

void addFromMemory(std::size_t size) {
  const std::pair<const char*, std::size_t (*)(const std::string&)> all[] = {
      {"raw", countRaw}, {"netlite", countNetlite}, {"std::getline", countGetline}, {"stdio", countStdio}};
  for (const auto& [name, countLines] : all) {
    add("read_line_memory/" + std::to_string(size), name,
        [countLines = countLines, size](benchmark::State& state) { fromMemory(state, countLines, size); });
  }
}

void addFromSocket(std::size_t size) {
  for (const Contender& reader : readers()) {
    add("read_line_tcp/" + std::to_string(size), reader.name,
        [&reader, size](benchmark::State& state) { fromSocket(state, reader, size); });
  }
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t size : kLineSizes) addFromMemory(size);
  for (const std::size_t size : kLineSizes) addFromSocket(size);
  return run(count, arguments);
}
