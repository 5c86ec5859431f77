// SPDX-License-Identifier: MIT
//
// Lines as the C library reads them.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace bench {

/// Counts the lines up to the end of the file, and closes it.
inline std::size_t countStdioLines(std::FILE* in) {
  std::setvbuf(in, nullptr, _IOFBF, 8192);
  char* line = nullptr;
  std::size_t size = 0;
  std::size_t count = 0;
  while (::getline(&line, &size, in) > 0) ++count;
  std::free(line);
  std::fclose(in);
  return count;
}

}  // namespace bench
