// SPDX-License-Identifier: MIT
//
// The formats that PrintWriter::printf() takes. What C does not define goes no further: the system's own additions may
// write to memory (glibc takes %Zn for %zn).
// Thread-safety: no shared state.
#pragma once

namespace netlite {

/// Checks each conversion of a format.
///
/// @throws std::invalid_argument `format` is null, or one of its conversions is not one of C's that print
void checkPrintfFormat(const char* format);

}  // namespace netlite
