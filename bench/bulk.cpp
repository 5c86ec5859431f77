// SPDX-License-Identifier: MIT
//
// Workload: bulk bytes in blocks of 64 KiB, not lines.
//
//   bulk_read    the server reads what the client sends, and answers every 16 MiB with a byte
//   bulk_write   the server writes 16 MiB whenever the client sends a byte
//
// The figure is bytes per second. The baseline is recv and send.
#include "support/netlite_handlers.hpp"
#include "support/portion.hpp"
#include "support/raw_socket.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace bench;

// ---- servers, each for one client ----

void rawReader() {
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  const Descriptor client = acceptFrom(listener);
  setNoDelay(client.get());
  std::vector<char> block(kBlock);
  for (std::size_t left = kPortion;; left = kPortion) {
    while (left > 0) {
      const std::size_t count = receiveSome(client.get(), block.data(), std::min(left, block.size()));
      if (count == 0) return;
      left -= count;
    }
    sendAll(client.get(), "!");
  }
}

void rawWriter() {
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  const Descriptor client = acceptFrom(listener);
  setNoDelay(client.get());
  const std::string block(kBlock, 'x');
  for (char request = 0; receiveSome(client.get(), &request, 1) == 1;) {
    for (std::size_t i = 0; i < kPortion / kBlock; ++i) sendAll(client.get(), block);
  }
}

void serveWithNetlite(Mode mode) {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  announcePort(server.getLocalPort());
  netlite::Socket client = server.accept();
  handlerOf(mode)(client);
}

void netliteReader() { serveWithNetlite(Mode::read); }
void netliteWriter() { serveWithNetlite(Mode::write); }

// ---- the client ----

void receivePortion(const Descriptor& socket, std::size_t size) {
  static std::vector<char> block(4 * kBlock);
  while (size > 0) {
    const std::size_t count = receiveSome(socket.get(), block.data(), std::min(size, block.size()));
    if (count == 0) throw std::runtime_error("the server has closed");
    size -= count;
  }
}

void letRead(const Descriptor& socket) {
  static const std::string block(kBlock, 'x');
  for (std::size_t i = 0; i < kPortion / kBlock; ++i) sendAll(socket.get(), block);
  receivePortion(socket, 1);
}

void letWrite(const Descriptor& socket) {
  sendAll(socket.get(), "?");
  receivePortion(socket, kPortion);
}

void bulk(benchmark::State& state, void (*serve)(), void (*portion)(const Descriptor&)) {
  const ServerProcess server(serve);
  const Descriptor socket = connectedTo(server.port());
  portion(socket);  // warms up
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { portion(socket); });
  report(state, static_cast<double>(kPortion) / watch.medianMicroseconds(), "MB/s");
}

void addBulk(const char* workload, const char* contender, void (*serve)(), void (*portion)(const Descriptor&)) {
  add(workload, contender, [serve, portion](benchmark::State& state) { bulk(state, serve, portion); });
}

}  // namespace

int main(int count, char** arguments) {
  addBulk("bulk_read", "raw", rawReader, letRead);
  addBulk("bulk_read", "netlite", netliteReader, letRead);
  addBulk("bulk_write", "raw", rawWriter, letWrite);
  addBulk("bulk_write", "netlite", netliteWriter, letWrite);
  return run(count, arguments);
}
