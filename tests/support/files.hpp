// SPDX-License-Identifier: MIT
//
// Files for tests that read and write them through netlite.
// Thread-safety: no shared state.
#pragma once

#include "support/scratch_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace netlite::test {

/// The path of a file that the test may create. The file is removed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name) : path_(scratchFile(name)) { remove(); }
  ~ScratchFile() { remove(); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// In UTF-8.
  const std::string& path() const { return path_; }

  bool exists() const { return std::filesystem::exists(native()); }
  void write(const std::string& bytes) const { std::ofstream(native(), std::ios::binary) << bytes; }
  void resize(std::uintmax_t size) const { std::filesystem::resize_file(native(), size); }

  std::string read() const {
    std::ifstream file(native(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path native() const { return std::filesystem::u8path(path_); }

  void remove() const {
    std::error_code ignored;
    std::filesystem::remove(native(), ignored);
  }

  const std::string path_;
};

/// Bytes that show where one is missing or doubled.
inline std::string patternOf(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace netlite::test
