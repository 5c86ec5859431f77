// SPDX-License-Identifier: MIT
//
// The bytes of UTF-8.
// Thread-safety: no shared state.
#pragma once

namespace example {

/// Whether a character begins with this byte of valid UTF-8.
inline bool isFirstByte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace example
