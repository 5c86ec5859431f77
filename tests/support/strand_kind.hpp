// SPDX-License-Identifier: MIT
//
// Which kind of thread the tests use. CTest runs some programs several times: as they are, with the prefix "virtual."
// (what they start are virtual threads) and with the prefix "mixed." (each test runs in a virtual thread, and what it
// starts are OS threads).
// Thread-safety: no shared state.
#pragma once

#include <netlite/netlite.hpp>
#include <netlite/thread.hpp>

#include <functional>
#include <optional>
#include <thread>
#include <utility>

namespace netlite::test {

enum class StrandKind { platform, virtualThreads, mixed };

/// Set by main().
inline StrandKind strand_kind = StrandKind::platform;

/// Whether a test's threads are virtual ones.
inline bool startsVirtualThreads() { return strand_kind == StrandKind::virtualThreads; }

/// A thread of the kind that is tested. It has to be joined.
class TestThread {
 public:
  explicit TestThread(std::function<void()> work) {
    if (startsVirtualThreads()) {
      virtual_.emplace(Thread::ofVirtual().stackSize(kStackSize).start(std::move(work)));
    } else {
      thread_ = std::thread(std::move(work));
    }
  }

  void join() {
    if (virtual_) return virtual_->join();
    thread_.join();
  }
  bool joinable() const { return virtual_ ? virtual_->isAlive() : thread_.joinable(); }
  std::thread::native_handle_type nativeHandle() { return thread_.native_handle(); }

 private:
  // Tests use more stack than handlers do, and more under sanitizers.
  static constexpr std::size_t kStackSize = std::size_t{256} * 1024;

  std::thread thread_;
  std::optional<Thread> virtual_;
};

/// A server whose clients' threads are of the kind that is tested.
class TestServer : public TcpServer {
 public:
  TestServer(ServerSocket server, Handler handler, Options options = {})
      : TcpServer(std::move(server), std::move(handler), ofTestedKind(std::move(options))) {}

 private:
  static Options ofTestedKind(Options options) {
    options.virtualThreads = options.virtualThreads || startsVirtualThreads();
    return options;
  }
};

}  // namespace netlite::test
