// SPDX-License-Identifier: MIT
//
// support/folder.hpp for Windows. A name has no path, so only links could lead out of the folder, and they are refused.
// Thread-safety: as support/folder.hpp says.
#include "support/folder.hpp"

#include <windows.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

namespace example {

namespace {

namespace fs = std::filesystem;

// A byte that no file has: a lock on it excludes other locks, but neither reads nor writes.
constexpr DWORD kLockedByteHigh = 0x40000000;

HANDLE native(std::intptr_t handle) { return reinterpret_cast<HANDLE>(handle); }

fs::path pathOf(const std::string& folder, const std::string& name) { return fs::u8path(folder) / fs::u8path(name); }

// As netlite's own messages: without the full stop and the line end.
[[noreturn]] void refuse(DWORD error) {
  std::string reason = std::error_code(static_cast<int>(error), std::system_category()).message();
  reason.erase(reason.find_last_not_of(" .\r\n") + 1);
  throw FileRefused(reason);
}

FolderFile adopted(HANDLE file, const fs::path& path) {
  if (file == INVALID_HANDLE_VALUE) refuse(::GetLastError());
  BY_HANDLE_FILE_INFORMATION about{};
  const bool isKnown = ::GetFileType(file) == FILE_TYPE_DISK && ::GetFileInformationByHandle(file, &about) != 0;
  const std::uint64_t size = std::uint64_t{about.nFileSizeHigh} << 32 | about.nFileSizeLow;
  FolderFile result(reinterpret_cast<std::intptr_t>(file), path.u8string(), size);
  if (!isKnown || (about.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    throw FileRefused("it is not a regular file");
  }
  if ((about.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) throw FileRefused("it is a symbolic link");
  return result;
}

void requireNoFolder(const fs::path& path) {
  const DWORD attributes = ::GetFileAttributesW(path.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return;
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) throw FileRefused("it is not a regular file");
}

HANDLE openFile(const fs::path& path, DWORD access, DWORD disposition) {
  return ::CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                       disposition, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
}

}  // namespace

FolderFile::~FolderFile() {
  if (handle_ != -1) ::CloseHandle(native(handle_));
}

Folder::Folder(std::string path) : path_(std::move(path)) {
  std::error_code error;
  const bool isFolder = fs::is_directory(fs::u8path(path_), error);
  if (error) refuse(static_cast<DWORD>(error.value()));
  if (!isFolder) refuse(ERROR_DIRECTORY);
}

Folder::~Folder() = default;

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::u8path(path_), error)) {
    names.push_back(entry.path().filename().u8string());
  }
  if (error) refuse(static_cast<DWORD>(error.value()));
  return names;
}

FolderFile Folder::open(const std::string& name) const {
  const fs::path path = pathOf(path_, name);
  requireNoFolder(path);  // opening one fails with "Access denied"
  return adopted(openFile(path, GENERIC_READ, OPEN_EXISTING), path);
}

FolderFile Folder::openAlone(const std::string& name) const {
  const fs::path path = pathOf(path_, name);
  for (;;) {
    const HANDLE file = openFile(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS);
    FolderFile result = adopted(file, path);
    OVERLAPPED place{};
    place.OffsetHigh = kLockedByteHigh;
    if (::LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place) == 0) {
      throw FileRefused("another transfer is writing it");
    }
    std::error_code ignored;
    if (fs::exists(path, ignored)) return result;  // its last owner may have renamed it before it was locked
  }
}

void Folder::requireReplaceable(const std::string& name) const { requireNoFolder(pathOf(path_, name)); }

void Folder::rename(const std::string& from, const std::string& to) const {
  const fs::path target = pathOf(path_, to);
  if (::MoveFileExW(pathOf(path_, from).c_str(), target.c_str(), MOVEFILE_REPLACE_EXISTING) == 0) {
    refuse(::GetLastError());
  }
}

void Folder::remove(const std::string& name) const {
  std::error_code ignored;
  fs::remove(pathOf(path_, name), ignored);
}

// Wildcards, streams (a:b), names that lose their last character, and devices, whatever extension they have.
bool system::hasAnotherMeaning(const std::string& name) {
  if (name.find_first_of("<>:\"|?*") != std::string::npos || name.back() == '.' || name.back() == ' ') return true;
  std::string stem = name.substr(0, name.find('.'));
  stem.erase(stem.find_last_not_of(' ') + 1);
  std::transform(stem.begin(), stem.end(), stem.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const char* device : {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) {
    if (stem == device) return true;
  }
  const bool isPort = stem.compare(0, 3, "COM") == 0 || stem.compare(0, 3, "LPT") == 0;
  return isPort && (stem.size() == 4 || stem.size() == 5) && stem.find_first_not_of("0123456789", 3) != 3;
}

}  // namespace example
