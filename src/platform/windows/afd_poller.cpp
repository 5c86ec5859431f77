// SPDX-License-Identifier: MIT
//
// Readiness over the driver of Winsock (AFD): a poll of one socket, whose end a completion port reports.
// Thread-safety: as platform/poller.hpp promises.
#include "platform/windows/native_poller.hpp"
#include "platform/windows/poll_timeout.hpp"

#include <windows.h>
// After windows.h, which it needs.
#include <winternl.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace netlite::platform {

namespace {

// ---- the driver's interface -----------------------------------------------------------------------------------------

constexpr DWORD kPollRequest = 0x00012024;  // IOCTL_AFD_POLL

enum AfdEvent : ULONG {
  kReceive = 0x0001,
  kSend = 0x0004,
  kDisconnect = 0x0008,
  kAbort = 0x0010,
  kLocalClose = 0x0020,
  kAccept = 0x0080,
  kConnectFail = 0x0100
};

struct AfdPollInfo {
  LARGE_INTEGER timeout;
  ULONG count;
  ULONG isExclusive;
  HANDLE socket;  // from here on: for each of `count` sockets
  ULONG events;
  LONG status;
};

constexpr LONGLONG kNoTimeout = 0x7FFFFFFFFFFFFFFF;
constexpr LONG kCancelled = static_cast<LONG>(0xC0000120);  // STATUS_CANCELLED

constexpr ULONG kBoth = kAbort | kLocalClose;
constexpr ULONG kReadable = kReceive | kAccept | kDisconnect | kBoth;
constexpr ULONG kEnd = kDisconnect | kBoth;
constexpr ULONG kWritable = kSend | kConnectFail | kBoth;

// CreateFile knows no names of devices. The function is looked up, so that nothing more need be linked.
HANDLE openDriver() {
  using Create = decltype(&::NtCreateFile);
  const auto create = reinterpret_cast<Create>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "NtCreateFile")));
  if (create == nullptr) return nullptr;
  wchar_t path[] = L"\\Device\\Afd\\netlite";
  constexpr auto kPathSize = static_cast<USHORT>(sizeof path - sizeof *path);
  UNICODE_STRING name{kPathSize, kPathSize, path};
  OBJECT_ATTRIBUTES attributes{};
  attributes.Length = sizeof attributes;
  attributes.ObjectName = &name;
  IO_STATUS_BLOCK status{};
  HANDLE opened = nullptr;
  const NTSTATUS result = create(&opened, SYNCHRONIZE, &attributes, &status, nullptr, 0,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, nullptr, 0);
  return result >= 0 ? opened : nullptr;
}

// The driver knows only the system's own sockets, which programs such as filters may have wrapped.
HANDLE baseOf(Handle handle) {
  for (const DWORD question : {DWORD{SIO_BASE_HANDLE}, DWORD{SIO_BSP_HANDLE_POLL}}) {
    SOCKET base = INVALID_SOCKET;
    DWORD size = 0;
    const int result =
        ::WSAIoctl(nativeSocket(handle), question, nullptr, 0, &base, sizeof base, &size, nullptr, nullptr);
    if (result == 0) return reinterpret_cast<HANDLE>(base);
  }
  return reinterpret_cast<HANDLE>(handle);
}

class OwnedHandle {
 public:
  explicit OwnedHandle(HANDLE handle) : handle_(handle) {}
  ~OwnedHandle() {
    if (handle_ != nullptr) ::CloseHandle(handle_);
  }
  OwnedHandle(const OwnedHandle&) = delete;
  OwnedHandle& operator=(const OwnedHandle&) = delete;

  HANDLE get() const { return handle_; }

 private:
  const HANDLE handle_;
};

// ---- polls ----------------------------------------------------------------------------------------------------------

// A poll in progress, which the driver uses until it has completed. `overlapped` comes first: its address is all that a
// completion says.
struct Watch {
  OVERLAPPED overlapped;
  AfdPollInfo info;
  Handle handle;
  std::uint64_t token;
  unsigned wanted;   // the directions that are waited for, as directionOf(); once cancelled, it starts again for them
  bool isAbandoned;  // its events are for nobody
};

constexpr unsigned directionOf(Interest interest) { return interest == Interest::readable ? 1 : 2; }

constexpr unsigned directionsOf(ULONG events) {
  return ((events & kReadable) != 0 ? directionOf(Interest::readable) : 0) |
         ((events & kWritable) != 0 ? directionOf(Interest::writable) : 0);
}

constexpr ULONG choose(unsigned directions, ULONG ofReadable, ULONG ofWritable) {
  return ((directions & directionOf(Interest::readable)) != 0 ? ofReadable : 0) |
         ((directions & directionOf(Interest::writable)) != 0 ? ofWritable : 0);
}

// What a socket that cannot be polled counts as: ready, so that the call that waits finds out what is wrong.
constexpr ULONG failure(unsigned directions) { return choose(directions, kReceive, kSend); }

ULONG eventsIn(const Watch& completed) {
  const auto status = static_cast<LONG>(completed.overlapped.Internal);
  if (status == kCancelled) return 0;
  return status >= 0 ? completed.info.events : failure(completed.wanted);
}

// A socket has one poll for both directions: if it has two, the driver may report neither. Closing the socket completes
// the poll, and nothing else is kept of a socket. When a thread ends, the driver cancels the polls that it has started;
// carriers never end.
class AfdPoller : public NativePoller {
 public:
  AfdPoller() : driver_(openDriver()), port_(portFor(driver_.get())) {}

  bool isOpen() const { return port_.get() != nullptr; }

  std::error_code watch(Handle handle, Interest interest, std::uint64_t token) override;
  void unwatch(Handle handle) noexcept override;
  Result<std::size_t> poll(PollEvent* events, std::chrono::milliseconds timeout) override;
  bool wake() noexcept override { return ::PostQueuedCompletionStatus(port_.get(), 0, 0, nullptr) != 0; }

 private:
  using Watches = std::unordered_map<Handle, Watch*>;

  static HANDLE portFor(HANDLE driver) {
    return driver != nullptr ? ::CreateIoCompletionPort(driver, nullptr, 0, 1) : nullptr;
  }

  std::error_code start(Handle handle, unsigned direction, std::uint64_t token);
  std::error_code submit(Watch& watch) noexcept;
  void cancel(Watch& watch) noexcept { ::CancelIoEx(driver_.get(), &watch.overlapped); }
  void abandon(Watches::iterator known) noexcept;
  bool complete(Watch* completed, PollEvent& event) noexcept;

  const OwnedHandle driver_;
  const OwnedHandle port_;
  std::mutex mutex_;
  Watches watches_;  // guarded by mutex_, as each Watch
};

std::error_code AfdPoller::watch(Handle handle, Interest interest, std::uint64_t token) {
  const unsigned direction = directionOf(interest);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = watches_.find(handle);
  if (known == watches_.end()) return start(handle, direction, token);
  Watch& watch = *known->second;
  if (watch.token != token) {  // it may be a closed socket's, with the same number
    abandon(known);
    return start(handle, direction, token);
  }
  if ((watch.wanted & direction) != 0) return {};
  watch.wanted |= direction;
  cancel(watch);  // poll() starts it again
  return {};
}

void AfdPoller::unwatch(Handle handle) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = watches_.find(handle);
  if (known != watches_.end()) abandon(known);
}

std::error_code AfdPoller::start(Handle handle, unsigned direction, std::uint64_t token) try {
  auto watch = std::make_unique<Watch>(Watch{{}, {}, handle, token, direction, false});
  const auto place = watches_.emplace(handle, watch.get()).first;
  if (const std::error_code error = submit(*watch)) {
    watches_.erase(place);
    return error;
  }
  static_cast<void>(watch.release());  // the driver's, until it completes
  return {};
} catch (const std::bad_alloc&) {
  return std::make_error_code(std::errc::not_enough_memory);
}

std::error_code AfdPoller::submit(Watch& watch) noexcept {
  watch.overlapped = {};
  watch.info = {{}, 1, FALSE, baseOf(watch.handle), choose(watch.wanted, kReadable, kWritable), 0};
  watch.info.timeout.QuadPart = kNoTimeout;
  DWORD size = 0;
  const bool done = ::DeviceIoControl(driver_.get(), kPollRequest, &watch.info, sizeof watch.info, &watch.info,
                                      sizeof watch.info, &size, &watch.overlapped) != 0;
  if (done || ::GetLastError() == ERROR_IO_PENDING) return {};
  return systemError(static_cast<int>(::GetLastError()));
}

void AfdPoller::abandon(Watches::iterator known) noexcept {
  Watch& watch = *known->second;
  watches_.erase(known);
  watch.isAbandoned = true;
  cancel(watch);
}

Result<std::size_t> AfdPoller::poll(PollEvent* events, std::chrono::milliseconds timeout) {
  OVERLAPPED_ENTRY completed[kMaxPollEvents];
  ULONG count = 0;
  const auto limit = static_cast<DWORD>(pollTimeout(timeout));
  if (::GetQueuedCompletionStatusEx(port_.get(), completed, ULONG{kMaxPollEvents}, &count, limit, FALSE) == 0) {
    if (::GetLastError() == WAIT_TIMEOUT) return std::size_t{0};
    return systemError(static_cast<int>(::GetLastError()));
  }
  std::size_t found = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (ULONG i = 0; i < count; ++i) {
    if (completed[i].lpOverlapped == nullptr) continue;  // wake()
    if (complete(reinterpret_cast<Watch*>(completed[i].lpOverlapped), events[found])) ++found;
  }
  return found;
}

// Returns whether there is an event. A direction that it is not about is polled on.
bool AfdPoller::complete(Watch* completed, PollEvent& event) noexcept {
  std::unique_ptr<Watch> watch(completed);
  if (watch->isAbandoned) return false;
  ULONG events = eventsIn(*watch);
  watch->wanted &= ~directionsOf(events);
  if (watch->wanted != 0 && submit(*watch)) {
    events |= failure(watch->wanted);
    watch->wanted = 0;
  }
  event = {watch->token, (events & kReadable) != 0, (events & kWritable) != 0, (events & kEnd) != 0, false};
  if (watch->wanted == 0) {
    watches_.erase(watch->handle);
  } else {
    static_cast<void>(watch.release());  // the driver's again
  }
  return events != 0;
}

}  // namespace

std::unique_ptr<NativePoller> openAfdPoller() {
  auto opened = std::make_unique<AfdPoller>();
  if (!opened->isOpen()) return nullptr;
  return opened;
}

}  // namespace netlite::platform
