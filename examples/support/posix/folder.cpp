// SPDX-License-Identifier: MIT
//
// support/folder.hpp for POSIX. Everything is opened relative to the folder's descriptor, and without following links
// that lead out of it.
// Thread-safety: as support/folder.hpp says.
#include "support/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#define EXAMPLE_HAS_OPENAT2
#endif
#endif

#include <cerrno>
#include <memory>
#include <system_error>

namespace example {

namespace {

constexpr int kCommonFlags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;  // the last one: opening a named pipe must not wait

int number(std::intptr_t handle) { return static_cast<int>(handle); }

[[noreturn]] void refuse(int error) { throw FileRefused(std::generic_category().message(error)); }

int openWithoutLinks(int folder, const std::string& name, int flags) {
  const int file = ::openat(folder, name.c_str(), flags | kCommonFlags | O_NOFOLLOW, 0666);
  if (file < 0 && errno == ELOOP) throw FileRefused("it is a symbolic link");
  return file;
}

int openBeneath(int folder, const std::string& name) {
#ifdef EXAMPLE_HAS_OPENAT2
  open_how how{};
  how.flags = O_RDONLY | O_LARGEFILE | kCommonFlags;  // a bare system call: the C library adds nothing
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long file = ::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
  if (file < 0 && errno == EXDEV) throw FileRefused("it leads out of the folder");
  if (file >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(file);
#endif
  return openWithoutLinks(folder, name, O_RDONLY);
}

std::string pathTo([[maybe_unused]] int file, [[maybe_unused]] const std::string& folder,
                   [[maybe_unused]] const std::string& name) {
#ifdef __linux__
  return "/proc/self/fd/" + std::to_string(file);
#else
  return folder + "/" + name;
#endif
}

FolderFile adopted(int file, const std::string& folder, const std::string& name) {
  if (file < 0) refuse(errno);
  struct stat status {};
  const bool isKnown = ::fstat(file, &status) == 0;
  FolderFile result(file, pathTo(file, folder, name), static_cast<std::uint64_t>(isKnown ? status.st_size : 0));
  if (!isKnown || !S_ISREG(status.st_mode)) throw FileRefused("it is not a regular file");
  return result;
}

bool isStillNamed(int file, int folder, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file, &opened) == 0 && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

FolderFile::~FolderFile() {
  if (handle_ >= 0) ::close(number(handle_));
}

Folder::Folder(std::string path) : path_(std::move(path)) {
  handle_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle_ < 0) refuse(errno);
}

Folder::~Folder() { ::close(number(handle_)); }

std::vector<std::string> Folder::names() const {
  const int again = ::openat(number(handle_), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // with its own position
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(again), ::closedir);
  if (entries == nullptr) refuse(errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries.get())) names.emplace_back(entry->d_name);
  return names;
}

FolderFile Folder::open(const std::string& name) const {
  return adopted(openBeneath(number(handle_), name), path_, name);
}

FolderFile Folder::openAlone(const std::string& name) const {
  const int folder = number(handle_);
  for (;;) {
    const int file = openWithoutLinks(folder, name, O_RDWR | O_CREAT);
    FolderFile result = adopted(file, path_, name);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) throw FileRefused("another transfer is writing it");
    if (isStillNamed(file, folder, name)) return result;  // its last owner may have renamed it before it was locked
  }
}

void Folder::requireReplaceable(const std::string& name) const {
  struct stat status {};
  if (::fstatat(number(handle_), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) throw FileRefused("it is not a regular file");
}

void Folder::rename(const std::string& from, const std::string& to) const {
  if (::renameat(number(handle_), from.c_str(), number(handle_), to.c_str()) != 0) refuse(errno);
}

void Folder::remove(const std::string& name) const { ::unlinkat(number(handle_), name.c_str(), 0); }

bool system::hasAnotherMeaning(const std::string&) { return false; }

}  // namespace example
