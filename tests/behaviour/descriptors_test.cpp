// SPDX-License-Identifier: MIT
//
// How many descriptors connections use, what still works when the process is out of descriptors, and what happens when
// the program closes the library's. Forked children exhaust and close descriptors, so the test program keeps its own.
#include "support/descriptors.hpp"
#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/posix/forked.hpp"
#include "support/turns.hpp"

#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // far more than anything here takes
constexpr auto kShort = 300ms;   // a timeout that is meant to expire

const std::string& moreThanAnyBufferHolds() {
  static const std::string bytes(std::size_t{64} << 20, 'x');
  return bytes;
}

// ---- descriptors in use ---------------------------------------------------------------------------------------------

// The threads that serve clients, so that a test can wait until all of them wait for input.
class ServingThreads {
 public:
  void addCallingThread() {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.insert(currentTask());
  }

  bool waitUntilAsleep(std::size_t count) {
    if (!eventually([&] { return tasks().size() == count; })) return false;
    for (const std::string& task : tasks()) {
      awaitSleep(task, [] { return false; });
    }
    return true;
  }

 private:
  std::set<std::string> tasks() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tasks_;
  }

  std::mutex mutex_;
  std::set<std::string> tasks_;  // guarded by mutex_
};

TEST(DescriptorUseTest, AClientServedWithTimeoutsUsesOneDescriptor) {
  constexpr std::size_t kClients = 20;
  ServingThreads threads;
  TcpServer server(loopbackServer(), [&](Socket& socket) {
    socket.setSoTimeout(1h);
    socket.setWriteTimeout(1h);
    threads.addCallingThread();
    BufferedReader in(socket.getInputStream());
    while (in.readLine()) {
    }
  });
  server.start();
  const std::size_t before = openDescriptors().size();
  std::vector<Socket> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back(InetAddress::getLoopbackAddress(), server.getLocalPort());
  }
  ASSERT_TRUE(threads.waitUntilAsleep(kClients));
  EXPECT_EQ(openDescriptors().size(), before + 2 * kClients) << "one at the client, one at the server";
}

TEST(DescriptorUseTest, AWriteThatWaitsUsesNoFurtherDescriptor) {
  Pair pair = connectedPair();
  pair.client.setWriteTimeout(1h);
  const std::set<std::intptr_t> before = openDescriptors();
  BlockedThread writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  EXPECT_EQ(openDescriptors(), before);
  pair.client.close();
  EXPECT_THROW(writing.join(), SocketException);
}

TEST(DescriptorUseTest, AReceiveThatWaitsUsesNoFurtherDescriptor) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  socket.setSoTimeout(1h);
  const std::set<std::intptr_t> before = openDescriptors();
  BlockedThread receiving([&] {
    DatagramPacket packet(10);
    socket.receive(packet);
  });
  receiving.waitUntilAsleep();
  EXPECT_EQ(openDescriptors(), before);
  socket.close();
  EXPECT_THROW(receiving.join(), SocketException);
}

TEST(DescriptorUseTest, AnAcceptThatWaitsUsesNoFurtherDescriptor) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(1h);
  const std::set<std::intptr_t> before = openDescriptors();
  BlockedThread accepting([&] { server.accept(); });
  accepting.waitUntilAsleep();
  EXPECT_EQ(openDescriptors(), before);
  server.close();
  EXPECT_THROW(accepting.join(), SocketException);
}

// ---- out of descriptors ---------------------------------------------------------------------------------------------

// Uses up every descriptor that this process may still open.
void exhaustDescriptors() {
  const int next = ::dup(0);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = static_cast<rlim_t>(next);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::close(next);
  while (::dup(0) >= 0) {  // fills gaps below the limit
  }
}

// A thread that uses up every descriptor and then waits. Seeing it asleep must not need another descriptor.
class WaitWithoutDescriptors {
 public:
  explicit WaitWithoutDescriptors(const std::function<void()>& wait)
      : thread_([this, wait] {
          system_call_.set_value(::open("/proc/thread-self/syscall", O_RDONLY | O_CLOEXEC));
          exhaustDescriptors();
          wait();
        }) {}

  // Returns once the thread stays in one system call, or has ended.
  void waitUntilAsleep() {
    constexpr int kChecks = 20;
    const int file = system_call_.get_future().get();
    std::string previous;
    for (int unchanged = 0; unchanged < kChecks && !thread_.hasEnded(); yieldToOthers()) {
      std::string now(256, '\0');
      now.resize(static_cast<std::size_t>(std::max<ssize_t>(::pread(file, &now[0], now.size(), 0), 0)));
      unchanged = now != "running\n" && now == previous ? unchanged + 1 : 0;
      previous = std::move(now);
    }
  }

  void join() { thread_.join(); }

  // Joins the thread, and returns whether close() has ended its wait.
  bool wasEndedByClose() {
    return thrownBy<SocketException>([&] { join(); }).code() == std::errc::operation_canceled;
  }

 private:
  std::promise<int> system_call_;
  BlockedThread thread_;  // declared last, as it uses the other field
};

bool exactlyOneIsFree() { return ::dup(0) >= 0 && ::dup(0) < 0; }

TEST(NoDescriptorsTest, ATimedReadWaitsForData) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(kPatience);
    int got = 0;
    WaitWithoutDescriptors reading([&] { got = pair.client.getInputStream().read(); });
    reading.waitUntilAsleep();
    pair.server.getOutputStream().write('x');
    reading.join();
    return got == 'x';
  }));
}

TEST(NoDescriptorsTest, ATimedReadEndsAtItsDeadline) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(20ms);
    exhaustDescriptors();
    thrownBy<SocketTimeoutException>([&] { pair.client.getInputStream().read(); });
    return true;
  }));
}

TEST(NoDescriptorsTest, ATimedWriteWaitsForThePeer) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    const std::size_t size = moreThanAnyBufferHolds().size();
    pair.client.setWriteTimeout(kPatience);
    WaitWithoutDescriptors writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
    writing.waitUntilAsleep();
    const std::size_t got = pair.server.getInputStream().skip(size);
    writing.join();
    return got == size;
  }));
}

TEST(NoDescriptorsTest, ATimedWriteEndsAtItsDeadline) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    pair.client.setWriteTimeout(20ms);
    exhaustDescriptors();
    thrownBy<SocketTimeoutException>([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
    return true;
  }));
}

TEST(NoDescriptorsTest, CloseEndsATimedRead) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(1h);
    WaitWithoutDescriptors reading([&] { pair.client.getInputStream().read(); });
    reading.waitUntilAsleep();
    pair.client.close();
    return reading.wasEndedByClose() && exactlyOneIsFree();
  }));
}

TEST(NoDescriptorsTest, CloseEndsATimedWrite) {
  EXPECT_TRUE(holdsInChild([] {
    Pair pair = connectedPair();
    pair.client.setWriteTimeout(1h);
    WaitWithoutDescriptors writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
    writing.waitUntilAsleep();
    pair.client.close();
    return writing.wasEndedByClose() && exactlyOneIsFree();
  }));
}

// The accepted connection gets the last descriptor, so serving it must not need another.
TEST(NoDescriptorsTest, AServerServesTheClientThatGotTheLastOne) {
  EXPECT_TRUE(holdsInChild([] {
    TcpServer server(loopbackServer(), [](Socket& socket) {
      socket.setSoTimeout(kPatience);
      socket.setWriteTimeout(kPatience);
      BufferedReader in(socket.getInputStream());
      PrintWriter out(socket.getOutputStream(), true);
      for (const std::string& line : in.lines()) out.println(line);
    });
    server.start();
    Socket client;
    client.bind({InetAddress::getLoopbackAddress(), 0});  // opens its descriptor
    const int forTheConnection = ::dup(0);
    exhaustDescriptors();
    ::close(forTheConnection);
    client.connect({InetAddress::getLoopbackAddress(), server.getLocalPort()});
    client.setSoTimeout(kPatience);
    BufferedReader in(client.getInputStream());
    PrintWriter out(client.getOutputStream(), true);
    for (const char* const line : {"one", "two"}) {
      out.println(line);
      if (in.readLine() != line) return false;
    }
    return true;
  }));
}

// ---- closed by the program ------------------------------------------------------------------------------------------

// Like a program that makes itself a daemon. Uses syscall(), since ThreadSanitizer would report a race for close().
void closeAllAboveTwo() {
  for (const std::intptr_t descriptor : openDescriptors()) {
    if (descriptor > 2) ::syscall(SYS_close, static_cast<int>(descriptor));
  }
}

double processorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Whether `check` is true in a child where sockets opened after closeAllAboveTwo() get other numbers than those opened
// before it.
bool holdsWithNewNumbers(const std::function<bool()>& check) {
  return holdsInChild([&] {
    constexpr int kMoreThanTheNewSockets = 32;
    for (int i = 0; i < kMoreThanTheNewSockets; ++i) ::dup(0);
    return check();
  });
}

// Whether the process has used little processor time since `before`. A thread that spins for kShort uses more than
// this, even if it shares the processor with several others.
bool isIdle(double before) { return processorSeconds() - before < 0.1 * std::chrono::duration<double>(kShort).count(); }

// Waits for kShort, and returns whether every thread of the process was idle during that time.
bool staysIdle() {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(kShort);
  const double before = processorSeconds();
  thrownBy<SocketTimeoutException>([&] { server.accept(); });
  return isIdle(before);
}

bool connectsAndTransfers() {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(kPatience);
  int got = 0;
  BlockedThread reading([&] { got = pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  pair.server.getOutputStream().write('x');
  reading.join();
  return got == 'x';
}

void runIgnoringErrors(const std::function<void()>& wait) {
  try {
    wait();
  } catch (const IOException&) {
  }
}

// Runs `wait` until it times out, closes all descriptors, and runs it again, when it may fail but must not spin.
bool isIdleAfterClosing(const std::function<void()>& wait) {
  thrownBy<SocketTimeoutException>(wait);
  closeAllAboveTwo();
  const double before = processorSeconds();
  runIgnoringErrors(wait);
  return isIdle(before) && staysIdle() && connectsAndTransfers();
}

TEST(ClosedDescriptorsTest, ATimedReadDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(kShort);
    return isIdleAfterClosing([&] { pair.client.getInputStream().read(); });
  }));
}

TEST(ClosedDescriptorsTest, ATimedWriteDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    Pair pair = connectedPair();
    pair.client.setWriteTimeout(kShort);
    moreThanAnyBufferHolds();
    return isIdleAfterClosing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  }));
}

TEST(ClosedDescriptorsTest, ATimedAcceptDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    ServerSocket server = loopbackServer();
    server.setSoTimeout(kShort);
    return isIdleAfterClosing([&] { server.accept(); });
  }));
}

TEST(ClosedDescriptorsTest, ATimedReceiveDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    DatagramSocket socket(0, InetAddress::getLoopbackAddress());
    socket.setSoTimeout(kShort);
    DatagramPacket packet(10);
    return isIdleAfterClosing([&] { socket.receive(packet); });
  }));
}

// Runs `wait` in a thread, and closes all descriptors while it waits. It must not spin until it ends.
bool isIdleIfClosedDuring(const std::function<void()>& wait) {
  BlockedThread waiting([&] { runIgnoringErrors(wait); });
  waiting.waitUntilAsleep();
  closeAllAboveTwo();
  const bool idle = staysIdle();
  waiting.join();
  return idle && staysIdle() && connectsAndTransfers();
}

TEST(ClosedDescriptorsTest, ATimedReadInProgressDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(2 * kShort);
    return isIdleIfClosedDuring([&] { pair.client.getInputStream().read(); });
  }));
}

TEST(ClosedDescriptorsTest, ATimedAcceptInProgressDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    ServerSocket server = loopbackServer();
    server.setSoTimeout(2 * kShort);
    return isIdleIfClosedDuring([&] { server.accept(); });
  }));
}

TEST(ClosedDescriptorsTest, AConnectInProgressDoesNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    const FullListener full;
    Socket socket;
    return isIdleIfClosedDuring([&] { socket.connect(full.address(), 2 * kShort); });
  }));
}

// The accept in progress continues, since the kernel keeps its socket, and nothing can end it. So the server is not
// destroyed: the child ends by _exit.
TEST(ClosedDescriptorsTest, AServersThreadsDoNotSpin) {
  EXPECT_TRUE(holdsWithNewNumbers([] {
    static std::promise<void> reads;
    static std::promise<void> has_failed;
    static TcpServer server(loopbackServer(), [](Socket& socket) {
      socket.setSoTimeout(kShort);
      reads.set_value();
      runIgnoringErrors([&] { socket.getInputStream().read(); });
      has_failed.set_value();
      std::promise<void>().get_future().wait();  // forever
    });
    server.start();
    static Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
    reads.get_future().wait();
    const double before = processorSeconds();
    closeAllAboveTwo();
    has_failed.get_future().wait();
    return isIdle(before) && staysIdle() && connectsAndTransfers();
  }));
}

// ---- carriers whose descriptors the program closes
// -------------------------------------------------------------------

// Whether `check` is true in a child with three carriers, which sleep while their virtual threads wait.
bool holdsWithSleepingCarriers(const std::function<bool(Semaphore& permits, Semaphore& ended)>& check) {
  return holdsInChild([&]() -> bool {
    VirtualThreads::setParallelism(3);
    Semaphore started(0);
    Semaphore permits(0);
    Semaphore ended(0);
    for (int i = 0; i < 3; ++i) {
      Thread::startVirtualThread([&] {
        started.release();
        permits.acquire();
        ended.release();
      });
    }
    for (int i = 0; i < 3; ++i) started.acquire();
    std::this_thread::sleep_for(kShort);  // the carriers fall asleep; if they do not, the test is easier
    const bool holds = check(permits, ended);
    ::_exit(holds ? 0 : 1);  // the objects may still be in use
  });
}

bool endAll(Semaphore& permits, Semaphore& ended) {
  for (int i = 0; i < 3; ++i) permits.release();
  for (int i = 0; i < 3; ++i) {
    if (!ended.tryAcquire(kPatience)) return false;
  }
  return true;
}

TEST(ClosedDescriptorsTest, SleepingCarriersWakeAgain) {
  EXPECT_TRUE(holdsWithSleepingCarriers([](Semaphore& permits, Semaphore& ended) {
    std::this_thread::sleep_for(2500ms);  // until the stacks are trimmed, and nothing else wakes the carriers
    closeAllAboveTwo();
    return endAll(permits, ended);
  }));
}

// If a carrier used the new poller of another one, wake-ups would be as late as the longest sleep of a carrier.
TEST(ClosedDescriptorsTest, CarriersWakeEachOtherImmediatelyAfterwards) {
  EXPECT_TRUE(holdsWithSleepingCarriers([](Semaphore& permits, Semaphore& ended) {
    constexpr int kRounds = 300;
    closeAllAboveTwo();
    return endAll(permits, ended) && turnsPass(kRounds, kPatience);
  }));
}

TEST(ClosedDescriptorsTest, AReadInAVirtualThreadFails) {
  EXPECT_TRUE(holdsWithSleepingCarriers([](Semaphore& permits, Semaphore& ended) {
    static Pair pair = connectedPair();
    Semaphore isReading(0);
    const Thread reading = Thread::startVirtualThread([&] {
      isReading.release();
      runIgnoringErrors([] { pair.client.getInputStream().read(); });
    });
    isReading.acquire();
    std::this_thread::sleep_for(kShort);
    closeAllAboveTwo();
    return reading.join(kPatience) && endAll(permits, ended);
  }));
}

// The program does this before the carrier has a chance to notice.
TEST(ClosedDescriptorsTest, AVirtualThreadMayCloseThemAndOpenOthers) {
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(1);
    std::atomic<bool> works{false};
    const Thread daemon = Thread::startVirtualThread([&] {
      closeAllAboveTwo();
      Pair pair = connectedPair();
      const Thread writing = Thread::startVirtualThread([&] { pair.server.getOutputStream().write('x'); });
      works = pair.client.getInputStream().read() == 'x';
      writing.join();
    });
    return daemon.join(kPatience) && works;
  }));
}

// Wakes go to the carriers, not to what has the numbers of their descriptors now.
TEST(ClosedDescriptorsTest, NothingIsWrittenToOtherDescriptors) {
  EXPECT_TRUE(holdsWithSleepingCarriers([](Semaphore& permits, Semaphore& ended) {
    closeAllAboveTwo();
    int pipes[8][2];
    for (auto& pipe : pipes) {
      if (::pipe(pipe) != 0) return false;
    }
    if (!endAll(permits, ended)) return false;
    for (const auto& pipe : pipes) {
      int count = 0;
      if (::ioctl(pipe[0], FIONREAD, &count) != 0 || count != 0) return false;
    }
    return true;
  }));
}

}  // namespace
