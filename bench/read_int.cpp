// SPDX-License-Identifier: MIT
//
// Workload: big-endian numbers of four bytes are read and added up, as DataInputStream::readInt() on a
// BufferedInputStream reads them.
//
//   read_int_memory   from memory, copied into the reader's buffer as recv would: time per number
//   read_int_tcp      from a socket that always has input: processor time of the reading thread per number, including
//                     the system's part
//
// The baseline is a loop that takes them from an 8 KiB buffer. From memory the BufferedInputStream's buffer has that
// size, too; from a socket it grows to 64 KiB.
#include "support/raw_ints.hpp"
#include "support/raw_lines.hpp"
#include "support/report.hpp"

#include <netlite/netlite.hpp>

#include <ctime>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace bench;

constexpr std::size_t kMemorySize = 256 * 1024;      // bytes, so that the numbers stay in the processor's caches
constexpr std::size_t kSentSize = 16 * 1024 * 1024;  // bytes per connection
constexpr std::size_t kIntSize = 4;

const std::string& numbers() {
  static const std::string bytes(kMemorySize, 'n');
  return bytes;
}

// The numbers in memory, as a source of bytes.
class Memory {
 public:
  std::size_t operator()(char* buffer, std::size_t size) {
    const std::size_t count = numbers().copy(buffer, size, position_);
    position_ += count;
    return count;
  }

 private:
  std::size_t position_ = 0;
};

class MemoryStream final : public netlite::InputStream {
 public:
  using InputStream::read;
  std::size_t read(void* buffer, std::size_t size) override { return memory_(static_cast<char*>(buffer), size); }

 private:
  Memory memory_;
};

template <typename Source>
void sumRaw(Source source) {
  benchmark::DoNotOptimize(sumOfRawInts(source));
}

template <typename Stream>
void sumNetlite(Stream stream, std::size_t size) {
  netlite::DataInputStream in{netlite::BufferedInputStream(std::move(stream))};
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < size / kIntSize; ++i) sum += in.readInt();
  benchmark::DoNotOptimize(sum);
}

void fromMemory(benchmark::State& state, void (*sum)()) {
  Stopwatch watch;
  for (auto _ : state) watch.time(sum);
  report(state, watch.medianMicroseconds() * 1e3 * kIntSize / kMemorySize, "ns/number");
}

double threadMicroseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// The microseconds of this thread for all numbers of one connection.
double fromConnection(void (*sum)(netlite::Socket& socket)) {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  std::thread sender([&server] {
    const Descriptor socket = connectedTo(server.getLocalPort());
    for (std::size_t sent = 0; sent < kSentSize; sent += kMemorySize) sendAll(socket.get(), numbers());
  });
  netlite::Socket socket = server.accept();
  const double before = threadMicroseconds();
  sum(socket);
  const double used = threadMicroseconds() - before;
  sender.join();
  return used;
}

void fromSocket(benchmark::State& state, void (*sum)(netlite::Socket& socket)) {
  std::vector<double> used;
  for (auto _ : state) used.push_back(fromConnection(sum));
  report(state, median(used) * 1e3 * kIntSize / kSentSize, "ns/number");
}

void sumRawMemory() { sumRaw(Memory()); }
void sumNetliteMemory() { sumNetlite(MemoryStream(), kMemorySize); }
void sumRawSocket(netlite::Socket& socket) { sumRaw(RawInput(static_cast<int>(socket.nativeHandle()))); }
void sumNetliteSocket(netlite::Socket& socket) { sumNetlite(socket.getInputStream(), kSentSize); }

}  // namespace

int main(int count, char** arguments) {
  add("read_int_memory", "raw", [](benchmark::State& state) { fromMemory(state, sumRawMemory); });
  add("read_int_memory", "netlite", [](benchmark::State& state) { fromMemory(state, sumNetliteMemory); });
  add("read_int_tcp", "raw", [](benchmark::State& state) { fromSocket(state, sumRawSocket); });
  add("read_int_tcp", "netlite", [](benchmark::State& state) { fromSocket(state, sumNetliteSocket); });
  return run(count, arguments);
}
