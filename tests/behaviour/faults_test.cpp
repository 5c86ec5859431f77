// SPDX-License-Identifier: MIT
//
// What the library does when the system refuses, interrupts, cuts short or delays a call. The system calls are scripted
// (support/fault_injection.hpp); each test injects one kind of fault into one of them.
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/fault_injection.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "thread/descriptor_parker.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
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
using Clock = std::chrono::steady_clock;

std::error_code systemCode(int number) { return {number, std::system_category()}; }

// Checks the code and the text of an exception: "operation address: reason".
void expectError(const IOException& exception, std::errc code, const std::string& operationAndAddress) {
  EXPECT_TRUE(exception.code() == code) << exception.code();
  EXPECT_EQ(exception.what(), operationAndAddress + ": " + exception.code().message());
}

void expectError(const IOException& exception, int number, const std::string& operationAndAddress) {
  expectError(exception, static_cast<std::errc>(number), operationAndAddress);
  EXPECT_EQ(exception.code().message(), systemCode(number).message());
}

// Far more than any call overruns its timeout.
constexpr auto kTolerance = 5s;

template <typename Call>
void expectToLast(std::chrono::milliseconds time, Call call) {
  const auto start = Clock::now();
  call();
  const auto lasted = Clock::now() - start;
  EXPECT_GE(lasted, time);
  EXPECT_LT(lasted, time + kTolerance);
}

// Runs the test's body in a thread that has never waited.
void inNewThread(const std::function<void()>& body) { std::async(std::launch::async, body).get(); }

// Acts like a daemon that closes every descriptor it does not know.
void closeEventDescriptors() {
  for (const std::intptr_t descriptor : openDescriptors()) {
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    if (std::filesystem::read_symlink(link) == "anon_inode:[eventfd]") ::close(static_cast<int>(descriptor));
  }
}

class FaultsTest : public testing::Test {
 protected:
  std::string peerName() const { return pair_.client.getRemoteSocketAddress().toString(); }
  void send(const std::string& bytes) { pair_.server.getOutputStream().write(bytes); }

  Pair pair_ = connectedPair();
  SocketInputStream in_ = pair_.client.getInputStream();
  SocketOutputStream out_ = pair_.client.getOutputStream();
  Faults faults_;  // declared last, so that the fixture is set up without faults
};

// ---- the wrappers themselves ----------------------------------------------------------------------------------------

TEST(FaultInjectionTest, SeesEverySystemCallThatTheLibraryMakes) {
  inNewThread([] {
    const Faults faults;
    ServerSocket server = loopbackServer();
    server.setSoTimeout(1h);
    Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
    Socket accepted = server.accept();
    accepted.setSoTimeout(50ms);
    accepted.getReuseAddress();
    EXPECT_THROW(accepted.getInputStream().read(), SocketTimeoutException);
    accepted.setSoTimeout(1h);
    client.getOutputStream().write('x');
    EXPECT_EQ(receive(accepted, 1), "x");
    client.shutdownOutput();
    BlockedThread closing([&] { accepted.close(); });
    closing.join();
    for (const Call call :
         {Call::accept, Call::bind, Call::connect, Call::getsockname, Call::getsockopt, Call::ioctl, Call::listen,
          Call::poll, Call::recv, Call::send, Call::setsockopt, Call::shutdown, Call::socket}) {
      EXPECT_GT(faults.count(call), 0) << static_cast<int>(call);
    }
  });
}

// ---- reading --------------------------------------------------------------------------------------------------------

using ReadFaultsTest = FaultsTest;

TEST_F(ReadFaultsTest, AnInterruptedReadIsRetried) {
  send("x");
  faults_.fail(Call::recv, EINTR, 3);
  EXPECT_EQ(in_.read(), 'x');
  EXPECT_EQ(faults_.count(Call::recv), 4);
}

TEST_F(ReadFaultsTest, AnInterruptedReadWithTimeoutIsRetried) {
  pair_.client.setSoTimeout(1h);
  send("x");
  faults_.fail(Call::poll, EINTR, 3).fail(Call::recv, EINTR, 3);
  EXPECT_EQ(in_.read(), 'x');
}

TEST_F(ReadFaultsTest, InterruptionsDoNotMoveTheDeadline) {
  pair_.client.setSoTimeout(100ms);
  faults_.interruptAfter(20ms, 1000);
  expectToLast(100ms, [&] {
    const auto timeout = thrownBy<SocketTimeoutException>([&] { in_.read(); });
    expectError(timeout, std::errc::timed_out, "read from " + peerName());
    EXPECT_EQ(timeout.bytesTransferred(), 0U);
  });
}

TEST_F(ReadFaultsTest, ALineThatHasArrivedIsReadAfterTheDeadline) {
  BufferedReader reader(in_);
  send(std::string(6000, 'x') + "\n");
  reader.readLine();  // leaves a grown buffer to free, so the next readLine() first polls for input
  send("arrived\n");
  pair_.client.setSoTimeout(20ms);
  faults_.passAfter(Call::poll, [] { std::this_thread::sleep_for(60ms); });
  EXPECT_EQ(reader.readLine(), "arrived");
}

TEST_F(ReadFaultsTest, PollMayReturnEarly) {
  pair_.client.setSoTimeout(100ms);
  faults_.answer(Call::poll, 0, 3);
  expectToLast(100ms, [&] { EXPECT_THROW(in_.read(), SocketTimeoutException); });
}

TEST_F(ReadFaultsTest, AReadWaitsAgainIfAnotherThreadTookTheBytes) {
  pair_.client.setSoTimeout(1h);
  send("x");
  faults_.fail(Call::recv, EAGAIN, 3);
  EXPECT_EQ(in_.read(), 'x');
}

TEST_F(ReadFaultsTest, ABlockingReadWaitsAfterWouldBlock) {
  send("x");
  faults_.fail(Call::recv, EAGAIN);
  EXPECT_EQ(in_.read(), 'x');
  EXPECT_EQ(faults_.count(Call::poll), 1);
}

TEST_F(ReadFaultsTest, ReadFullyCollectsSingleBytes) {
  send("collected");
  faults_.shorten(Call::recv, 1, kAlways);
  std::string bytes(9, '\0');
  in_.readFully(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, "collected");
  EXPECT_EQ(faults_.count(Call::recv), 9);
}

TEST_F(ReadFaultsTest, ReadLineCollectsSingleBytes) {
  send("first\r\n\ud55c\n");
  faults_.shorten(Call::recv, 1, kAlways);
  BufferedReader reader(in_);
  EXPECT_EQ(reader.readLine(), "first");
  EXPECT_EQ(reader.readLine(), "\ud55c");
}

TEST_F(ReadFaultsTest, ReadNBytesReportsTheBytesReadBeforeTheTimeout) {
  pair_.client.setSoTimeout(500ms);
  send("abc");
  faults_.shorten(Call::recv, 1, kAlways);
  std::string bytes(4, '\0');
  const auto timeout = thrownBy<SocketTimeoutException>([&] { in_.readNBytes(bytes.data(), bytes.size()); });
  expectError(timeout, std::errc::timed_out, "read from " + peerName());
  EXPECT_EQ(timeout.bytesTransferred(), 3U);
}

TEST_F(ReadFaultsTest, AResetIsReported) {
  faults_.fail(Call::recv, ECONNRESET);
  expectError(thrownBy<SocketException>([&] { in_.read(); }), ECONNRESET, "read from " + peerName());
}

TEST_F(ReadFaultsTest, NoRouteToThePeerIsReported) {
  faults_.fail(Call::recv, EHOSTUNREACH);
  expectError(thrownBy<NoRouteToHostException>([&] { in_.read(); }), EHOSTUNREACH, "read from " + peerName());
}

TEST_F(ReadFaultsTest, OutOfMemoryIsReportedAndTheNextReadSucceeds) {
  send("x");
  faults_.fail(Call::recv, ENOMEM);
  expectError(thrownBy<SocketException>([&] { in_.read(); }), ENOMEM, "read from " + peerName());
  EXPECT_EQ(in_.read(), 'x');
}

TEST_F(ReadFaultsTest, AFailureOfAvailableIsReported) {
  faults_.fail(Call::ioctl, ENOMEM);
  expectError(thrownBy<SocketException>([&] { in_.available(); }), ENOMEM, "read from " + peerName());
}

TEST_F(ReadFaultsTest, AFailureToWaitIsReportedAndTheNextReadSucceeds) {
  pair_.client.setSoTimeout(1h);
  send("x");
  faults_.fail(Call::poll, ENOMEM);
  expectError(thrownBy<SocketException>([&] { in_.read(); }), ENOMEM, "read from " + peerName());
  EXPECT_EQ(in_.read(), 'x');
}

// The system reports a broken connection once and then shows a clean end.
class BrokenConnectionTest : public FaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, BrokenConnectionTest,
                         testing::Values(ECONNRESET, ECONNABORTED, ENETRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(BrokenConnectionTest, EveryLaterReadReportsItAgain) {
  faults_.fail(Call::recv, GetParam()).answer(Call::recv, 0, kAlways);
  for (int i = 0; i < 3; ++i) {
    expectError(thrownBy<SocketException>([&] { in_.read(); }), GetParam(), "read from " + peerName());
  }
}

TEST_P(BrokenConnectionTest, AReadReportsTheErrorOfAnEarlierWrite) {
  faults_.fail(Call::send, GetParam()).answer(Call::recv, 0, kAlways);
  EXPECT_THROW(out_.write('x'), SocketException);
  for (int i = 0; i < 3; ++i) {
    expectError(thrownBy<SocketException>([&] { in_.read(); }), GetParam(), "read from " + peerName());
  }
}

TEST_P(BrokenConnectionTest, AWriteReportsTheErrorOfAnEarlierRead) {
  faults_.fail(Call::recv, GetParam()).fail(Call::send, EPIPE);
  EXPECT_THROW(in_.read(), SocketException);
  expectError(thrownBy<SocketException>([&] { out_.write('x'); }), GetParam(), "write to " + peerName());
}

TEST_P(BrokenConnectionTest, BytesThatHadArrivedAreReadFirst) {
  send("rest");
  faults_.fail(Call::send, GetParam());
  EXPECT_THROW(out_.write('x'), SocketException);
  EXPECT_EQ(receive(pair_.client, 4), "rest");
  faults_.answer(Call::recv, 0);
  EXPECT_THROW(in_.read(), SocketException);
}

// ---- writing --------------------------------------------------------------------------------------------------------

using WriteFaultsTest = FaultsTest;

TEST_F(WriteFaultsTest, AnInterruptedWriteIsRetried) {
  faults_.fail(Call::send, EINTR, 3);
  out_.write("text");
  EXPECT_EQ(receive(pair_.server, 4), "text");
}

TEST_F(WriteFaultsTest, AWriteSendsWhatTheFirstSendLeft) {
  faults_.shorten(Call::send, 1, kAlways);
  out_.write("followed");
  EXPECT_EQ(faults_.count(Call::send), 8);
  EXPECT_EQ(receive(pair_.server, 8), "followed");
}

TEST_F(WriteFaultsTest, AFlushSendsAllEvenByteByByte) {
  faults_.shorten(Call::send, 1, kAlways);
  PrintWriter writer(out_);
  writer.println("a line");
  EXPECT_TRUE(writer.flush());
  EXPECT_EQ(receive(pair_.server, 7), "a line\n");
}

TEST_F(WriteFaultsTest, AWriteWaitsWhileTheBufferIsFull) {
  faults_.shorten(Call::send, 2).fail(Call::send, EAGAIN, 2).fail(Call::poll, EINTR, 3);
  out_.write("text");
  EXPECT_EQ(receive(pair_.server, 4), "text");
}

TEST_F(WriteFaultsTest, ATimeoutReportsTheBytesWritten) {
  pair_.client.setWriteTimeout(100ms);
  faults_.shorten(Call::send, 2)
      .fail(Call::send, EAGAIN, kAlways)
      .answer(Call::poll, 0, 3)
      .interruptAfter(0ms, kAlways);
  expectToLast(100ms, [&] {
    const auto timeout = thrownBy<SocketTimeoutException>([&] { out_.write("text"); });
    expectError(timeout, std::errc::timed_out, "write to " + peerName());
    EXPECT_EQ(timeout.bytesTransferred(), 2U);
  });
}

TEST_F(WriteFaultsTest, ABrokenPipeIsReportedAndRaisesNoSignal) {
  pair_.server.setSoLinger(true, 0);
  pair_.server.close();
  EXPECT_THROW(in_.read(), SocketException);
  EXPECT_THROW(out_.write('x'), SocketException);
}

class WriteFailureTest : public FaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, WriteFailureTest, testing::Values(EPIPE, ECONNRESET, ETIMEDOUT, ENOBUFS, ENOMEM),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(WriteFailureTest, IsReported) {
  faults_.shorten(Call::send, 2).fail(Call::send, GetParam());
  expectError(thrownBy<SocketException>([&] { out_.write("text"); }), GetParam(), "write to " + peerName());
}

TEST_P(WriteFailureTest, IsKeptByThePrintWriter) {
  faults_.fail(Call::send, GetParam());
  PrintWriter writer(out_);
  writer.println("lost");
  EXPECT_FALSE(writer.flush());
  EXPECT_EQ(writer.error(), systemCode(GetParam()));
}

// ---- waking ---------------------------------------------------------------------------------------------------------

TEST(WakerFaultsTest, ATimedReadNeedsNoDescriptor) {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(1h);
  pair.server.getOutputStream().write('x');
  Faults faults;
  faults.answer(Call::poll, 0).fail(Call::eventfd, EMFILE, kAlways);
  EXPECT_EQ(pair.client.getInputStream().read(), 'x');
  EXPECT_EQ(faults.count(Call::eventfd), 0);
}

TEST(WakerFaultsTest, AReaderAwaitsIdlenessWithoutADescriptor) {
  Pair pair = connectedPair();
  const std::string line(5000, 'x');
  pair.server.getOutputStream().write(line + "\n");
  BufferedReader reader(pair.client.getInputStream());
  EXPECT_EQ(reader.readLine(), line);
  Faults faults;
  faults.fail(Call::eventfd, EMFILE, kAlways);
  pair.server.getOutputStream().write("next\n");
  EXPECT_EQ(reader.readLine(), "next");
  EXPECT_EQ(faults.count(Call::eventfd), 0);
}

TEST(WakerFaultsTest, ATimedAcceptNeedsNoDescriptor) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(20ms);
  Faults faults;
  faults.fail(Call::eventfd, ENFILE, kAlways);
  EXPECT_THROW(server.accept(), SocketTimeoutException);
  EXPECT_EQ(faults.count(Call::eventfd), 0);
}

TEST(WakerFaultsTest, AWriteThatHasToWaitNeedsNoDescriptor) {
  Pair pair = connectedPair();
  Faults faults;
  faults.fail(Call::send, EAGAIN).answer(Call::poll, 0).fail(Call::eventfd, EMFILE, kAlways);
  pair.client.getOutputStream().write('y');
  EXPECT_EQ(pair.server.getInputStream().read(), 'y');
  EXPECT_EQ(faults.count(Call::eventfd), 0);
}

TEST(WakerFaultsTest, ATimedReceiveNeedsNoDescriptor) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  socket.setSoTimeout(20ms);
  DatagramPacket packet(10);
  Faults faults;
  faults.fail(Call::eventfd, EMFILE, kAlways);
  EXPECT_THROW(socket.receive(packet), SocketTimeoutException);
  EXPECT_EQ(faults.count(Call::eventfd), 0);
}

TEST(WakerFaultsTest, AConnectThatHasToWaitSucceedsWithoutDescriptorsLeft) {
  const ServerSocket server = loopbackServer();
  Socket socket;
  Faults faults;
  faults.failAfter(Call::connect, EINPROGRESS).answer(Call::poll, 0).fail(Call::eventfd, EMFILE);
  socket.connect(server.getLocalSocketAddress());
  EXPECT_TRUE(socket.isConnected());
  EXPECT_EQ(faults.count(Call::eventfd), 1);
}

TEST(WakerFaultsTest, CloseEndsAConnectThatWaitsWithoutDescriptorsLeft) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] {
    Faults faults;
    faults.fail(Call::eventfd, EMFILE, kAlways);
    socket.connect(full.address());
  });
  connecting.waitUntilAsleep();
  socket.close();
  EXPECT_THROW(connecting.join(), SocketException);
}

TEST(WakerFaultsTest, ACloseJustBeforeTheWaitIsNoticed) {
  const FullListener full;
  Socket socket;
  Faults faults;
  faults.passAfter(Call::eventfd, [&] { socket.close(); });
  const auto exception = thrownBy<SocketException>([&] { socket.connect(full.address()); });
  EXPECT_TRUE(exception.code() == std::errc::operation_canceled) << exception.what();
  EXPECT_EQ(faults.count(Call::poll), 1) << "one check before the waker is opened, and no wait afterwards";
}

TEST(WakerFaultsTest, ACloseJustBeforeAWaitWithoutAWakerIsNoticed) {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(1h);
  Faults faults;
  faults.passAfter(Call::poll, [&] { pair.client.close(); });
  const auto exception = thrownBy<SocketException>([&] { pair.client.getInputStream().read(); });
  EXPECT_TRUE(exception.code() == std::errc::operation_canceled) << exception.what();
}

TEST(WakerFaultsTest, AnInterruptedWakeUpIsRetried) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address()); });
  connecting.waitUntilAsleep();
  Faults faults;
  faults.fail(Call::write, EINTR, 3);
  socket.close();
  EXPECT_THROW(connecting.join(), SocketException);
  EXPECT_EQ(faults.count(Call::write), 4);
}

TEST(WakerFaultsTest, AWaitDoesNotSpinIfTheProgramHasClosedItsWaker) {
  const FullListener full;
  Socket socket;
  Faults faults;
  faults.passAfter(Call::poll, [] {}).passAfter(Call::poll, [] { closeEventDescriptors(); });
  EXPECT_THROW(socket.connect(full.address(), 300ms), SocketTimeoutException);
  EXPECT_LT(faults.count(Call::poll), 40);
}

// Only ThreadSanitizer sees a race at the waker, GCC's not without optimization.
TEST(WakerFaultsTest, AParkWhoseWakerTheProgramHasClosedCanBeEnded) {
  std::atomic<DescriptorParker*> parked{nullptr};
  std::atomic<bool> isLost{false};
  std::promise<void> unparked;
  BlockedThread parking([&] {
    DescriptorParker parker;
    parked = &parker;
    Faults faults;
    faults.passAfter(Call::poll, [] { closeEventDescriptors(); });
    parker.park(nullptr, 0, Deadline::never());
    isLost.store(true, std::memory_order_relaxed);
    while (!parker.wasUnparked()) parker.park(nullptr, 0, Deadline::never());
    unparked.get_future().wait();  // unpark() may still use the parker
  });
  ASSERT_TRUE(eventually([&isLost] { return isLost.load(std::memory_order_relaxed); }));
  parked.load()->unpark();
  unparked.set_value();
  parking.join();
}

// ---- accepting ------------------------------------------------------------------------------------------------------

class AcceptFaultsTest : public testing::Test {
 protected:
  std::string serverName() const { return "accept on " + server_.getLocalSocketAddress().toString(); }

  ServerSocket server_ = loopbackServer();
  Socket client_{InetAddress::getLoopbackAddress(), server_.getLocalPort()};
  Faults faults_;
};

class LostClientTest : public AcceptFaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, LostClientTest,
                         testing::Values(EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH,
                                         ENETUNREACH),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(LostClientTest, IsSkipped) {
  faults_.fail(Call::accept, GetParam(), 3);
  EXPECT_EQ(server_.accept().getPort(), client_.getLocalPort());
}

TEST_P(LostClientTest, IsSkippedWithATimeout) {
  server_.setSoTimeout(1h);
  faults_.fail(Call::poll, EINTR, 3).fail(Call::accept, GetParam(), 3).fail(Call::accept, EAGAIN);
  EXPECT_EQ(server_.accept().getPort(), client_.getLocalPort());
}

// Some systems report the loss only when the new socket is set up.
TEST_F(AcceptFaultsTest, AClientThatIsLostDuringItsSetupIsSkipped) {
  const Socket next(InetAddress::getLoopbackAddress(), server_.getLocalPort());
  const auto before = openDescriptors().size();
  faults_.fail(Call::setsockopt, EINVAL);
  const Socket accepted = server_.accept();
  EXPECT_EQ(accepted.getPort(), next.getLocalPort());
  EXPECT_EQ(openDescriptors().size(), before + 1);
}

TEST_F(AcceptFaultsTest, AnAcceptWaitsAgainIfAnotherThreadTookTheClient) {
  faults_.fail(Call::accept, EAGAIN, 2);
  EXPECT_EQ(server_.accept().getPort(), client_.getLocalPort());
}

TEST_F(AcceptFaultsTest, InterruptionsDoNotMoveTheDeadline) {
  server_.accept();
  server_.setSoTimeout(100ms);
  faults_.interruptAfter(20ms, 1000);
  expectToLast(100ms, [&] {
    expectError(thrownBy<SocketTimeoutException>([&] { server_.accept(); }), std::errc::timed_out, serverName());
  });
}

TEST_F(AcceptFaultsTest, AFailureToPrepareATimedAcceptIsReported) {
  server_.setSoTimeout(1h);
  faults_.fail(Call::ioctl, ENOMEM);
  expectError(thrownBy<SocketException>([&] { server_.accept(); }), ENOMEM, serverName());
}

class ExhaustionTest : public AcceptFaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, ExhaustionTest, testing::Values(EMFILE, ENFILE, ENOMEM, ENOBUFS),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(ExhaustionTest, IsReportedByAcceptAndTheClientKeepsWaiting) {
  faults_.fail(Call::accept, GetParam(), 2);
  for (int i = 0; i < 2; ++i) {
    expectError(thrownBy<SocketException>([&] { server_.accept(); }), GetParam(), serverName());
  }
  EXPECT_EQ(server_.accept().getPort(), client_.getLocalPort());
}

TEST_P(ExhaustionTest, IsReportedByConnectWhichCanBeRetried) {
  faults_.fail(Call::socket, GetParam());
  Socket socket;
  expectError(thrownBy<SocketException>([&] { socket.connect(server_.getLocalSocketAddress()); }), GetParam(),
              "connect to " + server_.getLocalSocketAddress().toString());
  socket.connect(server_.getLocalSocketAddress());
  EXPECT_TRUE(socket.isConnected());
}

// ---- binding --------------------------------------------------------------------------------------------------------

class BindFaultsTest : public testing::Test {
 protected:
  void expectUnboundAndUsable() {
    EXPECT_FALSE(server_.isBound());
    EXPECT_EQ(openDescriptors().size(), before_);
    server_.bind({InetAddress::getLoopbackAddress(), 0});
    EXPECT_GT(server_.getLocalPort(), 0);
  }

  void bindFails(int error) {
    const auto exception = thrownBy<BindException>([&] { server_.bind(local_); });
    expectError(exception, error, "listen on localhost/127.0.0.1:0");
    expectUnboundAndUsable();
  }

  const InetSocketAddress local_{InetAddress::getLoopbackAddress(), 0};
  ServerSocket server_;
  const std::size_t before_ = openDescriptors().size();
  Faults faults_;
};

TEST_F(BindFaultsTest, APortInUseIsReported) {
  faults_.fail(Call::bind, EADDRINUSE);
  bindFails(EADDRINUSE);
}

TEST_F(BindFaultsTest, APortWithoutPermissionIsReported) {
  faults_.fail(Call::bind, EACCES);
  bindFails(EACCES);
}

TEST_F(BindFaultsTest, AnAddressOfAnotherMachineIsReported) {
  faults_.fail(Call::bind, EADDRNOTAVAIL);
  bindFails(EADDRNOTAVAIL);
}

TEST_F(BindFaultsTest, APortThatAnotherListenerTookMeanwhileIsReported) {
  faults_.fail(Call::listen, EADDRINUSE);
  bindFails(EADDRINUSE);
}

TEST_F(BindFaultsTest, OutOfDescriptorsIsReported) {
  faults_.fail(Call::socket, EMFILE);
  bindFails(EMFILE);
}

TEST_F(BindFaultsTest, ASocketsPortInUseIsReported) {
  Socket socket;
  faults_.fail(Call::bind, EADDRINUSE);
  expectError(thrownBy<BindException>([&] { socket.bind(local_); }), EADDRINUSE, "bind to localhost/127.0.0.1:0");
  EXPECT_FALSE(socket.isBound());
  EXPECT_EQ(openDescriptors().size(), before_);
  socket.bind(local_);
  EXPECT_GT(socket.getLocalPort(), 0);
}

TEST_F(BindFaultsTest, AWildcardPortInUseIsReported) {
  faults_.fail(Call::bind, EADDRINUSE, 2);
  const auto exception = thrownBy<BindException>([] { ServerSocket server(0); });
  EXPECT_TRUE(exception.code() == std::errc::address_in_use) << exception.what();
  EXPECT_EQ(openDescriptors().size(), before_);
}

// Without IPv6, different systems fail in different calls.
void expectAWildcardListenerToServeIPv4() {
  const ServerSocket server(0);
  EXPECT_NO_THROW(Socket(InetAddress::getLoopbackAddress(), server.getLocalPort()));
}

TEST_F(BindFaultsTest, TheWildcardIsIPv4WithoutIPv6Support) {
  faults_.fail(Call::socket, EAFNOSUPPORT);
  expectAWildcardListenerToServeIPv4();
}

TEST_F(BindFaultsTest, TheWildcardIsIPv4IfIPv6IsDisabled) {
  faults_.fail(Call::bind, EADDRNOTAVAIL);
  expectAWildcardListenerToServeIPv4();
}

TEST_F(BindFaultsTest, TheWildcardIsIPv4WithoutDualStackSockets) {
  faults_.pass(Call::setsockopt, 1).fail(Call::setsockopt, ENOPROTOOPT);
  expectAWildcardListenerToServeIPv4();
}

// ---- a port that cannot be read -------------------------------------------------------------------------------------

InetSocketAddress anyPort() { return {InetAddress::getLoopbackAddress(), 0}; }

// An unbound socket, reduced to what the test calls.
struct Unbound {
  std::function<void()> bind;
  std::function<bool()> isBound;
  std::function<int()> port;
};

template <typename SocketType, typename Bind>
Unbound unbound(SocketType made, Bind bind) {
  const auto socket = std::make_shared<SocketType>(std::move(made));
  return {[=] { bind(*socket); }, [=] { return socket->isBound(); }, [=] { return socket->getLocalPort(); }};
}

struct Binding {
  const char* name;
  std::string what;  // the operation and the address
  int attempts;      // a wildcard address is bound for both IP versions, then for IPv4
  int reads;         // how often the port is read before a read fails
  std::function<Unbound()> open;
};

void receiveNothing(DatagramSocket& socket, const InetSocketAddress&) {
  try {
    socket.setSoTimeout(1ms);
    DatagramPacket packet(1);
    socket.receive(packet);
  } catch (const SocketTimeoutException&) {
  }
}

std::vector<Binding> bindings() {
  const std::string loopback = anyPort().toString();
  const std::string wildcard = InetSocketAddress().toString();
  std::vector<Binding> all{
      {"ServerSocketBind", "listen on " + loopback, 1, 0,
       [] { return unbound(ServerSocket(), [](ServerSocket& socket) { socket.bind(anyPort()); }); }},
      {"ServerSocketWildcardBind", "listen on " + wildcard, 2, 0,
       [] { return unbound(ServerSocket(), [](ServerSocket& socket) { socket.bind(InetSocketAddress()); }); }},
      {"SocketBind", "bind to " + loopback, 1, 0,
       [] { return unbound(Socket(), [](Socket& socket) { socket.bind(anyPort()); }); }},
      {"SocketWildcardBind", "bind to " + wildcard, 2, 0,
       [] { return unbound(Socket(), [](Socket& socket) { socket.bind(InetSocketAddress()); }); }}};
  for (const int reads : {0, 1}) {  // a bind reads the port that the system has chosen, and again at the end
    const auto add = [&](const char* name, const std::string& local, int attempts, auto bind) {
      all.push_back({name, "bind to " + local, attempts, reads, [bind] {
                       const auto peer = std::make_shared<DatagramSocket>(0, InetAddress::getLoopbackAddress());
                       return unbound(DatagramSocket::unbound(), [bind, peer](DatagramSocket& socket) {
                         bind(socket, peer->getLocalSocketAddress());
                       });
                     }});
    };
    add("DatagramSocketBind", loopback, 1, [](DatagramSocket& socket, const auto&) { socket.bind(anyPort()); });
    add("FirstSend", wildcard, 2,
        [](DatagramSocket& socket, const auto& peer) { socket.send(DatagramPacket("x", peer)); });
    add("FirstReceive", wildcard, 2, receiveNothing);
    add("DatagramSocketConnect", wildcard, 2, [](DatagramSocket& socket, const auto& peer) { socket.connect(peer); });
  }
  return all;
}

class UnknownPortTest : public testing::TestWithParam<Binding> {};

INSTANTIATE_TEST_SUITE_P(, UnknownPortTest, testing::ValuesIn(bindings()), [](const auto& tested) {
  return std::string(tested.param.name) + (tested.param.reads == 0 ? "" : "AtTheEnd");
});

TEST_P(UnknownPortTest, IsReportedAndTheSocketCanTryAgain) {
  const Unbound socket = GetParam().open();
  const auto before = openDescriptors();
  {
    Faults faults;
    if (GetParam().reads > 0) faults.pass(Call::getsockname, GetParam().reads);
    faults.fail(Call::getsockname, ENOBUFS, GetParam().attempts);
    expectError(thrownBy<BindException>(socket.bind), ENOBUFS, GetParam().what);
  }
  EXPECT_FALSE(socket.isBound());
  EXPECT_EQ(openDescriptors(), before);
  socket.bind();
  EXPECT_GT(socket.port(), 0);
}

// ---- options and closing --------------------------------------------------------------------------------------------

using CloseFaultsTest = FaultsTest;

TEST_F(CloseFaultsTest, AnInterruptedCloseIsNotRetried) {
  const auto before = openDescriptors().size();
  faults_.failAfter(Call::close, EINTR);
  pair_.client.close();
  EXPECT_EQ(faults_.count(Call::close), 1);
  EXPECT_EQ(openDescriptors().size(), before - 1);
}

TEST_F(CloseFaultsTest, AFailedCloseIsNotRetried) {
  faults_.failAfter(Call::close, EIO);
  EXPECT_NO_THROW(pair_.client.close());
  pair_.client.close();
  EXPECT_EQ(faults_.count(Call::close), 1);
}

TEST_F(CloseFaultsTest, CloseIgnoresThatThePeerIsGone) {
  send("unread");
  faults_.fail(Call::shutdown, ENOTCONN, kAlways).fail(Call::getsockname, ENOBUFS, kAlways);
  EXPECT_NO_THROW(pair_.client.close());
  EXPECT_TRUE(pair_.client.isClosed());
}

TEST_F(CloseFaultsTest, CloseDrainsUnreadInputDespiteInterruptions) {
  send("unread");
  faults_.fail(Call::recv, EINTR, 3);
  pair_.client.close();
  EXPECT_EQ(pair_.server.getInputStream().read(), -1);
}

TEST_F(CloseFaultsTest, AnOptionThatTheSystemRefusesIsReported) {
  faults_.fail(Call::setsockopt, ENOPROTOOPT);
  const std::string socket = pair_.client.toString();
  const auto exception = thrownBy<SocketException>([&] { pair_.client.setKeepAlive(true); });
  expectError(exception, ENOPROTOOPT, "set option of " + socket);
  EXPECT_FALSE(pair_.client.getKeepAlive());
}

// Expects that setting and getting an option fail.
template <typename SocketType>
void expectOptionErrors(SocketType& socket, Faults& faults) {
  const std::string name = socket.toString();
  faults.fail(Call::setsockopt, ENOMEM).fail(Call::getsockopt, ENOMEM);
  expectError(thrownBy<SocketException>([&] { socket.setReceiveBufferSize(5000); }), ENOMEM, "set option of " + name);
  expectError(thrownBy<SocketException>([&] { socket.getReceiveBufferSize(); }), ENOMEM, "get option of " + name);
}

TEST(OptionFaultsTest, ARefusalNamesTheConnection) {
  Pair pair = connectedPair();
  Faults faults;
  expectOptionErrors(pair.client, faults);
}

TEST(OptionFaultsTest, ARefusalNamesTheListener) {
  ServerSocket server = loopbackServer();
  Faults faults;
  expectOptionErrors(server, faults);
}

TEST(OptionFaultsTest, ARefusalNamesTheDatagramSocketAndItsPeer) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  for (const bool isConnected : {false, true}) {
    if (isConnected) socket.connect(DeadPort().address());
    Faults faults;
    expectOptionErrors(socket, faults);
  }
}

TEST(OptionFaultsTest, ARefusalToJoinAGroupNamesTheGroup) {
  DatagramSocket socket(0);
  Faults faults;
  faults.fail(Call::setsockopt, ENOBUFS, 2);
  const InetAddress group = InetAddress::getByName("239.1.2.3");
  expectError(thrownBy<SocketException>([&] { socket.joinGroup(group); }), ENOBUFS, "join group 239.1.2.3");
  expectError(thrownBy<SocketException>([&] { socket.leaveGroup(group); }), ENOBUFS, "leave group 239.1.2.3");
}

TEST(OptionFaultsTest, ARefusalOfANetworkInterfaceNamesIt) {
  DatagramSocket socket(0);
  Faults faults;
  faults.fail(Call::setsockopt, ENOBUFS);
  const std::string name = loopbackInterface();
  expectError(thrownBy<SocketException>([&] { socket.setNetworkInterface(name); }), ENOBUFS,
              "set network interface to \"" + name + "\"");
}

TEST_F(CloseFaultsTest, AShutdownThatTheSystemRefusesIsReported) {
  faults_.fail(Call::shutdown, ENOBUFS);
  expectError(thrownBy<SocketException>([&] { pair_.client.shutdownOutput(); }), ENOBUFS,
              "shut down output to " + peerName());
  EXPECT_FALSE(pair_.client.isOutputShutdown());
  pair_.client.shutdownOutput();
  EXPECT_EQ(pair_.server.getInputStream().read(), -1);
}

TEST_F(CloseFaultsTest, AShutdownOfTheInputThatTheSystemRefusesIsReported) {
  faults_.fail(Call::shutdown, ENOBUFS);
  expectError(thrownBy<SocketException>([&] { pair_.client.shutdownInput(); }), ENOBUFS,
              "shut down input from " + peerName());
  EXPECT_FALSE(pair_.client.isInputShutdown());
  send("x");
  EXPECT_EQ(in_.read(), 'x');
}

// ---- connecting -----------------------------------------------------------------------------------------------------

class ConnectFaultsTest : public testing::Test {
 protected:
  ~ConnectFaultsTest() override { EXPECT_EQ(openDescriptors().size(), before_); }

  std::string target() const { return "connect to " + server_.getLocalSocketAddress().toString(); }

  void expectToConnect() {
    Socket socket;
    socket.connect(server_.getLocalSocketAddress(), 1h);
    Socket accepted = server_.accept();
    accepted.getOutputStream().write('x');
    EXPECT_EQ(socket.getInputStream().read(), 'x');
  }

  ServerSocket server_ = loopbackServer();
  const std::size_t before_ = descriptorsAfterAWait();
  Faults faults_;

 private:
  // Includes this thread's waker, which stays open.
  static std::size_t descriptorsAfterAWait() {
    waitOnce();
    return openDescriptors().size();
  }
};

TEST_F(ConnectFaultsTest, AnInterruptedConnectContinuesAndIsNotRetried) {
  faults_.failAfter(Call::connect, EINTR);
  expectToConnect();
  EXPECT_EQ(faults_.count(Call::connect), 1);
}

TEST_F(ConnectFaultsTest, AConnectInProgressIsWaitedFor) {
  faults_.failAfter(Call::connect, EINPROGRESS).answer(Call::poll, 0, 2).fail(Call::poll, EINTR, 2);
  expectToConnect();
  EXPECT_GE(faults_.count(Call::poll), 5);
}

TEST_F(ConnectFaultsTest, InterruptionsDoNotMoveTheDeadline) {
  const FullListener silent;
  faults_.interruptAfter(20ms, 1000);
  Socket socket;
  expectToLast(100ms, [&] {
    const auto timeout = thrownBy<SocketTimeoutException>([&] { socket.connect(silent.address(), 100ms); });
    expectError(timeout, std::errc::timed_out, "connect to " + silent.address().toString());
    EXPECT_EQ(timeout.bytesTransferred(), 0U);
  });
}

TEST_F(ConnectFaultsTest, ASocketThatCannotBeMadeNonBlockingIsNotUsed) {
  faults_.fail(Call::ioctl, ENOMEM);
  Socket socket;
  expectError(thrownBy<SocketException>([&] { socket.connect(server_.getLocalSocketAddress()); }), ENOMEM, target());
}

TEST_F(ConnectFaultsTest, AFailureToReadTheLocalAddressIsReported) {
  faults_.fail(Call::getsockname, ENOBUFS);
  Socket socket;
  expectError(thrownBy<SocketException>([&] { socket.connect(server_.getLocalSocketAddress()); }), ENOBUFS, target());
}

TEST_F(ConnectFaultsTest, AFailureToReadTheResultIsReported) {
  faults_.failAfter(Call::connect, EINPROGRESS).fail(Call::getsockopt, ENOBUFS);
  Socket socket;
  expectError(thrownBy<SocketException>([&] { socket.connect(server_.getLocalSocketAddress()); }), ENOBUFS, target());
}

template <typename Exception>
void expectConnectToThrow(const InetSocketAddress& remote, Faults& faults, int error) {
  faults.fail(Call::connect, error);
  Socket socket;
  expectError(thrownBy<Exception>([&] { socket.connect(remote); }), error, "connect to " + remote.toString());
  EXPECT_FALSE(socket.isClosed());
  socket.connect(remote);
}

class RefusedConnectTest : public ConnectFaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, RefusedConnectTest,
                         testing::Values(ECONNREFUSED, ETIMEDOUT, ECONNRESET, EADDRNOTAVAIL, EADDRINUSE, EACCES, EPERM,
                                         EAGAIN),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(RefusedConnectTest, IsAConnectExceptionAndCanBeRetried) {
  expectConnectToThrow<ConnectException>(server_.getLocalSocketAddress(), faults_, GetParam());
}

class NoRouteTest : public ConnectFaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, NoRouteTest, testing::Values(EHOSTUNREACH, ENETUNREACH),
                         [](const auto& tested) { return "errno" + std::to_string(tested.param); });

TEST_P(NoRouteTest, IsANoRouteToHostExceptionAndCanBeRetried) {
  expectConnectToThrow<NoRouteToHostException>(server_.getLocalSocketAddress(), faults_, GetParam());
}

// ---- names ----------------------------------------------------------------------------------------------------------

class NameFaultsTest : public ConnectFaultsTest {
 protected:
  int port() const { return server_.getLocalPort(); }
  std::string portText() const { return ":" + std::to_string(port()); }

  FakeNames names_;
};

TEST_F(NameFaultsTest, TheNextAddressIsTriedAfterARefusal) {
  names_.add("two.test", {"127.0.0.2", "127.0.0.1"});
  EXPECT_EQ(Socket("two.test", port()).getInetAddress().toString(), "two.test/127.0.0.1");
}

TEST_F(NameFaultsTest, TheNextAddressIsTriedWithoutIPv6Support) {
  names_.add("both.test", {"::1", "127.0.0.1"});
  faults_.fail(Call::socket, EAFNOSUPPORT);
  EXPECT_EQ(Socket("both.test", port()).getInetAddress().toString(), "both.test/127.0.0.1");
}

TEST_F(NameFaultsTest, TheNextAddressIsTriedIfIPv6IsUnreachable) {
  names_.add("both.test", {"::1", "127.0.0.1"});
  faults_.fail(Call::connect, ENETUNREACH);
  EXPECT_EQ(Socket("both.test", port(), 1h).getInetAddress().toString(), "both.test/127.0.0.1");
}

TEST_F(NameFaultsTest, TheFamiliesAlternate) {
  names_.add("many.test", {"::1", "::2", "127.0.0.2", "127.0.0.3"});
  faults_.fail(Call::connect, ENETUNREACH, 4);
  const auto exception = thrownBy<NoRouteToHostException>([&] { Socket("many.test", port()); });
  const std::string why = ": " + exception.code().message();
  const std::string expected = "connect to many.test/[::1]" + portText() + " (then many.test/127.0.0.2" + portText() +
                               why + "; many.test/[::2]" + portText() + why + "; many.test/127.0.0.3" + portText() +
                               why + ")" + why;
  EXPECT_EQ(exception.what(), expected);
}

TEST_F(NameFaultsTest, TheNextAddressOvertakesASilentOne) {
  const FullListener silent({"127.0.0.2", port()});
  names_.add("slow.test", {"127.0.0.2", "127.0.0.1"});
  Socket socket;
  expectToLast(250ms, [&] { socket = Socket("slow.test", port()); });
  EXPECT_EQ(socket.getInetAddress().toString(), "slow.test/127.0.0.1");
}

TEST_F(NameFaultsTest, TheDeadlineAppliesToAllAddressesTogether) {
  const FullListener first({"127.0.0.2", port()});
  const FullListener second({"127.0.0.3", port()});
  const FullListener third({"127.0.0.4", port()});
  names_.add("dead.test", {"127.0.0.2", "127.0.0.3", "127.0.0.4"});
  const int connects = faults_.count(Call::connect);
  expectToLast(2500ms, [&] {  // the third attempt starts after half a second
    const auto timeout = thrownBy<SocketTimeoutException>([&] { Socket("dead.test", port(), 2500ms); });
    expectError(timeout, std::errc::timed_out, "connect to dead.test" + portText());
  });
  EXPECT_EQ(faults_.count(Call::connect) - connects, 3);
}

TEST_F(NameFaultsTest, TheDeadlineAppliesToLookupAndConnectTogether) {
  const FullListener silent({"127.0.0.2", port()});
  names_.add("late.test", {"127.0.0.2"}, 3000ms);
  const auto start = Clock::now();
  EXPECT_THROW(Socket("late.test", port(), 3500ms), SocketTimeoutException);
  EXPECT_GE(Clock::now() - start, 3500ms);
  EXPECT_LT(Clock::now() - start, 6000ms) << "the time spent in the lookup was not deducted";
}

TEST_F(NameFaultsTest, ASlowLookupIsWaitedFor) {
  names_.add("slow.test", {"127.0.0.1"}, 50ms);
  EXPECT_NO_THROW(Socket("slow.test", port()));
  EXPECT_NO_THROW(Socket("slow.test", port(), 1h));
}

TEST_F(NameFaultsTest, AHangingLookupEndsAtTheDeadline) {
  names_.hang("hangs.test");
  expectToLast(50ms, [&] {
    const auto timeout = thrownBy<SocketTimeoutException>([&] { Socket("hangs.test", port(), 50ms); });
    expectError(timeout, std::errc::timed_out, "look up hangs.test");
  });
}

TEST_F(NameFaultsTest, RetryingWhileALookupHangsStartsNoOther) {
  names_.hang("again.test");
  for (int i = 0; i < 20; ++i) EXPECT_THROW(Socket("again.test", port(), 20ms), SocketTimeoutException);
  EXPECT_EQ(names_.lookupCount("again.test"), 1);
}

TEST_F(NameFaultsTest, AnotherNameIsLookedUpWhileALookupHangs) {
  names_.hang("hangs.test");
  names_.add("fine.test", {"127.0.0.1"});
  EXPECT_THROW(Socket("hangs.test", port(), 20ms), SocketTimeoutException);
  EXPECT_NO_THROW(Socket("fine.test", port(), 1h));
}

TEST_F(NameFaultsTest, AnInterruptedLookupIsRetried) {
  names_.add("interrupted.test", {"127.0.0.1"});
  names_.fail("interrupted.test", EAI_SYSTEM, EINTR, 3);
  EXPECT_NO_THROW(Socket("interrupted.test", port()));
  EXPECT_EQ(names_.lookupCount("interrupted.test"), 4);
}

TEST_F(NameFaultsTest, ASystemErrorOfTheLookupIsReported) {
  names_.fail("system.test", EAI_SYSTEM, EMFILE);
  for (const auto timeout : {0ms, std::chrono::milliseconds(1h)}) {
    const auto exception = thrownBy<UnknownHostException>([&] { Socket("system.test", port(), timeout); });
    expectError(exception, EMFILE, "look up system.test");
    EXPECT_EQ(exception.host(), "system.test");
  }
}

TEST_F(NameFaultsTest, DuplicateAddressesAreListedOnce) {
  names_.add("twice.test", {"127.0.0.2", "127.0.0.2", "127.0.0.1"});
  EXPECT_EQ(InetAddress::getAllByName("twice.test").size(), 2U);
}

class FailedLookupTest : public NameFaultsTest, public testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(, FailedLookupTest,
                         testing::Values(EAI_AGAIN, EAI_BADFLAGS, EAI_FAIL, EAI_FAMILY, EAI_MEMORY, EAI_NONAME,
                                         EAI_SERVICE, EAI_SOCKTYPE, EAI_OVERFLOW),
                         [](const auto& tested) { return "code" + std::to_string(-tested.param); });

TEST_P(FailedLookupTest, IsAnUnknownHost) {
  names_.fail("unknown.test", GetParam());
  for (const auto timeout : {0ms, std::chrono::milliseconds(1h)}) {
    const auto exception = thrownBy<UnknownHostException>([&] { Socket("unknown.test", port(), timeout); });
    EXPECT_EQ(exception.what(), std::string("look up unknown.test: ") + gai_strerror(GetParam()));
    EXPECT_EQ(exception.host(), "unknown.test");
    EXPECT_TRUE(exception.code());
  }
}

TEST_P(FailedLookupTest, IsAnUnknownHostForInetAddressToo) {
  names_.fail("unknown.test", GetParam());
  EXPECT_THROW(InetAddress::getByName("unknown.test"), UnknownHostException);
  EXPECT_THROW(InetAddress::getAllByName("unknown.test"), UnknownHostException);
  EXPECT_THROW(InetSocketAddress("unknown.test", 80), UnknownHostException);
}

TEST(LateThreadsTest, AServerWaitsForAClientWhoseThreadHasNotStartedYet) {
  const LateThreads late(50ms);
  std::atomic<int> served{0};
  {
    TcpServer server(loopbackServer(), [&served](Socket&) { ++served; });
    server.start();
    const Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
    ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1 || served == 1; }));
  }
  EXPECT_EQ(served, 1);
}

// A separate process: its lookup still hangs while it exits.
TEST(HangingLookupDeathTest, DoesNotDelayTheProgramsExit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto start = Clock::now();
  EXPECT_EXIT(
      {
        static FakeNames& names = *new FakeNames;  // never destroyed: its lookup keeps hanging
        names.hang("hangs.test");
        EXPECT_THROW(Socket("hangs.test", 80, 20ms), SocketTimeoutException);
        std::exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_LT(Clock::now() - start, 20s);
}

}  // namespace
