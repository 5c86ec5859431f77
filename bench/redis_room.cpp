// SPDX-License-Identifier: MIT
//
// Workload: one client sends lines as fast as it can, and 24 clients (the sender included) receive them all. They are
// spread over servers that share the room through Redis.
//
//   redis_room/1, /2, /3   so many examples/broadcast_server on one redis-server, with OS threads and with virtual ones
//   redis_cost/1, /3       the processor time of Redis for each line that is said
//
// The figure of the first is delivered lines per second. The baseline is one server without Redis, which serves all
// clients. On a machine with few processors the servers and Redis share one, so more servers deliver no more there.
#include "support/broadcast_clients.hpp"
#include "support/raw_socket.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <netlite/netlite.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bench;

constexpr std::size_t kClients = 24;
constexpr std::size_t kDeliveries = 400000;

// A redis-server that keeps nothing on a disk.
class Redis {
 public:
  Redis() : process_([port = port_] { serve(port); }) {
    while (!isReady()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::chrono::nanoseconds processorTime() const { return process_.processorTime(); }

 private:
  static int unusedPort() {
    return netlite::ServerSocket(0, 0, netlite::InetAddress::getLoopbackAddress()).getLocalPort();
  }

  static void serve(int port) {
    const std::string text = std::to_string(port);
    announcePort(port);
    ::execl(NETLITE_BENCH_REDIS, NETLITE_BENCH_REDIS, "--bind", "127.0.0.1", "--port", text.c_str(), "--save", "",
            "--appendonly", "no", "--loglevel", "warning", "--logfile", "/dev/null", nullptr);
    std::perror(NETLITE_BENCH_REDIS);
  }

  bool isReady() const {
    try {
      netlite::Socket("127.0.0.1", port_);
      return true;
    } catch (const netlite::SocketException&) {
      return false;
    }
  }

  const int port_ = unusedPort();
  const ServerProcess process_;
};

// Servers of a room, and their clients.
class Room {
 public:
  // @param options without --redis
  Room(std::size_t servers, const Redis* redis, std::vector<std::string> options) {
    options.insert(options.begin(), {NETLITE_BENCH_BROADCAST, "0"});
    if (redis != nullptr) options.insert(options.end(), {"--redis", redis->address()});
    std::vector<int> ports;
    for (std::size_t i = 0; i < servers; ++i) {
      servers_.push_back(std::make_unique<ServerProcess>(options));
      ports.push_back(servers_.back()->port());
    }
    clients_ = std::make_unique<BroadcastClients>(ports, kClients);
    pump(kDeliveries / 10);  // warms up
  }

  std::size_t pump(std::size_t deliveries) { return clients_->pump(deliveries); }

 private:
  std::vector<std::unique_ptr<ServerProcess>> servers_;
  std::unique_ptr<BroadcastClients> clients_;
};

bool isMissing(benchmark::State& state) {
  if (*NETLITE_BENCH_BROADCAST == '\0') state.SkipWithError("the example programs are not built");
  if (*NETLITE_BENCH_REDIS == '\0') state.SkipWithError("redis-server is not installed");
  return *NETLITE_BENCH_BROADCAST == '\0' || *NETLITE_BENCH_REDIS == '\0';
}

void pumpInto(benchmark::State& state, Room room) {
  Stopwatch watch;
  std::size_t delivered = 0;
  for (auto _ : state) watch.time([&] { delivered += room.pump(kDeliveries); });
  report(state, static_cast<double>(delivered) / watch.totalSeconds(), "lines/s");
}

void alone(benchmark::State& state) {
  if (!isMissing(state)) pumpInto(state, Room(1, nullptr, {}));
}

void shared(benchmark::State& state, std::size_t servers, const std::vector<std::string>& options) {
  if (isMissing(state)) return;
  const Redis redis;
  pumpInto(state, Room(servers, &redis, options));
}

void cost(benchmark::State& state, std::size_t servers) {
  if (isMissing(state)) return;
  const Redis redis;
  Room room(servers, &redis, {});
  const std::chrono::nanoseconds before = redis.processorTime();
  std::size_t lines = 0;
  for (auto _ : state) lines += room.pump(kDeliveries) / kClients;
  const std::chrono::duration<double, std::micro> spent = redis.processorTime() - before;
  report(state, spent.count() / static_cast<double>(lines), "us/line");
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t servers : std::vector<std::size_t>{1, 2, 3}) {
    const std::string workload = "redis_room/" + std::to_string(servers);
    add(workload, "alone", alone)->Iterations(1);
    for (const bool isVirtual : {false, true}) {
      const std::vector<std::string> options =
          isVirtual ? std::vector<std::string>{"--virtual"} : std::vector<std::string>{};
      add(workload, isVirtual ? "virtual" : "netlite", [=](benchmark::State& state) {
        shared(state, servers, options);
      })->Iterations(1);
    }
  }
  for (const std::size_t servers : std::vector<std::size_t>{1, 3}) {
    add("redis_cost/" + std::to_string(servers), "netlite", [=](benchmark::State& state) {
      cost(state, servers);
    })->Iterations(1);
  }
  return run(count, arguments);
}
