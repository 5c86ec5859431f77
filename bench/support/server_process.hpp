// SPDX-License-Identifier: MIT
//
// A server in a separate process, so that its processor time and memory can be measured apart from the load's.
// The load keeps to the first processor and servers get all others, so that who runs where is no matter of luck.
// Thread-safety: none; servers are started and looked at by the benchmark's one thread.
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
  /// Forks; the child calls `serve`, which announces its port with announcePort() and does not return. To be called
  /// while this process has one thread.
  explicit ServerProcess(const std::function<void()>& serve);

  /// Starts a program that prints "listening on port N".
  explicit ServerProcess(const std::vector<std::string>& command);

  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  /// Ends the server immediately.
  ~ServerProcess();

  int port() const { return port_; }

  /// What all threads of the server have used so far, in the system too.
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

/// Reports to the process that forked the server where it listens.
void announcePort(int port);

/// Allows this process and the servers that it starts as many descriptors as the system lets it.
///
/// @return how many that are
std::size_t allowMostDescriptors();

}  // namespace bench
