// SPDX-License-Identifier: MIT
//
// A server in a separate process, so that its processor time and memory are measured separately from the load's. The
// load runs on the first processor and servers on all others, so that placement does not vary between runs.
// Thread-safety: none; the benchmark's only thread starts and measures servers.
#pragma once

#include "raw_socket.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bench {

class ServerProcess {
 public:
  /// Forks; the child calls `serve`, which announces its port with announcePort() and does not return. Requires
  /// that this process has only one thread.
  explicit ServerProcess(const std::function<void()>& serve);

  /// Starts a program that prints "listening on port N".
  explicit ServerProcess(const std::vector<std::string>& command);

  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  /// Ends the server immediately.
  ~ServerProcess();

  int port() const { return port_; }

  /// The processor time of all threads of the server so far, including system time.
  std::chrono::nanoseconds processorTime() const;

  /// The resident memory in bytes.
  std::size_t residentBytes() const;

 private:
  static std::function<void()> running(const std::vector<std::string>& command);
  void becomeServer(const std::function<void()>& serve, int output) const;
  int announcedPort() const;

  pid_t pid_ = -1;
  Descriptor output_;
  int port_ = 0;
};

/// Reports the listening port to the process that forked the server.
void announcePort(int port);

/// Raises the descriptor limit of this process, and of servers started later, to the maximum.
///
/// @return the maximum
std::size_t allowMaxDescriptors();

}  // namespace bench
