// SPDX-License-Identifier: MIT
//
// Argument checks: each throws std::invalid_argument if its argument is not allowed.
// Some are exported for the component netlite::ssl, a library outside the core.
// Thread-safety: no shared state.
#pragma once

#include <netlite/export.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace netlite {

[[noreturn]] void throwNullBuffer();
[[noreturn]] void throwNullStream();

/// For read and write: the buffer may be null only if the size is 0.
inline void checkBuffer(const void* buffer, std::size_t size) {
  if (buffer == nullptr && size != 0) throwNullBuffer();
}

/// Returns the stream, which must not be null.
template <typename Stream>
std::unique_ptr<Stream> checkedStream(std::unique_ptr<Stream> stream) {
  if (stream == nullptr) throwNullStream();
  return stream;
}

/// Returns the text, which must not be null.
const char* checkedText(const char* text);

/// Returns the size of a reader's or writer's buffer, at least 1 byte.
std::size_t checkedCapacity(std::size_t size);

/// Returns the port, from `min` to 65535.
NETLITE_API int checkedPort(int port, int min);

/// Returns the timeout, which must not be negative.
NETLITE_API std::chrono::milliseconds checkedTimeout(std::chrono::milliseconds timeout);

/// Returns the size of a kernel buffer, at least 1 byte.
int checkedBufferSize(int size);

/// Returns the value of an octet, from 0 to 255. `what` names it in the message.
int checkedOctet(int value, const char* what);

}  // namespace netlite
