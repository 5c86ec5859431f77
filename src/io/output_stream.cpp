// SPDX-License-Identifier: MIT
//
// What OutputStream builds on the one function that a stream must override.
// Thread-safety: that of the derived class; no state here.
#include <netlite/output_stream.hpp>

namespace netlite {

OutputStream::~OutputStream() = default;

void OutputStream::write(std::string_view text) { write(text.data(), text.size()); }

void OutputStream::write(int byte) {
  const auto low = static_cast<unsigned char>(byte);
  write(&low, 1);
}

void OutputStream::flush() {}

void OutputStream::close() {}

bool OutputStream::sendFile(std::intptr_t, std::uint64_t&) { return false; }

}  // namespace netlite
