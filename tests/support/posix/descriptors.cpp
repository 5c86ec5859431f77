// SPDX-License-Identifier: MIT
//
// The program's open descriptors, read from Linux's /proc.
// Thread-safety: no shared state.
#include "support/descriptors.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace netlite::test {

bool descriptorsAreVisible() { return std::filesystem::exists("/proc/self/fd"); }

std::set<std::intptr_t> openDescriptors() {
  std::set<std::intptr_t> result;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    result.insert(std::stoi(entry.path().filename().string()));
  }
  // The iterator's own descriptor is among them, and is closed by now.
  for (auto it = result.begin(); it != result.end();) {
    it = std::filesystem::is_symlink("/proc/self/fd/" + std::to_string(*it)) ? std::next(it) : result.erase(it);
  }
  return result;
}

bool isInherited(std::intptr_t descriptor) {
  constexpr int kCloseOnExec = 02000000;
  std::ifstream in("/proc/self/fdinfo/" + std::to_string(descriptor));
  for (std::string word; in >> word;) {
    if (word == "flags:" && in >> word) return (std::stoi(word, nullptr, 8) & kCloseOnExec) == 0;
  }
  return true;
}

}  // namespace netlite::test
