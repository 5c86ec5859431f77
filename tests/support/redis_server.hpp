// SPDX-License-Identifier: MIT
//
// A private redis-server of a test, which may be stopped, killed and started again. POSIX only.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"
#include "support/scratch_folder.hpp"
#include "support/unused_port.hpp"

#include <netlite/netlite.hpp>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace netlite::test {

/// Whether there is a redis-server on this machine.
inline bool hasRedis() { return std::string(NETLITE_REDIS_SERVER).find("NOTFOUND") == std::string::npos; }

/// Pauses a program, and continues it at the end.
class Paused {
 public:
  explicit Paused(const Process& program) : pid_(program.started().pid) { ::kill(pid_, SIGSTOP); }
  ~Paused() { ::kill(pid_, SIGCONT); }
  Paused(const Paused&) = delete;
  Paused& operator=(const Paused&) = delete;

 private:
  const int pid_;
};

class RedisServer {
 public:
  /// @param options besides those that make it private
  explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) { start(); }

  /// Where it listens, also before it does.
  explicit RedisServer(int port) : port_(port) {}

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  const Process& process() const { return *process_; }

  /// Starts it again. Its data is there if the options say so.
  void start() {
    std::vector<std::string> command{NETLITE_REDIS_SERVER,  "--bind",     "127.0.0.1", "--port",
                                     std::to_string(port_), "--save",     "",          "--dir",
                                     folder_.path(),        "--loglevel", "notice"};
    command.insert(command.end(), options_.begin(), options_.end());
    process_.emplace(command);
    process_->out.readUntil("Ready to accept connections");
  }

  void kill() {
    process_->send(StopSignal::kill);
    process_->wait();
    process_.reset();
  }

  /// Sends a command of plain words. Returns the first line of the answer; a text's own first line.
  std::string call(const std::string& command) const {
    Socket socket(InetAddress::getLoopbackAddress(), port_);
    socket.setSoTimeout(std::chrono::seconds(30));
    BufferedReader in(socket.getInputStream());
    PrintWriter(socket.getOutputStream(), true).print(command + "\r\n");
    const std::string line = in.readLine().value_or("(end)");
    return line.empty() || line[0] != '$' || line == "$-1" ? line : in.readLine().value_or("(end)");
  }

  /// Sends a command of plain words whose answer is one text, and returns that text.
  std::string callForText(const std::string& command) const {
    Socket socket(InetAddress::getLoopbackAddress(), port_);
    socket.setSoTimeout(std::chrono::seconds(30));
    BufferedReader in(socket.getInputStream());
    PrintWriter(socket.getOutputStream(), true).print(command + "\r\n");
    std::string answer(std::stoul(in.readLine().value_or("$0").substr(1)), '\0');
    in.readFully(answer.data(), answer.size());
    return answer;
  }

 private:
  const std::vector<std::string> options_;
  const ScratchFolder folder_;
  const int port_ = unusedPort();
  std::optional<Process> process_;
};

}  // namespace netlite::test
