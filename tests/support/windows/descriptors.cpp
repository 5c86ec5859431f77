// SPDX-License-Identifier: MIT
//
// The program's open sockets: every handle that Winsock accepts as one.
// Thread-safety: no shared state.
#include "support/descriptors.hpp"

#include <winsock2.h>
// After winsock2.h, or it would include the old winsock.h.
#include <windows.h>

namespace netlite::test {

namespace {

constexpr std::intptr_t kMaxHandle = 0x4000;  // the system numbers them upwards from 4, in steps of 4

bool isSocket(std::intptr_t handle) {
  int type = 0;
  int size = sizeof type;
  return ::getsockopt(static_cast<SOCKET>(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size) == 0;
}

}  // namespace

bool descriptorsAreVisible() { return true; }

std::set<std::intptr_t> openDescriptors() {
  std::set<std::intptr_t> result;
  DWORD flags = 0;
  for (std::intptr_t handle = 4; handle < kMaxHandle; handle += 4) {
    const bool open = ::GetHandleInformation(reinterpret_cast<HANDLE>(handle), &flags) != 0;
    if (open && isSocket(handle)) result.insert(handle);
  }
  return result;
}

bool isInherited(std::intptr_t descriptor) {
  DWORD flags = HANDLE_FLAG_INHERIT;
  ::GetHandleInformation(reinterpret_cast<HANDLE>(descriptor), &flags);
  return (flags & HANDLE_FLAG_INHERIT) != 0;
}

}  // namespace netlite::test
