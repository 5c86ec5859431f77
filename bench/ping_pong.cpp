// SPDX-License-Identifier: MIT
//
// Workload: a client repeatedly sends a line and waits for its echo; the server reads a line, prints it and flushes.
//
//   ping_pong/32     lines of 32 bytes, including the line feed
//   ping_pong/1024   lines of 1 KiB
//
// The figure is the median time of a round trip. The baseline is recv, memchr and send.
#include "support/ping_pong.hpp"

int main(int count, char** arguments) {
  bench::addPingPongs<bench::LineClient>("ping_pong", bench::contenders());
  return bench::run(count, arguments);
}
