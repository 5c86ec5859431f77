// SPDX-License-Identifier: MIT
//
// The baseline: a thread per connection on bare system calls.
// Thread-safety: each connection belongs to its thread.
#include "contenders.hpp"
#include "raw_lines.hpp"

#include <memory>
#include <system_error>
#include <thread>

namespace bench {

namespace {

void serve(const Descriptor& client, Mode mode) {
  if (mode == Mode::flush) echoLines(client.get());
  if (mode == Mode::tied) echoLinesTogether(client.get());
  if (mode == Mode::count) countLines(client.get());
}

void serveUntilItFails(const Descriptor& client, Mode mode) {
  try {
    serve(client, mode);
  } catch (const std::system_error&) {  // the client is gone: its connection ends
  }
}

}  // namespace

void serveRawOn(const std::string& name) {
  const Descriptor listener = listenOnName(name);
  announcePort(0);
  for (;;) {
    std::thread([client = acceptFrom(listener)] { serveUntilItFails(client, Mode::flush); }).detach();
  }
}

void serveRaw(Mode mode) {
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  for (;;) {
    Descriptor client = acceptFrom(listener);
    setNoDelay(client.get());
    std::thread([client = std::move(client), mode] { serveUntilItFails(client, mode); }).detach();
  }
}

}  // namespace bench
