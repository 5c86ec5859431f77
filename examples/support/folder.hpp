// SPDX-License-Identifier: MIT
//
// Folder: the files of one folder, by names that cannot lead out of it. posix/folder.cpp and windows/folder.cpp
// implement it.
// Thread-safety: a Folder may be used from any thread; a FolderFile belongs to one.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// A file cannot be used; what() is the reason alone, without the file's name.
class FileRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A regular file of a folder, which stays open while this lives.
class FolderFile {
 public:
  FolderFile(std::intptr_t handle, std::string path, std::uint64_t size)
      : handle_(handle), path_(std::move(path)), size_(size) {}
  FolderFile(FolderFile&& other) noexcept
      : handle_(std::exchange(other.handle_, -1)), path_(std::move(other.path_)), size_(other.size_) {}
  ~FolderFile();

  /// The path for netlite's file streams. On Linux it leads to this very file, whatever its name means by now;
  /// elsewhere a symbolic link that replaces the file in this moment is followed.
  const std::string& path() const { return path_; }

  /// Its size when it was opened.
  std::uint64_t size() const { return size_; }

 private:
  std::intptr_t handle_;
  std::string path_;
  std::uint64_t size_;
};

class Folder {
 public:
  /// @throws FileRefused there is no such folder, or it cannot be opened
  explicit Folder(std::string path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// The names of everything in the folder, in no order.
  std::vector<std::string> names() const;

  /// Opens a regular file for reading. A symbolic link must lead to a file of the folder; where the system cannot see
  /// to that without a race, there must be none.
  ///
  /// @throws FileRefused
  FolderFile open(const std::string& name) const;

  /// Opens a regular file for writing, and creates it if there is none. Until it is closed no other call can
  /// open it in this way, of this program or another.
  ///
  /// @throws FileRefused
  FolderFile openAlone(const std::string& name) const;

  /// Checks that a file may get this name: there is no other, or only one that may be replaced. Links are replaced
  /// themselves.
  ///
  /// @throws FileRefused there is a folder, a device or the like
  void requireReplaceable(const std::string& name) const;

  /// Gives a file another name, that of another file perhaps, which is then replaced.
  ///
  /// @throws FileRefused
  void rename(const std::string& from, const std::string& to) const;

  /// Removes a file if it is there.
  void remove(const std::string& name) const;

 private:
  std::intptr_t handle_ = -1;
  std::string path_;
};

namespace system {

/// Whether the system would take the name for something other than a file of a folder (devices, streams).
bool hasAnotherMeaning(const std::string& name);

}  // namespace system

}  // namespace example
