// SPDX-License-Identifier: MIT
//
// ScratchFolder: an empty folder of a test, for example for the paths of Unix-domain sockets, which are short.
// Thread-safety: const members may be called from any thread.
#pragma once

#include "support/scratch_file.hpp"

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>

namespace netlite::test {

class ScratchFolder {
 public:
  /// Empty, although a test that was killed may have left one of that name.
  ScratchFolder() {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  /// The names of all files in it.
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.insert(entry.path().filename().string());
    return names;
  }

 private:
  static std::string uniqueName() {
    static std::atomic<int> count{0};
    return scratchFile("nl" + std::to_string(++count));
  }

  const std::string path_ = uniqueName();
};

}  // namespace netlite::test
