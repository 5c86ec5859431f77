// SPDX-License-Identifier: MIT
//
// Memory: reading and printing lines allocates none, and sockets stay usable after an allocation has failed.
#include "support/counted_memory.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <set>
#include <string>

namespace {

using namespace netlite;
using namespace netlite::test;

constexpr int kLines = 1000;

class NullStream final : public OutputStream {
 public:
  using OutputStream::write;
  void write(const void*, std::size_t) override {}
};

std::string lines(int count, std::size_t length) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(length, 'x') + "\n";
  return text;
}

// The number of allocations that `work` makes.
template <typename Work>
long allocationsOf(Work work) {
  const long before = allocations();
  work();
  return allocations() - before;
}

void readAll(BufferedReader& in, std::string& line, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(in.readLine(line));
}

class AllocationsTest : public testing::TestWithParam<std::size_t> {};

TEST_P(AllocationsTest, ReadLineIntoAStringAllocatesNothingPerLine) {
  BufferedReader in{ByteArrayInputStream(lines(3 * kLines, GetParam()))};
  std::string line;
  readAll(in, line, kLines);  // the reader's buffer and the string grow
  EXPECT_EQ(allocationsOf([&] { readAll(in, line, kLines); }), 0);
}

TEST_P(AllocationsTest, PrintlnAllocatesNothingPerLine) {
  PrintWriter out{NullStream()};
  const std::string line(GetParam(), 'x');
  for (int i = 0; i < kLines; ++i) out.println(line);
  EXPECT_EQ(allocationsOf([&] {
              for (int i = 0; i < kLines; ++i) out.println(line);
            }),
            0);
}

TEST_P(AllocationsTest, ReadingAndAnsweringALineOverASocketAllocatesNothing) {
  Pair pair = connectedPair();
  BufferedReader in(pair.server.getInputStream());
  PrintWriter out(pair.server.getOutputStream());
  SocketOutputStream question = pair.client.getOutputStream();
  SocketInputStream answer = pair.client.getInputStream();
  const std::string sent = lines(1, GetParam());
  std::string received(sent.size(), '\0');
  std::string line;
  const auto exchange = [&](int count) {
    for (int i = 0; i < count; ++i) {
      question.write(sent);
      ASSERT_TRUE(in.readLine(line));
      out.println(line);
      out.flush();
      answer.readFully(&received[0], received.size());
    }
  };
  exchange(100);
  EXPECT_EQ(allocationsOf([&] { exchange(100); }), 0);
  EXPECT_EQ(received, sent);
}

TEST_P(AllocationsTest, ReadingAndAnsweringALineInAVirtualThreadAllocatesNothing) {
  Pair pair = connectedPair();
  const Thread answering = Thread::startVirtualThread([&pair] {
    BufferedReader in(pair.server.getInputStream());
    PrintWriter out(pair.server.getOutputStream());
    for (std::string line; in.readLine(line);) {
      out.println(line);
      out.flush();
    }
  });
  SocketOutputStream question = pair.client.getOutputStream();
  SocketInputStream answer = pair.client.getInputStream();
  const std::string sent = lines(1, GetParam());
  std::string received(sent.size(), '\0');
  const auto exchange = [&](int count) {
    for (int i = 0; i < count; ++i) {
      question.write(sent);
      answer.readFully(&received[0], received.size());
    }
  };
  exchange(100);
  EXPECT_EQ(allocationsOf([&] { exchange(100); }), 0);
  pair.client.close();
  answering.join();
}

INSTANTIATE_TEST_SUITE_P(LineLengths, AllocationsTest, testing::Values(16, 80, 1024),
                         [](const auto& test) { return std::to_string(test.param) + "Bytes"; });

// ---- binary values

constexpr int kValues = 1000;

void readValues(DataInputStream& in, int count) {
  for (int i = 0; i < count; ++i) {
    in.readInt();
    in.readLong();
    in.readDouble();
  }
}

constexpr std::size_t kValueSizes = 4 + 8 + 8;

TEST(ValueAllocationsTest, ReadingNumbersThroughABufferAllocatesNothing) {
  DataInputStream in{BufferedInputStream(ByteArrayInputStream(std::string(2 * kValues * kValueSizes, 'n')))};
  readValues(in, kValues);
  EXPECT_EQ(allocationsOf([&] { readValues(in, kValues); }), 0);
}

TEST(ValueAllocationsTest, ReadingNumbersWithoutABufferAllocatesNothing) {
  DataInputStream in{ByteArrayInputStream(std::string(kValues * kValueSizes, 'n'))};
  EXPECT_EQ(allocationsOf([&] { readValues(in, kValues); }), 0);
}

void writeValues(DataOutputStream& out, int count) {
  for (int i = 0; i < count; ++i) {
    out.writeInt(i);
    out.writeLong(i);
    out.writeDouble(i);
    out.writeUTF("a text of some length, 안녕하세요 🙂");
  }
}

TEST(ValueAllocationsTest, WritingThroughABufferAllocatesNothing) {
  DataOutputStream out{BufferedOutputStream(NullStream())};
  writeValues(out, kValues);  // the buffer grows
  EXPECT_EQ(allocationsOf([&] { writeValues(out, kValues); }), 0);
}

TEST(ValueAllocationsTest, WritingWithoutABufferAllocatesNothing) {
  DataOutputStream out{NullStream()};
  EXPECT_EQ(allocationsOf([&] { writeValues(out, kValues); }), 0);
}

TEST(ValueAllocationsTest, ReadingATextAllocatesOnlyTheString) {
  const std::string text(100, 't');
  ByteArrayOutputStream sent;
  DataOutputStream out(sent);
  for (int i = 0; i < 2 * kValues; ++i) out.writeUTF(text);
  DataInputStream in{BufferedInputStream(ByteArrayInputStream(sent.toString()), 1 << 16)};
  const auto readTexts = [&in] {
    for (int i = 0; i < kValues / 2; ++i) in.readUTF();
  };
  readTexts();
  EXPECT_LE(allocationsOf(readTexts), kValues / 2);
}

TEST(ValueAllocationsTest, CountedBytesAllocateNothing) {
  BufferedReader in{ByteArrayInputStream(lines(2 * kLines, 80))};
  std::string line;
  std::string body(81, '\0');
  readAll(in, line, 1);
  EXPECT_EQ(allocationsOf([&] {
              for (int i = 0; i < kLines; ++i) in.readFully(body.data(), body.size());
            }),
            0);
}

// An exception names the socket, but its text is built only when the exception is thrown.
template <typename SocketType>
void useCommonOptions(SocketType& socket) {
  socket.setReuseAddress(socket.getReuseAddress());
  socket.setReceiveBufferSize(socket.getReceiveBufferSize());
  socket.setSoTimeout(socket.getSoTimeout());
}

void useOptions(Socket& socket) {
  useCommonOptions(socket);
  socket.setTcpNoDelay(socket.getTcpNoDelay());
  socket.setKeepAlive(socket.getKeepAlive());
  socket.setKeepAlive(std::chrono::seconds(60), std::chrono::seconds(10), 3);
  socket.setSoLinger(socket.getSoLinger() >= 0, 0);
  socket.setTrafficClass(socket.getTrafficClass());
  socket.setSendBufferSize(socket.getSendBufferSize());
  socket.setWriteTimeout(socket.getWriteTimeout());
}

void useOptions(ServerSocket& socket) { useCommonOptions(socket); }

void useOptions(DatagramSocket& socket) {
  useCommonOptions(socket);
  socket.setBroadcast(socket.getBroadcast());
  socket.setSendBufferSize(socket.getSendBufferSize());
  socket.setTrafficClass(socket.getTrafficClass());
  socket.setTimeToLive(socket.getTimeToLive());
  socket.setMulticastLoopback(socket.getMulticastLoopback());
}

template <typename SocketType>
long allocationsOfOptions(SocketType& socket) {
  useOptions(socket);  // on Windows the first use in a process allocates once
  return allocationsOf([&] { useOptions(socket); });
}

TEST(OptionAllocationsTest, OptionsOfAConnectionAllocateNothing) {
  Pair pair = connectedPair();
  EXPECT_EQ(allocationsOfOptions(pair.client), 0);
  EXPECT_EQ(allocationsOfOptions(pair.server), 0);
}

TEST(OptionAllocationsTest, OptionsOfAnUnconnectedSocketAllocateNothing) {
  Socket socket;
  EXPECT_EQ(allocationsOfOptions(socket), 0);
}

TEST(OptionAllocationsTest, OptionsOfAListenerAllocateNothing) {
  ServerSocket socket = loopbackServer();
  EXPECT_EQ(allocationsOfOptions(socket), 0);
}

TEST(OptionAllocationsTest, OptionsOfADatagramSocketAllocateNothing) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  EXPECT_EQ(allocationsOfOptions(socket), 0);
  socket.connect(socket.getLocalSocketAddress());
  EXPECT_EQ(allocationsOfOptions(socket), 0);
}

// Provides one line and no end of the stream.
class OneLineStream final : public InputStream {
 public:
  explicit OneLineStream(std::size_t length) : left_(length + 1) {}
  using InputStream::read;
  std::size_t read(void* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, left_);
    std::fill_n(static_cast<char*>(buffer), count, 'x');
    left_ -= count;
    if (left_ == 0) static_cast<char*>(buffer)[count - 1] = '\n';
    return count;
  }

 private:
  std::size_t left_;
};

TEST(MemoryTest, ReturningALongLineFreesItsBuffer) {
  constexpr std::size_t kLength = 1000000;
  std::string line(kLength, '\0');
  const long before = bytesInUse();
  BufferedReader in{OneLineStream(kLength)};
  ASSERT_TRUE(in.readLine(line));
  EXPECT_EQ(line.size(), kLength);
  EXPECT_LT(bytesInUse() - before, static_cast<long>(kLength / 10));
}

TEST(MemoryTest, ReadingTheNextValueFreesALongText) {
  constexpr std::size_t kLength = 60000;
  ByteArrayOutputStream sent;
  DataOutputStream(sent).writeUTF(std::string(kLength, 't'));
  DataOutputStream(sent).writeInt(1);
  DataInputStream in{ByteArrayInputStream(sent.toString())};
  const long before = bytesInUse();
  EXPECT_EQ(in.readUTF().size(), kLength);
  EXPECT_EQ(in.readInt(), 1);
  EXPECT_LT(bytesInUse() - before, static_cast<long>(kLength / 10));
}

// Whether `work` succeeds with at most `max` allocations.
template <typename Work>
bool succeedsWith(long max, Work work) {
  bool succeeded = true;
  allowAllocations(max);
  try {
    work();
  } catch (const std::bad_alloc&) {
    succeeded = false;
  }
  allowAllocations(kUnlimited);
  return succeeded;
}

// Fails each allocation of `work` in turn, on a new Type each time. Afterwards the same object must be able to do the
// work, and no descriptor may be leaked.
template <typename Type, typename Work>
void survivesOutOfMemory(Work work) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  work(*std::make_unique<Type>());  // with everything that is allocated only once
  const std::set<std::intptr_t> before = openDescriptors();
  long max = 0;
  for (bool succeeded = false; !succeeded; ++max) {
    {
      Type socket;
      succeeded = succeedsWith(max, [&] { work(socket); });
      if (!succeeded) {
        EXPECT_NO_THROW(work(socket)) << "after " << max << " allocations";
      }
    }
    ASSERT_EQ(openDescriptors(), before) << "after " << max << " allocations";
  }
  EXPECT_GT(max, 1);
}

TEST(OutOfMemoryTest, AConnectLosesNoDescriptor) {
  ServerSocket server = loopbackServer(100);
  const InetSocketAddress remote(InetAddress::getLoopbackAddress(), server.getLocalPort());
  survivesOutOfMemory<Socket>([&](Socket& socket) { socket.connect(remote, std::chrono::seconds(10)); });
}

TEST(OutOfMemoryTest, AConnectOfABoundSocketLosesNoDescriptor) {
  ServerSocket server = loopbackServer(100);
  const InetSocketAddress remote(InetAddress::getLoopbackAddress(), server.getLocalPort());
  survivesOutOfMemory<Socket>([&](Socket& socket) {
    if (!socket.isBound()) socket.bind({InetAddress::getLoopbackAddress(), 0});
    socket.connect(remote, std::chrono::seconds(10));
  });
}

TEST(OutOfMemoryTest, ABindLosesNoDescriptor) {
  survivesOutOfMemory<Socket>([](Socket& socket) { socket.bind({InetAddress::getLoopbackAddress(), 0}); });
}

TEST(OutOfMemoryTest, ABindOfAServerSocketLosesNoDescriptor) {
  survivesOutOfMemory<ServerSocket>([](ServerSocket& socket) { socket.bind({InetAddress::getLoopbackAddress(), 0}); });
}

TEST(OutOfMemoryTest, ClosingNeedsNoMemory) {
  Pair pair = connectedPair();
  EXPECT_TRUE(succeedsWith(0, [&] { pair.server.close(); }));
  EXPECT_TRUE(pair.server.isClosed());
  EXPECT_EQ(pair.client.getInputStream().read(), -1);
}

TEST(OutOfMemoryTest, DestroyingAServerNeedsNoMemory) {
  auto server = std::make_unique<TcpServer>(loopbackServer(), [](Socket& socket) { socket.getInputStream().read(); });
  server->start();
  Socket client("127.0.0.1", server->getLocalPort());
  Socket other("127.0.0.1", server->getLocalPort());
  ASSERT_TRUE(eventually([&] { return server->connectionCount() == 2; }));
  EXPECT_TRUE(succeedsWith(0, [&] { server.reset(); }));
  EXPECT_EQ(client.getInputStream().read(), -1);
  EXPECT_EQ(other.getInputStream().read(), -1);
}

}  // namespace
