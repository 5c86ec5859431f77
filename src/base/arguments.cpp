// SPDX-License-Identifier: MIT
#include "base/arguments.hpp"

#include <stdexcept>
#include <string>

namespace netlite {

namespace {

constexpr int kMaxPort = 65535;
constexpr int kMaxOctet = 255;

[[noreturn]] void throwOutOfRange(const std::string& what, int value, int min, int max) {
  throw std::invalid_argument(what + " out of range: " + std::to_string(value) + " (" + std::to_string(min) + " to " +
                              std::to_string(max) + ")");
}

}  // namespace

void throwNullBuffer() { throw std::invalid_argument("buffer is null"); }

void throwNullStream() { throw std::invalid_argument("stream is null"); }

const char* checkedText(const char* text) {
  if (text == nullptr) throw std::invalid_argument("text is null");
  return text;
}

std::size_t checkedCapacity(std::size_t size) {
  if (size == 0) throw std::invalid_argument("buffer size is 0");
  return size;
}

int checkedPort(int port, int min) {
  if (port < min || port > kMaxPort) throwOutOfRange("port", port, min, kMaxPort);
  return port;
}

std::chrono::milliseconds checkedTimeout(std::chrono::milliseconds timeout) {
  if (timeout.count() >= 0) return timeout;
  throw std::invalid_argument("timeout must not be negative: " + std::to_string(timeout.count()) + " ms");
}

int checkedBufferSize(int size) {
  if (size < 1) throw std::invalid_argument("buffer size must be positive: " + std::to_string(size));
  return size;
}

int checkedOctet(int value, const char* what) {
  if (value < 0 || value > kMaxOctet) throwOutOfRange(what, value, 0, kMaxOctet);
  return value;
}

}  // namespace netlite
