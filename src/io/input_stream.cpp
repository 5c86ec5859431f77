// SPDX-License-Identifier: MIT
//
// What InputStream builds on the one function that a stream must override.
// Thread-safety: that of the derived class; no state here.
#include <netlite/exceptions.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/output_stream.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "thread/call_clock.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace netlite {

namespace {

constexpr std::size_t kFirstRoom = 512;       // bytes: readAllBytes starts with this much room and doubles it
constexpr std::size_t kSkipSize = 4096;       // bytes, on the stack
constexpr std::size_t kTransferSize = 16384;  // bytes, on the heap

/// Reads from `in`; a timeout reports that the whole call had transferred `total` bytes.
std::size_t readPart(InputStream& in, void* buffer, std::size_t size, std::uint64_t total) {
  try {
    return in.read(buffer, size);
  } catch (const SocketTimeoutException& timeout) {
    throw SocketTimeoutException(timeout, static_cast<std::size_t>(total));
  }
}

}  // namespace

InputStream::~InputStream() = default;

int InputStream::read() {
  unsigned char byte = 0;
  return read(&byte, 1) == 0 ? -1 : byte;
}

std::size_t InputStream::readNBytes(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  CallClock clock;
  std::size_t total = 0;
  while (total < size) {
    const std::size_t count = readPart(*this, static_cast<char*>(buffer) + total, size - total, total);
    if (count == 0) break;
    total += count;
  }
  return total;
}

void InputStream::readFully(void* buffer, std::size_t size) {
  const std::size_t count = readNBytes(buffer, size);
  if (count != size) throwEndOfStream(count, size);
}

std::string InputStream::readAllBytes() {
  CallClock clock;
  std::string bytes;
  std::size_t total = 0;
  try {
    for (std::size_t count = 1; count != 0; total += count) {
      if (bytes.size() - total < kFirstRoom) bytes.resize(2 * std::max(bytes.size(), kFirstRoom));
      count = read(bytes.data() + total, bytes.size() - total);
    }
  } catch (...) {
    bytes.resize(total);
    if (total != 0) unread(std::move(bytes));
    throw;
  }
  bytes.resize(total);
  return bytes;
}

std::size_t InputStream::available() { return 0; }

std::size_t InputStream::skip(std::size_t count) {
  CallClock clock;
  std::array<char, kSkipSize> dropped;
  std::size_t total = 0;
  while (total < count) {
    const std::size_t part = readPart(*this, dropped.data(), std::min(dropped.size(), count - total), total);
    if (part == 0) break;
    total += part;
  }
  return total;
}

std::uint64_t InputStream::transferTo(OutputStream& out) {
  CallClock clock;
  std::uint64_t total = 0;
  if (transferDirectly(out, total)) return total;
  const std::unique_ptr<char[]> buffer(new char[kTransferSize]);
  while (const std::size_t count = readPart(*this, buffer.get(), kTransferSize, total)) {
    try {
      out.write(buffer.get(), count);
    } catch (const SocketTimeoutException& timeout) {
      const std::size_t written = std::min(count, timeout.bytesTransferred());
      if (written != count) unread(std::string(buffer.get() + written, count - written));
      throw SocketTimeoutException(timeout, static_cast<std::size_t>(total + written));
    } catch (...) {
      unread(std::string(buffer.get(), count));
      throw;
    }
    total += count;
  }
  return total;
}

bool InputStream::awaitInput(std::chrono::milliseconds) { return true; }

bool InputStream::prefersLargeReads() const noexcept { return false; }

void InputStream::close() {}

void InputStream::unread(std::string) {}

bool InputStream::transferDirectly(OutputStream&, std::uint64_t&) { return false; }

}  // namespace netlite
