// SPDX-License-Identifier: MIT
//
// VirtualThreads: settings and views of all virtual threads together.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/export.hpp>

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

namespace netlite {

/// Settings and views of all virtual threads together. Where there are no virtual threads (see Thread), the settings
/// have no effect and nothing is shown.
///
/// Fork: a child keeps the settings. It may change the number of carriers until it starts its first virtual thread.
///
/// A program may close all descriptors, as daemons do: within a second the carriers notice and open new ones. Calls in
/// progress on closed sockets then fail.
///
/// Thread-safety: every member may be called from any thread.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API VirtualThreads {
 public:
  VirtualThreads() = delete;

  /// Called when a virtual thread holds up its carrier.
  ///
  /// @param name the virtual thread's name
  /// @param held how long it has held its carrier
  using StuckHandler = std::function<void(const std::string& name, std::chrono::milliseconds held)>;

  /// Sets how many carriers there are. Takes precedence over the environment variable NETLITE_PARALLELISM, whose
  /// invalid values are ignored. The default is the number of processors.
  ///
  /// @param carriers at least 1
  /// @throws std::invalid_argument `carriers` is less than 1
  /// @throws IllegalStateException a virtual thread was already started
  static void setParallelism(int carriers);

  /// Writes a line for each virtual thread: its name, its state, what it waits for and for how long. That is the call
  /// and the peer where there is one, and "another thread" for locks, queues and join().
  static void dump(std::ostream& out);

  /// Sets what is called when a virtual thread has held its carrier for a time without a call of netlite. It is called
  /// in its own thread, once for each time. The default prints a line to stderr after 1 s if the environment variable
  /// NETLITE_TRACE_PINNED is 1.
  ///
  /// @param limit   in milliseconds, more than 0; max(): never
  /// @param handler what is called, and must not throw; an empty one restores the default
  /// @throws std::invalid_argument `limit` is not positive
  static void setStuckHandler(std::chrono::milliseconds limit, StuckHandler handler);
};

}  // namespace netlite
