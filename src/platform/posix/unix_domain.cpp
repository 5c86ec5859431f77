// SPDX-License-Identifier: MIT
//
// Unix-domain sockets over POSIX, with the abstract names of Linux.
// Thread-safety: as platform/unix_domain.hpp promises; no state here.
#include "platform/unix_domain.hpp"

#include "platform/posix/descriptor.hpp"
#include "platform/socket.hpp"
#include "platform/thread.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cassert>
#include <cstring>

namespace netlite::platform {

namespace {

#ifdef __linux__
constexpr bool kHasAbstractNames = true;
#else
constexpr bool kHasAbstractNames = false;
#endif

socklen_t toNative(const UnixAddress& address, sockaddr_un& native) {
  assert(!address.name.empty() && address.name.size() <= maxUnixName());
  native = {};
  native.sun_family = AF_UNIX;
  std::memcpy(native.sun_path + (address.isAbstract ? 1 : 0), address.name.data(), address.name.size());
  // With the NUL that ends a path or begins an abstract name, whose end only the size tells.
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.name.size() + 1);
}

std::error_code bindNative(Handle handle, const UnixAddress& local) {
  sockaddr_un native;
  const socklen_t size = toNative(local, native);
  return errorIfNegative(::bind(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size));
}

std::string folderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The lock of a folder for those who bind in it: flock on the folder itself needs no file, and the system releases it
// when its process dies.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), is_held_(folder_ >= 0 && acquire()) {}
  ~FolderLock() {
    if (is_held_) ::flock(folder_, LOCK_UN);  // a child forked meanwhile has a copy, which closing would leave locked
    if (folder_ >= 0) ::close(folder_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// False if the folder cannot be read, or another program keeps the lock.
  bool isHeld() const noexcept { return is_held_; }

 private:
  static constexpr int kMaxTries = 1000;  // of a millisecond each

  bool acquire() const {
    for (int tries = 0; ::flock(folder_, LOCK_EX | LOCK_NB) < 0; ++tries) {
      if ((errno != EWOULDBLOCK && errno != EINTR) || tries == kMaxTries) return false;
      ::poll(nullptr, 0, 1);
    }
    return true;
  }

  const int folder_;
  const bool is_held_;
};

// Whether no socket is bound to the path, whose file is one. A connecting stream socket would enter the accept queue of
// a living server, and could not tell one that does not listen yet from a dead one. A datagram socket can: the system
// refuses it with EPROTOTYPE as long as a stream socket is bound there, and with ECONNREFUSED once none is. Connecting
// it to another datagram socket succeeds and sends nothing.
bool isDead(const UnixAddress& address) {
  const Result<Handle> probe = openSocket(Family::unixDomain, SOCK_DGRAM);
  if (!probe) return false;
  const Transfer connected = connect(*probe, address);
  close(*probe);
  return connected.outcome == Outcome::failed && connected.errorNumber == ECONNREFUSED;
}

bool isSameFile(const struct stat& left, const struct stat& right) {
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

// Requires the folder's lock. No process that uses netlite binds or replaces meanwhile, so the file that is removed is
// the one that was found dead. The second look is for programs that take no lock.
bool removeDead(const UnixAddress& address) {
  struct stat before {};
  struct stat after {};
  const char* const path = address.name.c_str();
  if (::lstat(path, &before) < 0 || !S_ISSOCK(before.st_mode) || !isDead(address)) return false;
  return ::lstat(path, &after) == 0 && isSameFile(before, after) && ::unlink(path) == 0;
}

// Every process binds with the lock, also to a path that is free: while the system creates a path it already exists,
// but seems dead.
std::error_code bindPath(Handle handle, const UnixAddress& local) {
  const FolderLock lock(folderOf(local.name));
  const std::error_code error = bindNative(handle, local);
  if (error != std::errc::address_in_use || !lock.isHeld() || !removeDead(local)) return error;
  return bindNative(handle, local);
}

// The working directory may be another one when the path is removed.
Result<std::string> absolutePath(const std::string& path) {
  if (path.front() == '/') return path;
  char folder[PATH_MAX];
  if (::getcwd(folder, sizeof folder) == nullptr) return lastError();
  return folder + ('/' + path);
}

void identify(BoundPath& bound) {
  struct stat found {};
  if (::lstat(bound.path.c_str(), &found) < 0) return bound.path.clear();  // removed already
  bound.device = static_cast<std::uint64_t>(found.st_dev);
  bound.node = static_cast<std::uint64_t>(found.st_ino);
}

}  // namespace

std::size_t maxUnixName() noexcept { return sizeof sockaddr_un{}.sun_path - 1; }

Result<BoundPath> listenAt(Handle handle, const UnixAddress& local, int backlog) {
  if (local.isAbstract && !kHasAbstractNames) return systemError(EAFNOSUPPORT);
  const NoCancellation uninterrupted;
  BoundPath bound;
  if (!local.isAbstract) {
    Result<std::string> path = absolutePath(local.name);
    if (!path) return path.error();
    bound.path = std::move(*path);
  }
  std::error_code error = local.isAbstract ? bindNative(handle, local) : bindPath(handle, local);
  if (error) return error;
  if (!local.isAbstract) identify(bound);
  error = listen(handle, backlog);
  if (!error) return bound;
  removePath(bound);
  return error;
}

void removePath(const BoundPath& bound) noexcept {
  const NoCancellation uninterrupted;
  struct stat found {};
  if (bound.path.empty() || ::lstat(bound.path.c_str(), &found) < 0) return;
  const bool isOwn = static_cast<std::uint64_t>(found.st_dev) == bound.device &&
                     static_cast<std::uint64_t>(found.st_ino) == bound.node;
  if (isOwn) ::unlink(bound.path.c_str());
}

Transfer connect(Handle handle, const UnixAddress& remote) {
  if (remote.isAbstract && !kHasAbstractNames) return {Outcome::failed, EAFNOSUPPORT, 0};
  sockaddr_un native;
  const socklen_t size = toNative(remote, native);
  if (::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size) == 0 || errno == EISCONN) {
    return {Outcome::done, 0, 0};
  }
  const bool mayRepeat = errno == EAGAIN || errno == EINPROGRESS || errno == EALREADY || errno == EINTR;
  return {mayRepeat ? Outcome::wouldBlock : Outcome::failed, errno, 0};
}

Result<Credentials> peerCredentials([[maybe_unused]] Handle handle) {
#if defined(SO_PEERCRED) && defined(__linux__)
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor(handle), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return lastError();
  const std::int64_t process = peer.pid > 0 ? peer.pid : -1;  // 0: of another PID namespace
  return Credentials{static_cast<std::int64_t>(peer.uid), static_cast<std::int64_t>(peer.gid), process};
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
  uid_t user = 0;
  gid_t group = 0;
  if (::getpeereid(descriptor(handle), &user, &group) < 0) return lastError();
  Credentials peer{static_cast<std::int64_t>(user), static_cast<std::int64_t>(group), -1};
#ifdef LOCAL_PEERPID
  const Result<int> process = getNumber(handle, SOL_LOCAL, LOCAL_PEERPID);
  if (process) peer.process = *process;
#endif
  return peer;
#else
  return systemError(EOPNOTSUPP);
#endif
}

}  // namespace netlite::platform
