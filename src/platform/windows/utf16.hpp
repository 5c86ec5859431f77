// SPDX-License-Identifier: MIT
//
// Converts text between netlite's UTF-8 and the system's UTF-16.
// Thread-safety: no shared state.
#pragma once

#include <winsock2.h>
// After winsock2.h, or it would bring the old winsock.h.
#include <windows.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace netlite::platform {

/// Empty if the text is not UTF-8.
inline std::wstring toUtf16(std::string_view text) {
  std::wstring wide(text.size(), L'\0');  // UTF-16 never needs more units than UTF-8 needs bytes
  const int length = ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), static_cast<int>(text.size()),
                                           wide.data(), static_cast<int>(wide.size()));
  wide.resize(static_cast<std::size_t>(length));
  return wide;
}

/// Malformed UTF-16 becomes U+FFFD.
inline std::string toUtf8(std::wstring_view wide) {
  std::string text(3 * wide.size(), '\0');  // the maximum for one unit
  const int length = ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), static_cast<int>(wide.size()), text.data(),
                                           static_cast<int>(text.size()), nullptr, nullptr);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace netlite::platform
