// SPDX-License-Identifier: MIT
//
// Workload: one thread waits in a read, another closes the connection.
//
//   close_wakes   from the call of close until the reading thread returns from its read
//
// The figure is the median time. The baseline is recv and shutdown; close alone would not wake recv.
#include "support/raw_socket.hpp"
#include "support/report.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace {

using namespace bench;

constexpr int kIterations = 200;
constexpr std::chrono::milliseconds kUntilAsleep{1};

Clock::duration wakeUp(const std::function<void()>& read, const std::function<void()>& close) {
  Clock::time_point woken;
  std::thread reader([&] {
    read();
    woken = Clock::now();
  });
  std::this_thread::sleep_for(kUntilAsleep);
  const auto start = Clock::now();
  close();
  reader.join();
  return woken - start;
}

Clock::duration wakeRaw() {
  const DescriptorPair pair = connectedDescriptors();
  char byte = 0;
  return wakeUp([&] { receiveSome(pair.server.get(), &byte, 1); }, [&] { shutDown(pair.server); });
}

void readUntilClosed(netlite::Socket& socket) {
  try {
    socket.getInputStream().read();
  } catch (const netlite::SocketException&) {  // "Socket closed"
  }
}

Clock::duration wakeNetlite() {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  const netlite::Socket client(netlite::InetAddress::getLoopbackAddress(), server.getLocalPort());
  netlite::Socket socket = server.accept();
  return wakeUp([&] { readUntilClosed(socket); }, [&] { socket.close(); });
}

void closeWakes(benchmark::State& state, Clock::duration (*wake)()) {
  Stopwatch watch;
  for (auto _ : state) watch.add(wake());
  report(state, watch.medianMicroseconds(), "us");
}

}  // namespace

int main(int count, char** arguments) {
  add("close_wakes", "raw", [](benchmark::State& state) { closeWakes(state, wakeRaw); })->Iterations(kIterations);
  add("close_wakes", "netlite", [](benchmark::State& state) {
    closeWakes(state, wakeNetlite);
  })->Iterations(kIterations);
  return run(count, arguments);
}
