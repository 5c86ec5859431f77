// SPDX-License-Identifier: MIT
//
// Files over Windows. TransmitFile either blocks or needs overlapped sockets, so sendFile is not supported here.
// Thread-safety: as platform/file.hpp promises; no state here.
#include "platform/file.hpp"

#include "platform/windows/utf16.hpp"
#include "platform/windows/winsock.hpp"

#include <windows.h>

#include <algorithm>

namespace netlite::platform {

namespace {

// For one call: fits a DWORD.
constexpr std::size_t kMaxSize = 0x7ffff000;

HANDLE nativeFile(Handle file) { return reinterpret_cast<HANDLE>(file); }

std::error_code lastFileError() { return systemError(static_cast<int>(::GetLastError())); }

std::error_code errorUnless(BOOL done) { return done != 0 ? std::error_code() : lastFileError(); }

DWORD sizeOfCall(std::size_t size) { return static_cast<DWORD>(std::min(size, kMaxSize)); }

// With FILE_APPEND_DATA alone every write goes to the end.
DWORD rightsFor(FileAccess access) {
  switch (access) {
    case FileAccess::read: return GENERIC_READ;
    case FileAccess::replace: return GENERIC_WRITE;
    case FileAccess::append: return FILE_APPEND_DATA | SYNCHRONIZE;
  }
  return GENERIC_READ;
}

DWORD dispositionFor(FileAccess access) {
  switch (access) {
    case FileAccess::read: return OPEN_EXISTING;
    case FileAccess::replace: return CREATE_ALWAYS;
    case FileAccess::append: return OPEN_ALWAYS;
  }
  return OPEN_EXISTING;
}

}  // namespace

Result<Handle> openFile(const std::string& path, FileAccess access) {
  // Shared as on POSIX: others may read, write, rename and remove the file meanwhile.
  constexpr DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE opened = ::CreateFileW(toUtf16(path).c_str(), rightsFor(access), shared, nullptr, dispositionFor(access),
                                      FILE_ATTRIBUTE_NORMAL, nullptr);
  if (opened == INVALID_HANDLE_VALUE) return lastFileError();
  return reinterpret_cast<Handle>(opened);
}

std::error_code closeFile(Handle file) noexcept { return errorUnless(::CloseHandle(nativeFile(file))); }

Transfer readFile(Handle file, void* buffer, std::size_t size) {
  DWORD count = 0;
  if (::ReadFile(nativeFile(file), buffer, sizeOfCall(size), &count, nullptr) != 0) return {Outcome::done, 0, count};
  const DWORD error = ::GetLastError();
  if (error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE) return {Outcome::done, 0, 0};
  return {Outcome::failed, static_cast<int>(error), 0};
}

Transfer writeFile(Handle file, const void* data, std::size_t size) {
  DWORD count = 0;
  if (::WriteFile(nativeFile(file), data, sizeOfCall(size), &count, nullptr) != 0) return {Outcome::done, 0, count};
  return {Outcome::failed, static_cast<int>(::GetLastError()), 0};
}

Transfer writePipe(Handle pipe, const void* data, std::size_t size) { return writeFile(pipe, data, size); }

bool isRegularFile(Handle file) { return ::GetFileType(nativeFile(file)) == FILE_TYPE_DISK; }

Result<std::uint64_t> bytesLeft(Handle file) {
  if (!isRegularFile(file)) return std::uint64_t{0};
  LARGE_INTEGER size{};
  LARGE_INTEGER position{};
  if (::GetFileSizeEx(nativeFile(file), &size) == 0) return lastFileError();
  if (::SetFilePointerEx(nativeFile(file), {}, &position, FILE_CURRENT) == 0) return lastFileError();
  return static_cast<std::uint64_t>(std::max<LONGLONG>(size.QuadPart - position.QuadPart, 0));
}

std::error_code moveForward(Handle file, std::uint64_t count) {
  LARGE_INTEGER distance{};
  distance.QuadPart = static_cast<LONGLONG>(count);
  return errorUnless(::SetFilePointerEx(nativeFile(file), distance, nullptr, FILE_CURRENT));
}

Transfer sendFile(Handle, Handle) { return {Outcome::failed, WSAEOPNOTSUPP, 0}; }

}  // namespace netlite::platform
