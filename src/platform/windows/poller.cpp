// SPDX-License-Identifier: MIT
//
// Readiness over the driver of Winsock, or where that cannot be used, over WSAPoll.
// Thread-safety: as platform/poller.hpp promises; the state is in the NativePoller that the handles refer to.
#include "platform/poller.hpp"

#include "platform/windows/native_poller.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>

namespace netlite::platform {

namespace {

// NETLITE_AFD=0 is for a system on which the driver misbehaves, and for the tests.
bool mayUseAfd() {
  const char* const choice = std::getenv("NETLITE_AFD");
  return choice == nullptr || std::strcmp(choice, "0") != 0;
}

NativePoller* native(Handle handle) { return reinterpret_cast<NativePoller*>(handle); }

}  // namespace

Result<Poller> openPoller() {
  if (const std::error_code error = startWinsock()) return error;
  std::unique_ptr<NativePoller> opened = mayUseAfd() ? openAfdPoller() : nullptr;
  if (!opened) opened = openWsaPoller();
  if (!opened) return std::make_error_code(std::errc::too_many_files_open);
  const auto handle = reinterpret_cast<Handle>(opened.release());
  return Poller{handle, handle};
}

bool watchesOnce() noexcept { return true; }

std::error_code watch(Poller poller, Handle handle, Interest interest, std::uint64_t token) {
  return native(poller.watching)->watch(handle, interest, token);
}

void unwatch(Poller poller, Handle handle) noexcept { native(poller.watching)->unwatch(handle); }

Result<std::size_t> poll(Poller poller, PollEvent* events, std::chrono::milliseconds timeout) {
  return native(poller.watching)->poll(events, timeout);
}

bool wakePoller(Poller poller) noexcept { return native(poller.waking)->wake(); }

void closePoller(Poller poller) noexcept { delete native(poller.watching); }

}  // namespace netlite::platform
