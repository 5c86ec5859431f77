// SPDX-License-Identifier: MIT
//
// Workload: one client sends lines as fast as it can, N clients (8 and 64, the sender among them) get them all.
// Measured are delivered lines per second of examples/broadcast_server and of the textbook server, in interleaved
// rounds of one run, so that only their ratio is meant to be read.
//
//   broadcast_fanout BROADCAST_SERVER TEXTBOOK_SERVER
//
// Exit code 0 if the ratio of the medians is at least 10 with every number of clients, 1 if not, 2 if it cannot be
// measured. The clients are raw system calls in one thread, so that they cost as little as can be.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace {

constexpr int kRounds = 5;
constexpr double kWantedRatio = 10;
const std::string kLine = "somebody:a line as people write them\n";
const std::string kStart = "start\n";

// A rate is a rate: the slower server gets fewer lines, so that a round of each takes about as long.
constexpr std::size_t kLinesOfBroadcast = 200000;
constexpr std::size_t kLinesOfTextbook = 10000;

// The sender is never further ahead of the slowest receiver, so that no queue overflows however slow the machine is.
constexpr std::size_t kBlock = 250;
constexpr std::size_t kMostUnderWay = 1000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

// A server program, ended with its owner.
class Server {
 public:
  explicit Server(const std::vector<std::string>& command) {
    int ends[2];
    if (::pipe(ends) != 0) fail("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    errno = ::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (errno != 0) fail("start " + command[0]);
    output_ = ends[0];
    port_ = announcedPort();
  }
  ~Server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(output_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }

 private:
  int announcedPort() const {
    const std::string greeting = "listening on port ";
    std::string line;
    for (char byte = 0; ::read(output_, &byte, 1) == 1 && byte != '\n';) line += byte;
    if (line.compare(0, greeting.size(), greeting) != 0) throw std::runtime_error("not a server's greeting: " + line);
    return std::stoi(line.substr(greeting.size()));
  }

  pid_t pid_ = -1;
  int output_ = -1;
  int port_ = 0;
};

class Client {
 public:
  explicit Client(int port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& text) const {
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t count = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count < 0) fail("send");
      sent += static_cast<std::size_t>(count);
    }
  }

  std::size_t receive(char* buffer, std::size_t size) const {
    const ssize_t count = ::recv(descriptor_, buffer, size, 0);
    if (count < 0) fail("receive");
    if (count == 0) throw std::runtime_error("the server has dropped a client");
    return static_cast<std::size_t>(count);
  }

  void receiveUntil(const std::string& last) const {
    std::string text;
    while (text.size() < last.size() || text.compare(text.size() - last.size(), last.size(), last) != 0) {
      char byte = 0;
      receive(&byte, 1);
      text += byte;
    }
  }

  pollfd polled() const { return {descriptor_, POLLIN, 0}; }

 private:
  const int descriptor_;
};

using Clients = std::vector<std::unique_ptr<Client>>;

// Connects the clients one after the other, each known to be in the server's list before the next comes.
Clients joined(int port, std::size_t count) {
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    clients.back()->send(kStart);  // comes back when the server knows this client
    for (const auto& client : clients) client->receiveUntil(kStart);
  }
  return clients;
}

// What each client has received, in bytes.
class Receivers {
 public:
  explicit Receivers(const Clients& clients) : clients_(clients), received_(clients.size()), buffer_(1 << 18) {
    for (const auto& client : clients) polled_.push_back(client->polled());
  }

  std::size_t linesOfSlowest() const { return *std::min_element(received_.begin(), received_.end()) / kLine.size(); }

  void receiveSome() {
    if (::poll(polled_.data(), polled_.size(), 30000) <= 0) throw std::runtime_error("nothing comes any more");
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (polled_[i].revents != 0) received_[i] += clients_[i]->receive(buffer_.data(), buffer_.size());
    }
  }

 private:
  const Clients& clients_;
  std::vector<std::size_t> received_;
  std::vector<char> buffer_;
  std::vector<pollfd> polled_;
};

void pump(const Clients& clients, std::size_t lines) {
  std::string block;
  for (std::size_t i = 0; i < kBlock; ++i) block += kLine;
  Receivers receivers(clients);
  std::size_t sent = 0;
  while (receivers.linesOfSlowest() < lines) {
    for (; sent < lines && sent + kBlock <= receivers.linesOfSlowest() + kMostUnderWay; sent += kBlock) {
      clients.front()->send(block);
    }
    receivers.receiveSome();
  }
}

// Delivered lines per second.
double measure(const std::vector<std::string>& command, std::size_t clientCount, std::size_t lines) {
  const Server server(command);
  const Clients clients = joined(server.port(), clientCount);
  const auto start = std::chrono::steady_clock::now();
  pump(clients, lines);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return static_cast<double>(lines * clientCount) / elapsed.count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool compare(const std::string& broadcast, const std::string& textbook, std::size_t clients) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < kRounds; ++round) {
    ours.push_back(measure({broadcast, "0"}, clients, kLinesOfBroadcast));
    theirs.push_back(measure({textbook}, clients, kLinesOfTextbook));
  }
  const double ratio = median(ours) / median(theirs);
  std::printf("%3zu clients: broadcast_server %11.0f, textbook %10.0f delivered lines/s (medians of %d), ratio %.1f\n",
              clients, median(ours), median(theirs), kRounds, ratio);
  return ratio >= kWantedRatio;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: broadcast_fanout BROADCAST_SERVER TEXTBOOK_SERVER\n");
    return 2;
  }
  try {
    const bool few = compare(arguments[1], arguments[2], 8);
    const bool many = compare(arguments[1], arguments[2], 64);
    return few && many ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "broadcast_fanout: %s\n", failure.what());
    return 2;
  }
}
