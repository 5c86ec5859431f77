// SPDX-License-Identifier: MIT
//
// The program that instructions_test.cpp runs under callgrind. It does one task, with netlite or with the benchmarks'
// raw baseline, inside one function whose instructions are counted. Peers run in other threads, which never enter it.
//
//   instructions_probe (raw|netlite) (ping-pong|tied|read|read-ints|print) LINES LENGTH
//
//   ping-pong   reads LINES lines of LENGTH bytes from a socket and answers each before the next arrives
//   tied        answers LINES lines that arrive together, and flushes only when no further line has arrived
//   read        reads LINES lines from memory
//   read-ints   reads the same bytes as big-endian numbers of four bytes
//   print       prints LINES lines to a null stream and flushes every 64 lines
#include "bench/support/raw_ints.hpp"
#include "bench/support/raw_lines.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <thread>

namespace {

using namespace netlite;

constexpr std::size_t kLinesPerFlush = 64;

struct Size {
  std::size_t lines;
  std::size_t length;
};

std::string lineOf(std::size_t length) { return std::string(length - 1, 'x') + "\n"; }

std::string linesOf(const Size& size) {
  std::string lines;
  lines.reserve(size.lines * size.length);
  for (std::size_t i = 0; i < size.lines; ++i) lines += lineOf(size.length);
  return lines;
}

// The servers' peers: each shuts down its output after its last line.

void sendOneByOne(int descriptor, const Size& size) {
  const std::string line = lineOf(size.length);
  std::string answer(line.size(), '\0');
  for (std::size_t i = 0; i < size.lines; ++i) {
    bench::sendAll(descriptor, line);
    for (std::size_t got = 0; got < line.size();) {
      got += bench::receiveSome(descriptor, &answer[got], line.size() - got);
    }
  }
  ::shutdown(descriptor, SHUT_WR);
}

void sendTogether(int descriptor, const Size& size) {
  bench::sendAll(descriptor, linesOf(size));
  ::shutdown(descriptor, SHUT_WR);
  char answer[4096];
  while (bench::receiveSome(descriptor, answer, sizeof answer) > 0) continue;
}

class NullStream final : public OutputStream {
 public:
  using OutputStream::write;
  void write(const void*, std::size_t) override {}
};

}  // namespace

// Counted are all instructions between entering and leaving this function, including those of its callees.
extern "C" [[gnu::noinline]] void countedTask(const std::function<void()>& task) { task(); }

namespace {

using Peer = void (*)(int descriptor, const Size& size);

void countRaw(const Size& size, Peer peer, void (*serve)(int descriptor)) {
  bench::DescriptorPair pair = bench::connectedDescriptors();
  std::thread sender([&] { peer(pair.client.get(), size); });
  countedTask([&] { serve(pair.server.get()); });
  bench::shutDown(pair.server);
  sender.join();
}

void countNetlite(const Size& size, Peer peer, void (*serve)(Socket& client)) {
  ServerSocket server(0, 0, InetAddress::getLoopbackAddress());
  std::thread sender([&] { peer(bench::connectedTo(server.getLocalPort()).get(), size); });
  Socket client = server.accept();
  countedTask([&] { serve(client); });
  client.close();
  sender.join();
}

void echoLines(Socket& client) {
  BufferedReader in(client.getInputStream());
  PrintWriter out(client.getOutputStream());
  std::string line;
  while (in.readLine(line)) {
    out.println(line);
    out.flush();
  }
}

void echoLinesTogether(Socket& client) {
  BufferedReader in(client.getInputStream());
  PrintWriter out(client.getOutputStream());
  in.tie(out);
  std::string line;
  while (in.readLine(line)) out.println(line);
}

void rawPingPong(const Size& size) { countRaw(size, sendOneByOne, bench::echoLines); }
void netlitePingPong(const Size& size) { countNetlite(size, sendOneByOne, echoLines); }
void rawTied(const Size& size) { countRaw(size, sendTogether, bench::echoLinesTogether); }
void netliteTied(const Size& size) { countNetlite(size, sendTogether, echoLinesTogether); }

// The text as a source of bytes.
auto sourceOf(const std::string& text) {
  return [&text, position = std::size_t{0}](char* buffer, std::size_t room) mutable {
    const std::size_t count = text.copy(buffer, room, position);
    position += count;
    return count;
  };
}

void rawRead(const Size& size) {
  const std::string text = linesOf(size);
  countedTask([&] {
    bench::RawLineReader in(sourceOf(text));
    std::string line;
    while (in.readLine(line)) continue;
  });
}

void netliteRead(const Size& size) {
  BufferedReader in{ByteArrayInputStream(linesOf(size))};
  countedTask([&] {
    std::string line;
    while (in.readLine(line)) continue;
  });
}

std::int64_t sum_of_ints = 0;  // so that no sum is optimized away

void rawReadInts(const Size& size) {
  const std::string text = linesOf(size);
  countedTask([&] { sum_of_ints = bench::sumOfRawInts(sourceOf(text)); });
}

void netliteReadInts(const Size& size) {
  DataInputStream in{BufferedInputStream(ByteArrayInputStream(linesOf(size)))};
  countedTask([&] {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < size.lines * size.length / 4; ++i) sum += in.readInt();
    sum_of_ints = sum;
  });
}

void rawPrint(const Size& size) {
  const std::string line(size.length - 1, 'x');
  countedTask([&] {
    std::string text;
    for (std::size_t i = 0; i < size.lines; ++i) {
      text += line;
      text += '\n';
      if (i % kLinesPerFlush == 0) text.clear();
    }
  });
}

void netlitePrint(const Size& size) {
  const std::string line(size.length - 1, 'x');
  PrintWriter out{NullStream()};
  countedTask([&] {
    for (std::size_t i = 0; i < size.lines; ++i) {
      out.println(line);
      if (i % kLinesPerFlush == 0) out.flush();
    }
  });
}

struct Task {
  const char* side;
  const char* name;
  void (*run)(const Size&);
};

constexpr Task kTasks[] = {
    {"raw", "ping-pong", rawPingPong}, {"netlite", "ping-pong", netlitePingPong},
    {"raw", "tied", rawTied},          {"netlite", "tied", netliteTied},
    {"raw", "read", rawRead},          {"netlite", "read", netliteRead},
    {"raw", "read-ints", rawReadInts}, {"netlite", "read-ints", netliteReadInts},
    {"raw", "print", rawPrint},        {"netlite", "print", netlitePrint},
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const Size size{std::stoul(arguments[3]), std::stoul(arguments[4])};
  for (const Task& task : kTasks) {
    if (arguments[1] != std::string(task.side) || arguments[2] != std::string(task.name)) continue;
    task.run(size);
    return 0;
  }
  std::cerr << "no such task\n";
  return 2;
}
