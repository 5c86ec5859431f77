// SPDX-License-Identifier: MIT
//
// Workloads: a chat room of WebSockets.
//
//   websocket_room/1000     one client sends messages as fast as it can, and all of them, the sender included, receive
//                           each: delivered messages per second
//   websocket_memory/1000   clients that have joined and are silent: the server's resident memory per client, in bytes,
//                           all of it; `growth` is that without what the server needs for the first client
//
// netlite's server is examples/web_chat_server with OS threads and with virtual threads. The rival is
// rivals/websocket_relay.js, with Node's `ws`.
#include "support/raw_socket.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bench;

constexpr std::size_t kClients = 1000;
constexpr std::size_t kBlock = 50;        // messages that are sent together
constexpr std::size_t kMaxPending = 400;  // by which the sender may be ahead of the slowest client
constexpr std::size_t kOtherDescriptors = 100;
constexpr int kTimeout = 30000;                        // milliseconds without progress
constexpr std::chrono::milliseconds kUntilIdle{2500};  // a stack gives back what it does not use after a second

const std::string kMessage = R"({"name":"nickname","text":"a line as people write them"})";

// A masked frame whose mask is zero.
std::string frame() {
  return std::string("\x81") + static_cast<char>(0x80 | kMessage.size()) + std::string(4, '\0') + kMessage;
}

class Clients {
 public:
  explicit Clients(int port) : port_(port), buffer_(1 << 18) {}

  void connect() {
    sockets_.push_back(connectedTo(port_));
    received_.push_back(0);
    sendAll(sockets_.back().get(),
            "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    std::string answer;
    while (answer.size() < 4 || answer.compare(answer.size() - 4, 4, "\r\n\r\n") != 0) {
      answer.append(buffer_.data(), receive(sockets_.back()));
    }
  }

  // Returns the number of delivered messages.
  std::size_t pump(std::size_t messages) {
    std::string block;
    for (std::size_t i = 0; i < kBlock; ++i) block += frame();
    std::fill(received_.begin(), received_.end(), 0);
    std::size_t sent = 0;
    while (messagesOfSlowest() < messages) {
      for (; sent < messages && sent + kBlock <= messagesOfSlowest() + kMaxPending; sent += kBlock) {
        sendAll(sockets_.front().get(), block);
      }
      receiveFromReady();
    }
    return messages * sockets_.size();
  }

 private:
  // What the servers send for kMessage: a header of two bytes, an id of 16 digits and a time of 24 characters more.
  static std::size_t answerSize() {
    return 2 + kMessage.size() + std::string(R"("id":,"timestamp":"",)").size() + 16 + 24;
  }

  std::size_t messagesOfSlowest() const { return *std::min_element(received_.begin(), received_.end()) / answerSize(); }

  std::size_t receive(const Descriptor& socket) {
    const std::size_t count = receiveSome(socket.get(), buffer_.data(), buffer_.size());
    if (count == 0) throw std::runtime_error("the server has dropped a client");
    return count;
  }

  void receiveFromReady() {
    std::vector<pollfd> polled;
    for (const Descriptor& socket : sockets_) polled.push_back({socket.get(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), kTimeout) <= 0) throw std::runtime_error("no more messages arrive");
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      if (polled[i].revents != 0) received_[i] += receive(sockets_[i]);
    }
  }

  const int port_;
  std::vector<char> buffer_;
  std::vector<Descriptor> sockets_;
  std::vector<std::size_t> received_;  // bytes of each client
};

struct WebSocketServer {
  const char* name;
  std::vector<std::string> command;
  std::size_t messages;  // fewer for a slower server, so that each run takes about as long
};

std::vector<WebSocketServer> servers() {
  std::vector<WebSocketServer> all;
  if (*NETLITE_BENCH_NODE != '\0') all.push_back({"node", {NETLITE_BENCH_NODE, NETLITE_BENCH_WEBSOCKET_RELAY}, 200});
  all.push_back({"netlite", {NETLITE_BENCH_WEB_CHAT, "0"}, 400});
  all.push_back({"virtual", {NETLITE_BENCH_WEB_CHAT, "0", "--virtual"}, 2000});
  return all;
}

bool canRun(benchmark::State& state, const WebSocketServer& server) {
  if (server.command.front().empty()) return state.SkipWithError("web_chat_server is not built"), false;
  if (allowMaxDescriptors() >= kClients + kOtherDescriptors) return true;
  return state.SkipWithError("ulimit -n does not allow so many connections"), false;
}

void room(benchmark::State& state, const WebSocketServer& kind) {
  if (!canRun(state, kind)) return;
  const ServerProcess server(kind.command);
  Clients clients(server.port());
  for (std::size_t i = 0; i < kClients; ++i) clients.connect();
  clients.pump(kind.messages / 4);  // warms up
  Stopwatch watch;
  std::size_t delivered = 0;
  for (auto _ : state) watch.time([&] { delivered += clients.pump(kind.messages); });
  report(state, static_cast<double>(delivered) / watch.totalSeconds(), "messages/s");
}

void memory(benchmark::State& state, const WebSocketServer& kind) {
  if (!canRun(state, kind)) return;
  double bytes = 0;
  double growth = 0;
  for (auto _ : state) {
    const ServerProcess server(kind.command);
    Clients clients(server.port());
    clients.connect();
    const auto resident = [&] {
      std::this_thread::sleep_for(kUntilIdle);
      return static_cast<double>(server.residentBytes());
    };
    const double first = resident();
    for (std::size_t i = 0; i < kClients; ++i) clients.connect();
    bytes = resident() / static_cast<double>(kClients + 1);
    growth = (resident() - first) / static_cast<double>(kClients);
  }
  report(state, bytes, "bytes");
  state.counters["growth"] = growth;
}

}  // namespace

int main(int count, char** arguments) {
  ::setenv("NODE_PATH", "/usr/share/nodejs", 0);  // where Debian has `ws`
  const std::vector<WebSocketServer> all = servers();
  for (const auto& [name, measure] :
       {std::make_pair("websocket_room", &room), std::make_pair("websocket_memory", &memory)}) {
    for (const WebSocketServer& server : all) {
      add(std::string(name) + "/" + std::to_string(kClients), server.name,
          [&server, measure = measure](benchmark::State& state) { measure(state, server); })
          ->Iterations(1);
    }
  }
  return run(count, arguments);
}
