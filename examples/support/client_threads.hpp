// SPDX-License-Identifier: MIT
//
// Which threads a server serves its clients with: OS threads, or virtual threads if kVirtualOption was given.
// Thread-safety: no shared state.
#pragma once

#include "support/arguments.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <cstddef>

namespace example {

/// Whether kVirtualOption was given.
inline bool usesVirtualThreads(const Arguments& arguments) { return arguments.has(kVirtualOption.name); }

/// Starts threads that a server needs besides those of its TcpServer.
inline netlite::Thread::Builder clientThreads(bool areVirtual) {
  return areVirtual ? netlite::Thread::ofVirtual() : netlite::Thread::ofPlatform();
}

/// What all TCP servers set.
inline netlite::TcpServer::Options serverOptions(bool virtualThreads) {
  netlite::TcpServer::Options options;
  options.onError = printException;
  options.threadStackSize = std::size_t{256} * 1024;  // many idle clients cost little
  options.virtualThreads = virtualThreads;
  return options;
}

}  // namespace example
