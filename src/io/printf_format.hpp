// SPDX-License-Identifier: MIT
//
// The check of PrintWriter::printf()'s formats.
// Thread-safety: no shared state.
#pragma once

namespace netlite {

/// Checks each conversion of a format. What C does not define is refused, except I32 and I64: a system's own extension
/// may write to memory (glibc treats %Zn as %zn).
///
/// @throws std::invalid_argument `format` is null or has a conversion that PrintWriter::printf() does not list
void checkPrintfFormat(const char* format);

}  // namespace netlite
