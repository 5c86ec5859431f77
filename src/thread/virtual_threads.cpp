// SPDX-License-Identifier: MIT
#include <netlite/virtual_threads.hpp>

#include "thread/virtual_scheduler.hpp"

#include <stdexcept>
#include <utility>

namespace netlite {

void VirtualThreads::setParallelism(int carriers) {
  if (carriers < 1) throw std::invalid_argument("carriers must be at least 1: " + std::to_string(carriers));
  virtual_scheduler::setParallelism(carriers);
}

void VirtualThreads::dump(std::ostream& out) { virtual_scheduler::dump(out); }

void VirtualThreads::setStuckHandler(std::chrono::milliseconds limit, StuckHandler handler) {
  if (limit.count() < 1)
    throw std::invalid_argument("limit must be positive: " + std::to_string(limit.count()) + " ms");
  virtual_scheduler::setStuckHandler(limit, std::move(handler));
}

}  // namespace netlite
