// SPDX-License-Identifier: MIT
//
// Line readers of the standard libraries: std::getline over a streambuf, and stdio's getline. They only count lines.
// Thread-safety: each connection belongs to its thread.
#include "support/contenders.hpp"
#include "support/raw_lines.hpp"
#include "support/source_streambuf.hpp"
#include "support/stdio_lines.hpp"

#include <cstdio>
#include <istream>
#include <string>
#include <thread>

namespace bench {

namespace {

template <typename Count>
void serveCounting(Mode mode, Count count) {
  if (mode != Mode::count) throw std::invalid_argument("this server supports only the mode count");
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  for (;;) {
    const Descriptor client = acceptFrom(listener);
    sendAll(client.get(), std::to_string(count(client.get())) + "\n");
  }
}

std::size_t countWithStreambuf(int descriptor) {
  SourceStreambuf buffer{RawInput(descriptor)};
  std::istream in(&buffer);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) ++count;
  return count;
}

std::size_t countWithStdio(int descriptor) { return countStdioLines(::fdopen(::dup(descriptor), "r")); }

}  // namespace

void serveStreambuf(Mode mode) { serveCounting(mode, countWithStreambuf); }
void serveStdio(Mode mode) { serveCounting(mode, countWithStdio); }

}  // namespace bench
