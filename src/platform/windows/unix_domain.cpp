// SPDX-License-Identifier: MIT
//
// Unix-domain sockets over Winsock, which has them since Windows 10 version 1803. Wine has none.
// Thread-safety: as platform/unix_domain.hpp promises; no state here.
#include "platform/unix_domain.hpp"

#include "platform/socket.hpp"
#include "platform/windows/utf16.hpp"
#include "platform/windows/winsock.hpp"

#include <afunix.h>

#include <cassert>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace netlite::platform {

namespace {

// The number, since mingw-w64 10 does not name it.
constexpr DWORD kSocketTag = 0x80000023;  // IO_REPARSE_TAG_AF_UNIX

int toNative(const UnixAddress& address, sockaddr_un& native) {
  assert(!address.name.empty() && address.name.size() <= maxUnixName());
  native = {};
  native.sun_family = AF_UNIX;
  std::memcpy(native.sun_path, address.name.data(), address.name.size());
  return static_cast<int>(sizeof native);
}

std::error_code bindNative(Handle handle, const UnixAddress& local) {
  sockaddr_un native;
  const int size = toNative(local, native);
  return errorIfNegative(::bind(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&native), size));
}

// A HANDLE of Windows that is closed on destruction.
class OwnedObject {
 public:
  explicit OwnedObject(HANDLE object) noexcept : object_(object) {}
  ~OwnedObject() {
    if (isOpen()) ::CloseHandle(object_);
  }
  OwnedObject(const OwnedObject&) = delete;
  OwnedObject& operator=(const OwnedObject&) = delete;

  bool isOpen() const noexcept { return object_ != nullptr && object_ != INVALID_HANDLE_VALUE; }
  HANDLE get() const noexcept { return object_; }

 private:
  const HANDLE object_;
};

HANDLE openFile(const std::wstring& path) noexcept {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  constexpr DWORD kFlags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
  return ::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr, OPEN_EXISTING, kFlags, nullptr);
}

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t node = 0;
};

bool operator==(const FileId& left, const FileId& right) noexcept {
  return left.device == right.device && left.node == right.node;
}

// None if there is no such file.
std::optional<FileId> fileId(const std::wstring& path) noexcept {
  const OwnedObject file(openFile(path));
  BY_HANDLE_FILE_INFORMATION found{};
  if (!file.isOpen() || !::GetFileInformationByHandle(file.get(), &found)) return std::nullopt;
  return FileId{found.dwVolumeSerialNumber, (std::uint64_t{found.nFileIndexHigh} << 32) | found.nFileIndexLow};
}

bool isSocketFile(const std::wstring& path) noexcept {
  const OwnedObject file(openFile(path));
  FILE_ATTRIBUTE_TAG_INFO found{};
  return file.isOpen() && ::GetFileInformationByHandleEx(file.get(), FileAttributeTagInfo, &found, sizeof found) &&
         (found.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && found.ReparseTag == kSocketTag;
}

std::wstring folderOf(const std::wstring& path) {
  const std::size_t slash = path.find_last_of(L"/\\");
  return slash == std::wstring::npos ? L"." : path.substr(0, slash + 1);
}

// The lock of a folder for those who bind in it: a mutex named after the folder's number needs no file, and the system
// releases it when its process dies.
class FolderLock {
 public:
  explicit FolderLock(const std::wstring& folder)
      : mutex_(createMutex(folder)), is_held_(mutex_.isOpen() && acquire()) {}
  ~FolderLock() {
    if (is_held_) ::ReleaseMutex(mutex_.get());
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// False if the folder cannot be opened, or another program keeps the lock.
  bool isHeld() const noexcept { return is_held_; }

 private:
  static constexpr DWORD kPatience = 1000;  // milliseconds

  static HANDLE createMutex(const std::wstring& folder) {
    const std::optional<FileId> id = fileId(folder);
    if (!id) return nullptr;
    const std::wstring name = L"Global\\netlite-bind-" + std::to_wstring(id->device) + L"-" + std::to_wstring(id->node);
    return ::CreateMutexW(nullptr, FALSE, name.c_str());
  }

  bool acquire() const noexcept {
    const DWORD result = ::WaitForSingleObject(mutex_.get(), kPatience);
    return result == WAIT_OBJECT_0 || result == WAIT_ABANDONED;
  }

  const OwnedObject mutex_;
  const bool is_held_;
};

// Windows has stream sockets alone, so the check is a connection, which a living server sees. A server of netlite never
// seems dead between its bind and its listen: it holds the folder's lock until it listens.
bool isDead(const UnixAddress& address) {
  const Result<Handle> probe = openSocket(Family::unixDomain, SOCK_STREAM);
  if (!probe) return false;
  const Transfer connected = connect(*probe, address);
  close(*probe);
  return connected.outcome == Outcome::failed && connected.errorNumber == WSAECONNREFUSED;
}

// Requires the folder's lock.
bool removeDead(const UnixAddress& address, const std::wstring& path) {
  const std::optional<FileId> before = fileId(path);
  if (!before || !isSocketFile(path) || !isDead(address)) return false;
  return fileId(path) == before && ::DeleteFileW(path.c_str()) != 0;
}

std::error_code bindPath(Handle handle, const UnixAddress& local, const FolderLock& lock, const std::wstring& path) {
  const std::error_code error = bindNative(handle, local);
  if (error != std::errc::address_in_use || !lock.isHeld() || !removeDead(local, path)) return error;
  return bindNative(handle, local);
}

// The working directory may be another one when the path is removed.
Result<std::wstring> absolutePath(const std::wstring& path) {
  wchar_t absolute[MAX_PATH + 1];
  const DWORD length = ::GetFullPathNameW(path.c_str(), MAX_PATH + 1, absolute, nullptr);
  if (length == 0 || length > MAX_PATH) return systemError(WSAENAMETOOLONG);
  return std::wstring(absolute, length);
}

}  // namespace

std::size_t maxUnixName() noexcept { return sizeof sockaddr_un{}.sun_path - 1; }

Result<BoundPath> listenAt(Handle handle, const UnixAddress& local, int backlog) {
  if (local.isAbstract) return systemError(WSAEAFNOSUPPORT);
  const Result<std::wstring> path = absolutePath(toUtf16(local.name));
  if (!path) return path.error();
  BoundPath bound{toUtf8(*path)};
  const FolderLock lock(folderOf(*path));
  std::error_code error = bindPath(handle, local, lock, *path);
  if (error) return error;
  const FileId id = fileId(*path).value_or(FileId{});
  bound.device = id.device;
  bound.node = id.node;
  error = listen(handle, backlog);
  if (!error) return bound;
  removePath(bound);
  return error;
}

void removePath(const BoundPath& bound) noexcept {
  if (bound.path.empty()) return;
  try {
    const std::wstring path = toUtf16(bound.path);
    if (fileId(path) == FileId{bound.device, bound.node}) ::DeleteFileW(path.c_str());
  } catch (const std::bad_alloc&) {
    // the path is left, and the next server replaces it
  }
}

Transfer connect(Handle handle, const UnixAddress& remote) {
  if (remote.isAbstract) return {Outcome::failed, WSAEAFNOSUPPORT, 0};
  sockaddr_un native;
  const int size = toNative(remote, native);
  const int result = ::connect(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&native), size);
  const int error = result == 0 ? 0 : ::WSAGetLastError();
  if (error == 0 || error == WSAEISCONN) return {Outcome::done, 0, 0};
  const bool mayRepeat = error == WSAEWOULDBLOCK || error == WSAEALREADY || error == WSAEINPROGRESS;
  if (mayRepeat) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, error, 0};
}

// Windows tells the process alone, which without a user proves nothing.
Result<Credentials> peerCredentials(Handle) { return systemError(WSAEOPNOTSUPP); }

}  // namespace netlite::platform
