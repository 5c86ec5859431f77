// SPDX-License-Identifier: MIT
//
// Whether a thread is asleep, read from Linux's /proc.
// Thread-safety: no shared state.
#include "support/blocked_thread.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

namespace netlite::test {

namespace {

// Empty if the thread ends meanwhile, where stream buffers throw and streams don't.
std::string contents(const std::string& path) {
  std::ifstream in(path);
  std::string text;
  std::getline(in, text, '\0');
  return text;
}

}  // namespace

std::string currentOsTask() {
  std::error_code error;
  const std::filesystem::path task = std::filesystem::read_symlink("/proc/thread-self", error);  // "4711/task/4712"
  return error ? "" : "/proc/" + task.string();
}

std::string osSleepState(const std::string& task) {
  const std::string stat = contents(task + "/stat");
  const std::size_t nameEnd = stat.rfind(") ");
  if (nameEnd == std::string::npos || stat[nameEnd + 2] != 'S') return {};
  const std::string status = contents(task + "/status");
  return contents(task + "/syscall") + status.substr(std::min(status.find("voluntary_ctxt_switches"), status.size()));
}

void yieldToOthers() { std::this_thread::yield(); }

}  // namespace netlite::test
