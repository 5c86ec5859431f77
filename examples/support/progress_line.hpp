// SPDX-License-Identifier: MIT
//
// The line that shows how far a transfer has come.
// Thread-safety: no shared state.
#pragma once

#include "support/columns.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace example {

/// "512 B", "1.5 KiB", "20 GiB".
inline std::string byteCount(double bytes) {
  const char* unit = "B";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (bytes < 1024) break;
    bytes /= 1024;
    unit = next;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %s", bytes < 10 && *unit != 'B' ? 1 : 0, bytes, unit);
  return text;
}

/// "0:42", "1:00:00".
inline std::string duration(std::uint64_t seconds) {
  char text[32];
  const std::uint64_t hours = seconds / 3600;
  const auto minutes = static_cast<unsigned>(seconds / 60 % 60);
  const auto rest = static_cast<unsigned>(seconds % 60);
  if (hours == 0) {
    std::snprintf(text, sizeof text, "%u:%02u", minutes, rest);
  } else {
    std::snprintf(text, sizeof text, "%llu:%02u:%02u", static_cast<unsigned long long>(hours), minutes, rest);
  }
  return text;
}

/// The columns that a terminal gives the text.
inline std::size_t columnsOf(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size(); at = nextCharacter(text, at)) {
    columns += columnsOf(firstCodePoint(text.substr(at)).value);
  }
  return columns;
}

/// As much of the text's beginning as fits into these columns.
inline std::string beginning(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size() && columnsOf(text.substr(0, nextCharacter(text, end))) <= columns) {
    end = nextCharacter(text, end);
  }
  return std::string(text.substr(0, end));
}

/// One state of a transfer. The start is where it began, 0 unless it continues an earlier one.
struct TransferState {
  std::uint64_t start = 0;
  std::uint64_t position = 0;
  std::uint64_t size = 0;
  double seconds = 0;  // since it began
};

/// "report.pdf [#####               ] 25%  1.5 MiB/s  0:42 left"
inline std::string progressLine(const std::string& name, const TransferState& state) {
  constexpr std::size_t kNameColumns = 24;
  constexpr std::size_t kBar = 20;
  const double share =
      state.size == 0 ? 1 : std::min(1.0, static_cast<double>(state.position) / static_cast<double>(state.size));
  const auto filled = static_cast<std::size_t>(share * kBar);
  std::string line = beginning(name, kNameColumns) + " [" + std::string(filled, '#') + std::string(kBar - filled, ' ') +
                     "] " + std::to_string(static_cast<int>(share * 100)) + "%";
  const double rate = static_cast<double>(state.position - std::min(state.start, state.position)) / state.seconds;
  if (!(rate >= 1)) return line;
  const auto left = static_cast<double>(state.size - std::min(state.position, state.size));
  return line + "  " + byteCount(rate) + "/s  " + duration(static_cast<std::uint64_t>(left / rate + 0.5)) + " left";
}

}  // namespace example
