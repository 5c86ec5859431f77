// SPDX-License-Identifier: MIT
//
// Workload: a client repeatedly sends a datagram and waits for its echo.
//
//   udp_round_trip/32, /1024   datagrams of that many bytes
//
// The figure is the median time of a round trip. The baseline is recvfrom and sendto.
#include "support/raw_socket.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <netlite/netlite.hpp>

#include <stdexcept>
#include <string>

namespace {

using namespace bench;

constexpr std::size_t kSizes[] = {32, 1024};
constexpr std::size_t kMaxSize = 2048;  // bytes of a datagram

void rawEcho() {
  const Descriptor socket = boundToLoopback(SOCK_DGRAM);
  announcePort(portOf(socket));
  char buffer[kMaxSize];
  for (;;) answerDatagram(socket, buffer, sizeof buffer);
}

void netliteEcho() {
  netlite::DatagramSocket socket(0, netlite::InetAddress::getLoopbackAddress());
  announcePort(socket.getLocalPort());
  netlite::DatagramPacket packet(kMaxSize);
  for (;;) {
    socket.receive(packet);
    socket.send(packet);
  }
}

void roundTrip(benchmark::State& state, void (*serve)(), std::size_t size) {
  const ServerProcess server(serve);
  const Descriptor socket = boundToLoopback(SOCK_DGRAM);
  connectTo(socket, server.port());
  const std::string datagram(size, 'x');
  char answer[kMaxSize];
  const auto exchange = [&] {
    sendAll(socket.get(), datagram);
    if (receiveSome(socket.get(), answer, sizeof answer) != size) throw std::runtime_error("the echo has another size");
  };
  exchange();  // warms up
  Stopwatch watch;
  for (auto _ : state) watch.time(exchange);
  report(state, watch.medianMicroseconds(), "us");
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t size : kSizes) {
    const std::string workload = "udp_round_trip/" + std::to_string(size);
    add(workload, "raw", [size](benchmark::State& state) { roundTrip(state, rawEcho, size); });
    add(workload, "netlite", [size](benchmark::State& state) { roundTrip(state, netliteEcho, size); });
  }
  return run(count, arguments);
}
