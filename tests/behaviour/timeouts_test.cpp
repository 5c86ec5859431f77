// SPDX-License-Identifier: MIT
//
// Timeouts: one deadline for the whole member call, however many reads and writes it needs and whatever the peer does;
// exact counts; no lost bytes. Elapsed times must reach the timeout; their upper bound only distinguishes a call that
// ended from one that hangs.
#include "support/blocked_thread.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMoreThanBuffersHold = 64 << 20;
constexpr auto kHangs = 10s;

// Returns the exception of `call`, which must time out after `timeout`.
SocketTimeoutException timeoutOf(std::chrono::milliseconds timeout, const std::function<void()>& call) {
  const auto start = Clock::now();
  SocketTimeoutException exception = thrownBy<SocketTimeoutException>(call);
  EXPECT_GE(Clock::now() - start, timeout);
  EXPECT_LT(Clock::now() - start, kHangs);
  EXPECT_EQ(exception.code(), std::errc::timed_out);
  return exception;
}

// A peer that sends a byte every few milliseconds, and so keeps a reader busy while it lives, up to a minute. The first
// byte is sent by the constructor.
class DrippingPeer {
 public:
  explicit DrippingPeer(Socket& socket) : out_(socket.getOutputStream()) {
    send();
    thread_ = std::thread([this] {
      const auto end = Clock::now() + 1min;
      for (; !stop_ && Clock::now() < end; std::this_thread::sleep_for(3ms)) send();
    });
  }
  ~DrippingPeer() { stop(); }
  DrippingPeer(const DrippingPeer&) = delete;
  DrippingPeer& operator=(const DrippingPeer&) = delete;

  std::size_t stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return sent_;
  }

 private:
  void send() {
    out_.write('x');
    ++sent_;
  }

  SocketOutputStream out_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> sent_{0};
  std::thread thread_;
};

void spinFor(std::chrono::milliseconds time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) std::this_thread::yield();
}

// A stream whose write() takes `time`.
class SlowOutputStream final : public OutputStream {
 public:
  explicit SlowOutputStream(std::chrono::milliseconds time) : time_(time) {}

  using OutputStream::write;
  void write(const void*, std::size_t size) override {
    spinFor(time_);
    written_ += size;
  }
  std::size_t written() const { return written_; }

 private:
  std::chrono::milliseconds time_;
  std::size_t written_ = 0;
};

// Reads one byte of the socket at a time, and takes `time` for each.
class SlowInputStream final : public InputStream {
 public:
  SlowInputStream(const SocketInputStream& in, std::chrono::milliseconds time) : in_(in), time_(time) {}

  using InputStream::read;
  std::size_t read(void* buffer, std::size_t size) override {
    const std::size_t count = in_.read(buffer, size == 0 ? 0 : 1);
    spinFor(time_);
    return count;
  }

 private:
  SocketInputStream in_;
  std::chrono::milliseconds time_;
};

class TimeoutsTest : public testing::Test {
 protected:
  SocketInputStream in() { return pair_.client.getInputStream(); }
  SocketOutputStream out() { return pair_.client.getOutputStream(); }
  void peerWrites(const std::string& text) { pair_.server.getOutputStream().write(text); }

  Pair pair_ = connectedPair();
};

// ---- values ---------------------------------------------------------------------------------------------------------

TEST_F(TimeoutsTest, ANegativeTimeoutIsAnArgumentErrorAndChangesNothing) {
  pair_.client.setSoTimeout(5ms);
  pair_.client.setWriteTimeout(6ms);
  EXPECT_THROW(pair_.client.setSoTimeout(-1ms), std::invalid_argument);
  EXPECT_THROW(pair_.client.setWriteTimeout(-1ms), std::invalid_argument);
  EXPECT_THROW(pair_.client.setSoTimeout(std::chrono::milliseconds::min()), std::invalid_argument);
  EXPECT_EQ(pair_.client.getSoTimeout(), 5ms);
  EXPECT_EQ(pair_.client.getWriteTimeout(), 6ms);
}

TEST(ConnectTimeoutTest, ANegativeOneIsAnArgumentError) {
  const ServerSocket server = loopbackServer();
  Socket socket;
  EXPECT_THROW(socket.connect(server.getLocalSocketAddress(), -1ms), std::invalid_argument);
  EXPECT_THROW(Socket("127.0.0.1", server.getLocalPort(), -1ms), std::invalid_argument);
  EXPECT_FALSE(socket.isConnected());
}

class NoTimeoutTest : public TimeoutsTest, public testing::WithParamInterface<std::chrono::milliseconds> {};

TEST_P(NoTimeoutTest, AReadWaitsForever) {
  pair_.client.setSoTimeout(GetParam());
  int got = 0;
  BlockedThread reader([&] { got = in().read(); });
  reader.waitUntilAsleep();
  EXPECT_FALSE(reader.hasEnded());
  peerWrites("x");
  reader.join();
  EXPECT_EQ(got, 'x');
}

TEST_P(NoTimeoutTest, AWriteWaitsForever) {
  pair_.client.setWriteTimeout(GetParam());
  BlockedThread writer([&] { out().write(std::string(kMoreThanBuffersHold, 'x')); });
  writer.waitUntilAsleep();
  EXPECT_FALSE(writer.hasEnded());
  EXPECT_EQ(pair_.server.getInputStream().skip(kMoreThanBuffersHold), kMoreThanBuffersHold);
  EXPECT_NO_THROW(writer.join());
}

TEST_P(NoTimeoutTest, AConnectWaitsForever) {
  const FullListener full;
  Socket socket;
  BlockedThread connector([&] { socket.connect(full.address(), GetParam()); });
  connector.waitUntilAsleep();
  EXPECT_FALSE(connector.hasEnded());
  socket.close();
  EXPECT_THROW(connector.join(), SocketException);
}

INSTANTIATE_TEST_SUITE_P(ZeroAndMax, NoTimeoutTest, testing::Values(0ms, std::chrono::milliseconds::max()),
                         [](const auto& instance) { return instance.param == 0ms ? "Zero" : "Max"; });

// ---- reading --------------------------------------------------------------------------------------------------------

TEST_F(TimeoutsTest, AReadThatGetsNothingTimesOut) {
  pair_.client.setSoTimeout(30ms);
  const auto timeout = timeoutOf(30ms, [&] { in().read(); });
  EXPECT_EQ(timeout.bytesTransferred(), 0u);
  EXPECT_EQ(std::string(timeout.what()), "read from " + peerName(pair_.client) + ": Timed out");
}

TEST_F(TimeoutsTest, AReadReturnsArrivedBytesImmediatelyAndTheNextTimesOut) {
  pair_.client.setSoTimeout(30ms);
  peerWrites("ab");
  std::array<char, 10> buffer;
  EXPECT_EQ(in().read(buffer.data(), buffer.size()), 2u);
  timeoutOf(30ms, [&] { in().read(buffer.data(), buffer.size()); });
}

TEST_F(TimeoutsTest, TheSocketIsUsableAfterATimeout) {
  pair_.client.setSoTimeout(1ms);
  timeoutOf(1ms, [&] { in().read(); });
  pair_.client.setSoTimeout(10s);
  peerWrites("x");
  EXPECT_EQ(in().read(), 'x');
  out().write("y");
  EXPECT_EQ(receive(pair_.server, 1), "y");
}

TEST_F(TimeoutsTest, ANewTimeoutDoesNotAffectAWaitingRead) {
  BlockedThread reader([&] { in().read(); });
  reader.waitUntilAsleep();
  pair_.client.setSoTimeout(1ms);
  reader.waitUntilAsleep();
  EXPECT_FALSE(reader.hasEnded());
  peerWrites("x");
  EXPECT_NO_THROW(reader.join());
}

TEST_F(TimeoutsTest, ReadFullyFromASlowPeerTimesOutAndCountsTheBytesInTheBuffer) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  std::string buffer(100000, '?');
  const auto timeout = timeoutOf(60ms, [&] { in().readFully(&buffer[0], buffer.size()); });
  EXPECT_GT(timeout.bytesTransferred(), 0u);
  EXPECT_EQ(buffer.find('?'), timeout.bytesTransferred());
}

TEST_F(TimeoutsTest, ReadNBytesFromASlowPeerLosesNothing) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  std::string buffer(100000, '?');
  const auto timeout = timeoutOf(60ms, [&] { in().readNBytes(&buffer[0], buffer.size()); });
  const std::size_t sent = peer.stop();
  pair_.server.close();
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(timeout.bytesTransferred() + in().readAllBytes().size(), sent);
}

TEST_F(TimeoutsTest, ReadNBytesCountsExactly) {
  pair_.client.setSoTimeout(30ms);
  peerWrites("abc");
  std::array<char, 10> buffer;
  const auto timeout = timeoutOf(30ms, [&] { in().readNBytes(buffer.data(), buffer.size()); });
  EXPECT_EQ(timeout.bytesTransferred(), 3u);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
}

TEST_F(TimeoutsTest, SkipFromASlowPeerTimesOutAndCountsTheSkippedBytes) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  const auto timeout = timeoutOf(60ms, [&] { in().skip(100000); });
  const std::size_t sent = peer.stop();
  pair_.server.close();
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(timeout.bytesTransferred() + in().readAllBytes().size(), sent);
}

TEST_F(TimeoutsTest, ReadAllBytesFromASlowPeerTimesOutAndLosesNothing) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  EXPECT_EQ(timeoutOf(60ms, [&] { in().readAllBytes(); }).bytesTransferred(), 0u);
  const std::size_t sent = peer.stop();
  pair_.server.close();
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(in().readAllBytes(), std::string(sent, 'x'));
}

TEST_F(TimeoutsTest, TheNextReadBeginsWithTheBytesOfATimedOutReadAllBytes) {
  pair_.client.setSoTimeout(1ms);
  peerWrites("first ");
  timeoutOf(1ms, [&] { in().readAllBytes(); });
  EXPECT_EQ(in().available(), 6u);
  peerWrites("second");
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(receive(pair_.client, 3), "fir");
  EXPECT_EQ(receive(pair_.client, 9), "st second");
}

TEST_F(TimeoutsTest, ReadAllBytesTimesOutAlthoughAnotherReaderWaitsForever) {
  pair_.client.setSoTimeout(200ms);
  peerWrites("x");
  BlockedThread timed([this] { timeoutOf(200ms, [this] { in().readAllBytes(); }); });
  timed.waitUntilAsleep();
  pair_.client.setSoTimeout(0ms);
  BlockedThread patient([this] { in().read(); });
  EXPECT_NO_THROW(timed.join());
  peerWrites("y");
  EXPECT_NO_THROW(patient.join());
  pair_.server.close();
  EXPECT_EQ(in().readAllBytes().size(), 1u);  // x or y, whichever the patient reader did not get
}

TEST_F(TimeoutsTest, ReadLineFromASlowPeerTimesOut) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  BufferedReader reader(in());
  timeoutOf(60ms, [&] { reader.readLine(); });
}

TEST_F(TimeoutsTest, APartialLineIsKeptAfterATimeout) {
  pair_.client.setSoTimeout(1ms);
  BufferedReader reader(in());
  peerWrites("first half, ");
  timeoutOf(1ms, [&] { reader.readLine(); });
  timeoutOf(1ms, [&] { reader.readLine(); });
  pair_.client.setSoTimeout(10s);
  peerWrites("second half\nnext\n");
  EXPECT_EQ(reader.readLine(), "first half, second half");
  EXPECT_EQ(reader.readLine(), "next");
}

TEST_F(TimeoutsTest, LinesInTheBufferNeedNoTime) {
  pair_.client.setSoTimeout(1ms);
  peerWrites("a\nb\n");
  BufferedReader reader(in());
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(reader.readLine(), "b");
  timeoutOf(1ms, [&] { reader.readLine(); });
}

TEST_F(TimeoutsTest, EveryCallHasItsOwnDeadline) {
  pair_.client.setSoTimeout(30ms);
  for (int i = 0; i < 3; ++i) timeoutOf(30ms, [&] { in().readAllBytes(); });
}

TEST_F(TimeoutsTest, TransferToFromASlowPeerTimesOutAndCountsTheWrittenBytes) {
  pair_.client.setSoTimeout(60ms);
  DrippingPeer peer(pair_.server);
  ByteArrayOutputStream sink;
  const auto timeout = timeoutOf(60ms, [&] { in().transferTo(sink); });
  EXPECT_GT(timeout.bytesTransferred(), 0u);
  EXPECT_EQ(sink.toString().size(), timeout.bytesTransferred());
  const std::size_t sent = peer.stop();
  pair_.server.close();
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(sink.toString().size() + in().readAllBytes().size(), sent);
}

TEST_F(TimeoutsTest, APeerThatAlwaysHasInputDoesNotExtendTheDeadline) {
  pair_.client.setSoTimeout(30ms);
  const std::string bytes(100000, 'x');
  peerWrites(bytes);
  pair_.server.close();
  SlowOutputStream sink(30ms);
  const auto timeout = timeoutOf(30ms, [&] { in().transferTo(sink); });
  EXPECT_EQ(timeout.bytesTransferred(), sink.written());
  EXPECT_LT(sink.written(), bytes.size());
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(sink.written() + in().readAllBytes().size(), bytes.size());
}

// Every byte has arrived when it is read, but the call as a whole takes too long.
class OneDeadlineTest : public TimeoutsTest {
 protected:
  OneDeadlineTest() {
    peerWrites(std::string(40, 'x'));
    pair_.server.close();
    pair_.client.setSoTimeout(50ms);
  }

  SlowInputStream slow() { return {in(), 10ms}; }

  std::array<char, 40> buffer_{};
};

TEST_F(OneDeadlineTest, AppliesToReadFully) {
  timeoutOf(50ms, [&] { slow().readFully(buffer_.data(), buffer_.size()); });
}

TEST_F(OneDeadlineTest, AppliesToReadNBytes) {
  const auto timeout = timeoutOf(50ms, [&] { slow().readNBytes(buffer_.data(), buffer_.size()); });
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(timeout.bytesTransferred() + in().readAllBytes().size(), buffer_.size());
}

TEST_F(OneDeadlineTest, AppliesToSkip) {
  timeoutOf(50ms, [&] { slow().skip(buffer_.size()); });
}

TEST_F(OneDeadlineTest, AppliesToReadAllBytes) {
  timeoutOf(50ms, [&] { slow().readAllBytes(); });
}

TEST_F(OneDeadlineTest, AppliesToTransferTo) {
  ByteArrayOutputStream sink;
  timeoutOf(50ms, [&] { slow().transferTo(sink); });
}

TEST_F(OneDeadlineTest, AppliesToReadLine) {
  BufferedReader reader(slow());
  timeoutOf(50ms, [&] { reader.readLine(); });
}

TEST_F(OneDeadlineTest, AppliesToCountedBytes) {
  BufferedReader reader(slow());
  const auto timeout = timeoutOf(50ms, [&] { reader.readFully(buffer_.data(), buffer_.size()); });
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(timeout.bytesTransferred() + reader.readNBytes(buffer_.data(), buffer_.size()), buffer_.size());
}

TEST_F(OneDeadlineTest, AppliesToANumber) {
  DataInputStream data(slow());
  timeoutOf(50ms, [&] { data.readLong(); });
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(data.readAllBytes().size(), buffer_.size());
}

TEST_F(OneDeadlineTest, AppliesToATextThroughABuffer) {
  DataInputStream data(BufferedInputStream(slow(), 8));
  timeoutOf(50ms, [&] { data.readUTF(); });
  pair_.client.setSoTimeout(10s);
  EXPECT_EQ(data.readAllBytes().size(), buffer_.size());
}

TEST_F(TimeoutsTest, AReaderThatWaitsForItsTurnTimesOutByItsOwnDeadline) {
  BlockedThread first([&] { in().read(); });  // no timeout
  first.waitUntilAsleep();
  pair_.client.setSoTimeout(30ms);
  timeoutOf(30ms, [&] { in().read(); });
  EXPECT_FALSE(first.hasEnded());
  peerWrites("x");
  EXPECT_NO_THROW(first.join());
}

TEST_F(TimeoutsTest, ATimeoutInOneThreadDoesNotDisturbAnother) {
  Pair other = connectedPair();
  int got = 0;
  BlockedThread undisturbed([&] { got = other.client.getInputStream().read(); });
  undisturbed.waitUntilAsleep();
  pair_.client.setSoTimeout(20ms);
  BlockedThread timed([&] { timeoutOf(20ms, [&] { in().read(); }); });
  timeoutOf(20ms, [&] { in().read(); });
  timed.join();
  EXPECT_FALSE(undisturbed.hasEnded());
  other.server.getOutputStream().write('x');
  undisturbed.join();
  EXPECT_EQ(got, 'x');
}

TEST_F(TimeoutsTest, AReadTimeoutDoesNotAffectWrites) {
  pair_.client.setSoTimeout(1ms);
  BlockedThread writer([&] { out().write(std::string(kMoreThanBuffersHold, 'x')); });
  writer.waitUntilAsleep();
  timeoutOf(1ms, [&] { in().read(); });
  EXPECT_FALSE(writer.hasEnded());
  pair_.server.getInputStream().skip(kMoreThanBuffersHold);
  EXPECT_NO_THROW(writer.join());
}

// ---- writing --------------------------------------------------------------------------------------------------------

TEST_F(TimeoutsTest, AWriteToAPeerThatDoesNotReadTimesOutAndCountsExactly) {
  if (pairsSpeakTls()) GTEST_SKIP() << "what is encrypted and not sent yet is lost with the connection";
  pair_.client.setWriteTimeout(30ms);
  const std::string bytes(kMoreThanBuffersHold, 'x');
  const auto timeout = timeoutOf(30ms, [&] { out().write(bytes); });
  EXPECT_GT(timeout.bytesTransferred(), 0u);
  EXPECT_LT(timeout.bytesTransferred(), bytes.size());
  pair_.client.close();
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes().size(), timeout.bytesTransferred());
}

TEST_F(TimeoutsTest, AfterAWriteTimeoutTheRestCanBeWrittenOnceThePeerReads) {
  pair_.client.setWriteTimeout(20ms);
  std::string bytes(kMoreThanBuffersHold, 'x');
  bytes.back() = 'z';
  const std::size_t sent = timeoutOf(20ms, [&] { out().write(bytes); }).bytesTransferred();
  pair_.client.setWriteTimeout(0ms);
  BlockedThread writer([&] {
    out().write(bytes.data() + sent, bytes.size() - sent);
    pair_.client.shutdownOutput();
  });
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes(), bytes);
  EXPECT_NO_THROW(writer.join());
}

TEST_F(TimeoutsTest, ConsecutiveWritesThatTimeOutCountExactly) {
  if (pairsSpeakTls()) GTEST_SKIP() << "what is encrypted and not sent yet is lost with the connection";
  pair_.client.setWriteTimeout(20ms);
  const std::string bytes(kMoreThanBuffersHold, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 3; ++i) sent += timeoutOf(20ms, [&] { out().write(bytes); }).bytesTransferred();
  pair_.client.close();
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes().size(), sent);
}

TEST_F(TimeoutsTest, AWriterThatWaitsForItsTurnTimesOutByItsOwnDeadline) {
  BlockedThread first([&] { out().write(std::string(kMoreThanBuffersHold, 'x')); });  // no timeout
  first.waitUntilAsleep();
  pair_.client.setWriteTimeout(30ms);
  EXPECT_EQ(timeoutOf(30ms, [&] { out().write("y"); }).bytesTransferred(), 0u);
  EXPECT_FALSE(first.hasEnded());
  pair_.server.getInputStream().skip(kMoreThanBuffersHold);
  EXPECT_NO_THROW(first.join());
}

TEST_F(TimeoutsTest, APeerThatAlwaysReadsDoesNotExtendTheDeadlineOfAWrite) {
  const std::string bytes(kMoreThanBuffersHold, 'x');  // more than any machine transfers within the timeout below
  pair_.client.setWriteTimeout(2ms);
  std::size_t got = 0;
  BlockedThread peer([&] { got = pair_.server.getInputStream().skip(bytes.size()); });
  const auto timeout = timeoutOf(2ms, [&] { out().write(bytes); });
  EXPECT_LT(timeout.bytesTransferred(), bytes.size());
  pair_.client.setWriteTimeout(0ms);
  out().write('y');  // with TLS this sends the rest of a record
  pair_.client.close();
  peer.join();
  EXPECT_EQ(got, timeout.bytesTransferred() + 1);
}

TEST_F(TimeoutsTest, TransferToAPeerThatDoesNotReadTimesOutAndKeepsTheRest) {
  if (pairsSpeakTls()) GTEST_SKIP() << "what is encrypted and not sent yet is lost with the connection";
  Pair target = connectedPair();
  target.client.setWriteTimeout(50ms);
  BlockedThread source([&] {
    peerWrites(std::string(kMoreThanBuffersHold, 'x'));
    pair_.server.shutdownOutput();
  });
  SocketOutputStream full = target.client.getOutputStream();
  const std::size_t written = timeoutOf(50ms, [&] { in().transferTo(full); }).bytesTransferred();
  target.client.close();
  EXPECT_EQ(target.server.getInputStream().readAllBytes().size(), written);
  EXPECT_EQ(in().readAllBytes().size(), kMoreThanBuffersHold - written);
}

// ---- connecting and accepting ---------------------------------------------------------------------------------------

TEST(ConnectTimeoutTest, AConnectWithoutAnAnswerTimesOut) {
  const FullListener full;
  Socket socket;
  const auto timeout = timeoutOf(30ms, [&] { socket.connect(full.address(), 30ms); });
  EXPECT_EQ(timeout.bytesTransferred(), 0u);
  EXPECT_EQ(std::string(timeout.what()), "connect to " + full.address().toString() + ": Timed out");
}

TEST(ConnectTimeoutTest, TheConstructorThatTakesANameTimesOutToo) {
  const FullListener full;
  timeoutOf(30ms, [&] { Socket("localhost", full.address().getPort(), 30ms); });
}

TEST(ConnectTimeoutTest, TheSocketIsOpenAfterwardsAndCanConnect) {
  const FullListener full;
  ServerSocket server = loopbackServer();
  Socket socket;
  timeoutOf(10ms, [&] { socket.connect(full.address(), 10ms); });
  EXPECT_FALSE(socket.isClosed());
  EXPECT_FALSE(socket.isConnected());
  socket.connect(server.getLocalSocketAddress(), 10s);
  EXPECT_TRUE(socket.isConnected());
}

TEST(ConnectTimeoutTest, TheConnectTimeoutIsNotTheReadTimeout) {
  ServerSocket server = loopbackServer();
  Socket socket;
  socket.connect(server.getLocalSocketAddress(), 5s);
  EXPECT_EQ(socket.getSoTimeout(), 0ms);
  EXPECT_EQ(socket.getWriteTimeout(), 0ms);
}

TEST(AcceptTimeoutTest, AnAcceptWithoutClientsTimesOutAndIsNamed) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(30ms);
  const auto timeout = timeoutOf(30ms, [&] { server.accept(); });
  EXPECT_EQ(timeout.bytesTransferred(), 0u);
  EXPECT_EQ(std::string(timeout.what()), "accept on " + server.getLocalSocketAddress().toString() + ": Timed out");
}

TEST(AcceptTimeoutTest, OneThreadsTimeoutLeavesAnotherAccepting) {
  ServerSocket server = loopbackServer();
  BlockedThread patient([&] { server.accept(); });
  patient.waitUntilAsleep();
  server.setSoTimeout(20ms);
  timeoutOf(20ms, [&] { server.accept(); });
  EXPECT_FALSE(patient.hasEnded());
  const Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_NO_THROW(patient.join());
}

}  // namespace
