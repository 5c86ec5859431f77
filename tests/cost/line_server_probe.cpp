// SPDX-License-Identifier: MIT
//
// The program that system_calls_test.cpp traces. Its main thread does the task that its first argument names, between
// two marks that the trace shows: attempts to open files that do not exist. The peer is another thread, which is not
// traced.
//
//   ping-pong       reads and answers 100 lines, one after the other
//   unix-ping-pong  the same over a Unix-domain socket
//   tls-ping-pong   over TLS (if the component netlite::ssl is built)
//   tied-ping-pong  over TCP with a tied reader and writer and without flushes
//   read            reads 100 bytes one by one without a timeout
//   timed-read      the same with a timeout
//   pipelined       reads and answers 1000 lines that have arrived together, and flushes each
//   tied            the same with a tied reader and writer and without flushes
//   read-ints       reads 100 numbers that have arrived together, through a BufferedInputStream
//   raw-read-ints   the same without one
//   write-ints      writes 100 numbers through a BufferedOutputStream and flushes it
//   write-texts     writes 100 texts without one
//   send-file FILE  sends a file
//   serve           stays in TcpServer::run() while 100 clients connect and leave
//   virtual-lines CONNECTIONS [timed]
//                   virtual threads on one carrier, which is traced, read and answer a line on each connection, 100
//                   times
//   fresh           prints the descriptors of a new connection and the bytes of memory of its reader and writer
//   idle            prints those bytes again after lines have passed and while the reader waits for more
#include "support/blocked_thread.hpp"
#include "support/counted_memory.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"
#ifdef NETLITE_TEST_HAS_TLS
#include "support/tls.hpp"
#endif

#include <netlite/netlite.hpp>
#include <netlite/thread.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

void pingPong(Flush flush, Pair pair = connectedPair()) {
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

#ifdef NETLITE_TEST_HAS_TLS
void tlsPingPong() {
  TlsContexts contexts;
  pingPong(Flush::everyLine, tlsPair(contexts.client, contexts.server));
}
#endif

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

void readInts(bool buffered) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write(std::string(4 * kCalls, 'n'));
  const SocketInputStream socket = pair.server.getInputStream();
  DataInputStream in = buffered ? DataInputStream(BufferedInputStream(socket)) : DataInputStream(socket);
  mark("begin");
  for (int i = 0; i < kCalls; ++i) in.readInt();
  mark("end");
}

void writeInts() {
  Pair pair = connectedPair();
  DataOutputStream out{BufferedOutputStream(pair.server.getOutputStream())};
  mark("begin");
  for (int i = 0; i < kCalls; ++i) out.writeInt(i);
  out.flush();
  mark("end");
}

void writeTexts() {
  Pair pair = connectedPair();
  DataOutputStream out(pair.server.getOutputStream());
  mark("begin");
  for (int i = 0; i < kCalls; ++i) out.writeUTF("안녕하세요");
  mark("end");
}

void sendFile(const char* path) {
  Pair pair = connectedPair();
  std::thread peer([&pair] { pair.client.getInputStream().skip(std::numeric_limits<std::size_t>::max()); });
  FileInputStream file(path);
  SocketOutputStream out = pair.server.getOutputStream();
  mark("begin");
  file.transferTo(out);
  mark("end");
  pair.server.close();
  peer.join();
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

// In each round the carrier is held until a line has arrived on every connection, so that all are ready together. With
// one connection nobody holds it: it sleeps until the line comes.
void virtualLines(int connections, std::chrono::milliseconds timeout) {
  VirtualThreads::setParallelism(1);
  std::vector<Pair> pairs;
  std::vector<Thread> threads;
  std::string answer("ping\n");
  const auto ask = [&] {
    for (Pair& pair : pairs) pair.client.getOutputStream().write("ping\n");
  };
  const auto hear = [&] {
    for (Pair& pair : pairs) pair.client.getInputStream().readFully(&answer[0], answer.size());
  };
  for (int i = 0; i < connections; ++i) pairs.push_back(connectedPair());
  for (Pair& pair : pairs) {
    pair.server.setSoTimeout(timeout);
    threads.push_back(Thread::startVirtualThread([&pair] {
      BufferedReader in(pair.server.getInputStream());
      PrintWriter out(pair.server.getOutputStream());
      for (std::string line; in.readLine(line);) {
        out.println(line);
        out.flush();
      }
    }));
  }
  std::this_thread::sleep_for(10ms);
  ask();
  hear();  // each connection is watched from now on
  std::atomic<bool> isHolding{false};
  std::atomic<bool> mayGoOn{false};
  Thread::startVirtualThread([] { mark("begin"); }).join();
  for (int i = 0; i < kCalls; ++i) {
    if (connections > 1) {
      const Thread holder = Thread::startVirtualThread([&] {
        isHolding = true;
        while (!mayGoOn) std::this_thread::yield();
      });
      while (!isHolding) std::this_thread::yield();
      ask();
      mayGoOn = true;
      hear();
      holder.join();
      mayGoOn = isHolding = false;
    } else {
      std::this_thread::sleep_for(1ms);  // the carrier falls asleep
      ask();
      hear();
    }
  }
  Thread::startVirtualThread([] { mark("end"); }).join();
  for (Pair& pair : pairs) pair.client.close();
  for (const Thread& thread : threads) thread.join();
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
  if (task == "unix-ping-pong") pingPong(Flush::everyLine, unixDomainPair());
#ifdef NETLITE_TEST_HAS_TLS
  if (task == "tls-ping-pong") tlsPingPong();
#endif
  if (task == "tied-ping-pong") pingPong(Flush::whenWaiting);
  if (task == "read") read(0ms);
  if (task == "timed-read") read(1h);
  if (task == "pipelined") pipelined(Flush::everyLine);
  if (task == "tied") pipelined(Flush::whenWaiting);
  if (task == "read-ints") readInts(true);
  if (task == "raw-read-ints") readInts(false);
  if (task == "write-ints") writeInts();
  if (task == "write-texts") writeTexts();
  if (task == "send-file") sendFile(arguments[2]);
  if (task == "serve") serve();
  if (task == "virtual-lines") virtualLines(std::atoi(arguments[2]), arguments[3] == nullptr ? 0ms : 1h);
  if (task == "fresh") fresh();
  if (task == "idle") idle();
}
