// SPDX-License-Identifier: MIT
//
// Files over POSIX, and Linux's sendfile.
// Thread-safety: as platform/file.hpp promises; no state here.
#include "platform/file.hpp"

#include "platform/posix/descriptor.hpp"
#include "platform/thread.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/sendfile.h>
#endif

#include <algorithm>
#include <cerrno>
#include <limits>

namespace netlite::platform {

namespace {

// For one call. Linux moves no more than this, and the BSDs refuse more than an int holds.
constexpr std::size_t kMaxSize = 0x7ffff000;

int flagsFor(FileAccess access) {
  switch (access) {
    case FileAccess::read: return O_RDONLY;
    case FileAccess::replace: return O_WRONLY | O_CREAT | O_TRUNC;
    case FileAccess::append: return O_WRONLY | O_CREAT | O_APPEND;
  }
  return O_RDONLY;
}

// Repeats a call that a signal has interrupted.
template <typename Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Transfer moved(ssize_t count) {
  if (count >= 0) return {Outcome::done, 0, static_cast<std::size_t>(count)};
  return {Outcome::failed, errno, 0};
}

#ifdef F_SETNOSIGPIPE

// macOS never raises SIGPIPE for such a descriptor.
void refusePipeSignal(int file) { ::fcntl(file, F_SETNOSIGPIPE, 1); }

struct NoPipeSignal {
  void take() {}
};

#else

void refusePipeSignal(int) {}

// Keeps SIGPIPE from the program: write and sendfile have no MSG_NOSIGNAL. The signal goes to the thread that calls
// them.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    was_pending_ = ::sigismember(&before_, SIGPIPE) == 1 && isPending();
  }
  ~NoPipeSignal() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

  /// Takes the signal that a call has raised, but not one that the program has been keeping. Not a cancellation point:
  /// the call has moved bytes.
  void take() {
    const NoCancellation uninterrupted;
    const timespec now{};
    if (!was_pending_) retried([&] { return ::sigtimedwait(&pipe_, nullptr, &now); });
  }

 private:
  static bool isPending() {
    sigset_t pending;
    return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1;
  }

  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

#endif

}  // namespace

Result<Handle> openFile(const std::string& path, FileAccess access) {
  const int flags = flagsFor(access) | O_CLOEXEC | O_NOCTTY;
  const int opened = retried([&] { return ::open(path.c_str(), flags, 0666); });
  if (opened < 0) return lastError();
  struct stat status {};
  std::error_code error = errorIfNegative(::fstat(opened, &status));
  if (!error && S_ISDIR(status.st_mode)) error = systemError(EISDIR);  // it could be opened, but not read
  if (!error) {
    refusePipeSignal(opened);
    return Handle{opened};
  }
  closeFile(opened);
  return error;
}

std::error_code closeFile(Handle file) noexcept {
  const NoCancellation uninterrupted;
  const std::error_code error = errorIfNegative(::close(descriptor(file)));
  return error == std::errc::interrupted ? std::error_code() : error;  // the descriptor is gone
}

Transfer readFile(Handle file, void* buffer, std::size_t size) {
  return moved(retried([&] { return ::read(descriptor(file), buffer, std::min(size, kMaxSize)); }));
}

Transfer writeFile(Handle file, const void* data, std::size_t size) {
  return moved(retried([&] { return ::write(descriptor(file), data, std::min(size, kMaxSize)); }));
}

Transfer writePipe(Handle pipe, const void* data, std::size_t size) {
  NoPipeSignal noSignal;
  const Transfer put = writeFile(pipe, data, size);
  noSignal.take();
  return put;
}

bool isRegularFile(Handle file) {
  struct stat status {};
  return ::fstat(descriptor(file), &status) == 0 && S_ISREG(status.st_mode);
}

Result<std::uint64_t> bytesLeft(Handle file) {
  struct stat status {};
  if (::fstat(descriptor(file), &status) < 0) return lastError();
  if (!S_ISREG(status.st_mode)) return std::uint64_t{0};
  const off_t position = ::lseek(descriptor(file), 0, SEEK_CUR);
  if (position < 0) return lastError();
  return static_cast<std::uint64_t>(std::max<off_t>(status.st_size - position, 0));
}

std::error_code moveForward(Handle file, std::uint64_t count) {
  return ::lseek(descriptor(file), static_cast<off_t>(count), SEEK_CUR) < 0 ? lastError() : std::error_code();
}

#ifdef __linux__

Transfer sendFile(Handle socket, Handle file) {
  NoPipeSignal noSignal;
  const Transfer sent = transferred(::sendfile(descriptor(socket), descriptor(file), nullptr, kMaxSize));
  noSignal.take();  // it may come with a call that has moved bytes
  return sent;
}

#else

Transfer sendFile(Handle, Handle) { return {Outcome::failed, EOPNOTSUPP, 0}; }

#endif

}  // namespace netlite::platform
