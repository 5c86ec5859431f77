// SPDX-License-Identifier: MIT
//
// The program that system_calls_test.cpp traces. Its main thread does the task that its argument names, between two
// marks that the trace shows: attempts to open files that do not exist. The peer is another thread, which is not
// traced.
//
//   ping-pong       reads and answers 100 lines, one after the other
//   tied-ping-pong  the same with a tied reader and writer and without flushes
//   read            reads 100 bytes one by one without a timeout
//   timed-read      the same with a timeout
//   pipelined       reads and answers 1000 lines that have arrived together, and flushes each
//   tied            the same with a tied reader and writer and without flushes
//   serve           stays in TcpServer::run() while 100 clients connect and leave
//   fresh           prints the descriptors of a new connection and the bytes of memory of its reader and writer
//   idle            prints those bytes again after lines have passed and while the reader waits for more
#include "support/blocked_thread.hpp"
#include "support/counted_memory.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr int kCalls = 100;
constexpr int kPipelined = 1000;
constexpr long kFewBytes = 4096;

void mark(const char* name) { std::ifstream(std::string("/netlite-probe/") + name); }

std::string lineOf(std::size_t length) { return std::string(length - 1, 'x') + "\n"; }

enum class Flush { everyLine, whenWaiting };

void answerOneLine(BufferedReader& in, PrintWriter& out, Flush flush) {
  const auto line = in.readLine();
  out.println(line.value());
  if (flush == Flush::everyLine) out.flush();
}

void pingPong(Flush flush) {
  Pair pair = connectedPair();
  std::thread peer([&pair] {
    BufferedReader in(pair.client.getInputStream());
    PrintWriter out(pair.client.getOutputStream());
    for (int i = 0; i <= kCalls; ++i) {
      out.println("ping");
      out.flush();
      in.readLine();
    }
  });
  BufferedReader in(pair.server.getInputStream());
  PrintWriter out(pair.server.getOutputStream());
  if (flush == Flush::whenWaiting) in.tie(out);
  answerOneLine(in, out, flush);
  mark("begin");
  for (int i = 0; i < kCalls; ++i) answerOneLine(in, out, flush);
  mark("end");
  out.flush();
  peer.join();
}

void read(std::chrono::milliseconds timeout) {
  Pair pair = connectedPair();
  pair.server.setSoTimeout(timeout);
  pair.client.getOutputStream().write(std::string(kCalls + 1, 'x'));
  SocketInputStream in = pair.server.getInputStream();
  in.read();
  mark("begin");
  for (int i = 0; i < kCalls; ++i) in.read();
  mark("end");
}

void pipelined(Flush flush) {
  Pair pair = connectedPair();
  std::string lines;
  for (int i = 0; i < kPipelined; ++i) lines += lineOf(32);
  pair.client.getOutputStream().write(lines);
  BufferedReader in(pair.server.getInputStream());
  PrintWriter out(pair.server.getOutputStream());
  if (flush == Flush::whenWaiting) in.tie(out);
  std::string line;
  mark("begin");
  for (int i = 0; i < kPipelined; ++i) {
    in.readLine(line);
    out.println(line);
    if (flush == Flush::everyLine) out.flush();
  }
  out.flush();
  mark("end");
  if (receive(pair.client, lines.size()) != lines) std::exit(1);
}

void serve() {
  TcpServer server(loopbackServer(), [](Socket& client) { client.getInputStream().read(); });
  std::thread clients([&server] {
    for (int i = 0; i < kCalls; ++i) {
      Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
      client.shutdownOutput();
      client.getInputStream().read();
    }
    server.stop(1h);
  });
  mark("begin");
  server.run();
  mark("end");
  clients.join();
}

void fresh() {
  ServerSocket server = loopbackServer();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  const auto descriptors = openDescriptors().size();
  Socket accepted = server.accept();
  const long before = bytesInUse();
  BufferedReader in(accepted.getInputStream());
  PrintWriter out(accepted.getOutputStream());
  const long taken = bytesInUse() - before;
  std::cout << openDescriptors().size() - descriptors << ' ' << taken << '\n';
}

void idle() {
  Pair pair = connectedPair();
  PrintWriter peer(pair.client.getOutputStream());
  for (int i = 0; i < kCalls; ++i) peer.print(lineOf(4000));
  peer.flush();
  const long before = bytesInUse();
  BufferedReader in(pair.server.getInputStream());
  PrintWriter out(pair.server.getOutputStream());
  const std::string dropped(4000, 'x');
  for (int i = 0; i < kCalls; ++i) {
    in.readLine();
    out.println(dropped);
    out.flush();
  }
  BlockedThread waiting([&in] { in.readLine(); });
  waiting.waitUntilAsleep();
  const auto taken = [&] { return bytesInUse() - before - static_cast<long>(dropped.capacity()); };
  eventually([&taken] { return taken() < kFewBytes; });  // the reader must have waited for a moment to count as idle
  std::cout << taken() << '\n';
  pair.client.close();
  waiting.join();
}

}  // namespace

int main(int, char** arguments) {
  const std::string task = arguments[1];
  if (task == "ping-pong") pingPong(Flush::everyLine);
  if (task == "tied-ping-pong") pingPong(Flush::whenWaiting);
  if (task == "read") read(0ms);
  if (task == "timed-read") read(1h);
  if (task == "pipelined") pipelined(Flush::everyLine);
  if (task == "tied") pipelined(Flush::whenWaiting);
  if (task == "serve") serve();
  if (task == "fresh") fresh();
  if (task == "idle") idle();
}
