// SPDX-License-Identifier: MIT
//
// transferTo() from a file to a socket: the same bytes, deadlines and failures whether the system sends the file by
// itself or the bytes are copied. Each test runs in both ways.
#include "support/blocked_thread.hpp"
#include "support/files.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr std::size_t kMoreThanBuffersHold = 64 << 20;

// Hides from the library that it writes to a socket, so that the bytes are copied.
class Copying final : public OutputStream {
 public:
  explicit Copying(SocketOutputStream out) : out_(std::move(out)) {}

  using OutputStream::write;
  void write(const void* data, std::size_t size) override { out_.write(data, size); }

 private:
  SocketOutputStream out_;
};

class FileTransferTest : public testing::TestWithParam<bool> {
 protected:
  std::uint64_t transfer(FileInputStream& file) {
    SocketOutputStream out = pair_.server.getOutputStream();
    if (GetParam()) return file.transferTo(out);
    Copying copying(out);
    return file.transferTo(copying);
  }

  std::string receiveAll() { return pair_.client.getInputStream().readAllBytes(); }

  // A file that no pair of socket buffers holds, without taking room on the disk.
  FileInputStream endless() {
    file_.write("");
    file_.resize(kMoreThanBuffersHold);
    return FileInputStream(file_.path());
  }

  ScratchFile file_{"file_transfer"};
  Pair pair_ = connectedPair();
};

INSTANTIATE_TEST_SUITE_P(SentAndCopied, FileTransferTest, testing::Bool(),
                         [](const auto& way) { return way.param ? "Sent" : "Copied"; });

TEST_P(FileTransferTest, SendsTheWholeFile) {
  const std::string bytes = patternOf(3 << 20);
  file_.write(bytes);
  BlockedThread sender([&] {
    FileInputStream file(file_.path());
    EXPECT_EQ(transfer(file), bytes.size());
    pair_.server.shutdownOutput();
  });
  EXPECT_EQ(receiveAll(), bytes);
  sender.join();
}

TEST_P(FileTransferTest, AnEmptyFileSendsNothing) {
  file_.write("");
  FileInputStream file(file_.path());
  EXPECT_EQ(transfer(file), 0U);
  pair_.server.close();
  EXPECT_EQ(receiveAll(), "");
}

TEST_P(FileTransferTest, BeginsAtTheFilesPositionAndEndsAtItsEnd) {
  file_.write("abcdef");
  FileInputStream file(file_.path());
  EXPECT_EQ(file.read(), 'a');
  EXPECT_EQ(file.skip(1), 1U);
  EXPECT_EQ(transfer(file), 4U);
  EXPECT_EQ(file.read(), -1);
  FileOutputStream(file_.path(), true).write(std::string("gh"));
  EXPECT_EQ(transfer(file), 2U);
  pair_.server.close();
  EXPECT_EQ(receiveAll(), "cdefgh");
}

TEST_P(FileTransferTest, SendsBytesThatWerePutBackFirst) {
  class Broken final : public OutputStream {
   public:
    using OutputStream::write;
    void write(const void*, std::size_t) override { throw IOException({}, "write"); }
  } broken;
  file_.write("abcdef");
  FileInputStream file(file_.path());
  EXPECT_THROW(file.transferTo(broken), IOException);
  EXPECT_EQ(transfer(file), 6U);
  pair_.server.close();
  EXPECT_EQ(receiveAll(), "abcdef");
}

TEST_P(FileTransferTest, ATimeoutSaysHowMuchWasSentAndTheNextCallContinues) {
  const std::string bytes = patternOf(kMoreThanBuffersHold);
  file_.write(bytes);
  FileInputStream file(file_.path());
  pair_.server.setWriteTimeout(50ms);
  const auto timeout = thrownBy<SocketTimeoutException>([&] { transfer(file); });
  EXPECT_GT(timeout.bytesTransferred(), 0U);
  EXPECT_EQ(timeout.bytesTransferred() + file.available(), bytes.size());
  pair_.server.setWriteTimeout(0ms);
  BlockedThread sender([&] {
    EXPECT_EQ(transfer(file), bytes.size() - timeout.bytesTransferred());
    pair_.server.close();
  });
  EXPECT_TRUE(receiveAll() == bytes);
  sender.join();
}

TEST_P(FileTransferTest, CloseEndsATransferThatWaits) {
  FileInputStream file = endless();
  BlockedThread sender([&] {
    const auto exception = thrownBy<SocketException>([&] { transfer(file); });
    EXPECT_EQ(exception.code(), std::errc::operation_canceled);
  });
  sender.waitUntilAsleep();
  pair_.server.close();
  sender.join();
}

TEST_P(FileTransferTest, ShutdownOutputEndsATransferThatWaits) {
  FileInputStream file = endless();
  BlockedThread sender([&] { EXPECT_THROW(transfer(file), SocketException); });
  sender.waitUntilAsleep();
  pair_.server.shutdownOutput();
  sender.join();
}

TEST_P(FileTransferTest, ReadingGoesOnDuringATransfer) {
  FileInputStream file = endless();
  BlockedThread sender([&] { EXPECT_THROW(transfer(file), SocketException); });
  sender.waitUntilAsleep();
  BlockedThread reader([this] { EXPECT_EQ(pair_.server.getInputStream().read(), 'x'); });
  reader.waitUntilAsleep();
  pair_.client.getOutputStream().write('x');
  reader.join();
  pair_.server.close();
  sender.join();
}

// Neither a signal nor an endless wait: the peer is gone.
TEST_P(FileTransferTest, APeerThatResetsIsReported) {
  FileInputStream file = endless();
  pair_.client.setSoLinger(true, 0);
  BlockedThread sender([&] {
    EXPECT_THROW(transfer(file), SocketException);
    EXPECT_THROW(transfer(file), SocketException);
  });
  sender.waitUntilAsleep();
  pair_.client.close();
  sender.join();
}

TEST_P(FileTransferTest, AShutOutputIsReported) {
  file_.write("a");
  FileInputStream file(file_.path());
  SocketOutputStream out = pair_.server.getOutputStream();
  pair_.server.shutdownOutput();
  EXPECT_THROW(file.transferTo(out), SocketException);
  EXPECT_EQ(file.read(), 'a');
}

TEST_P(FileTransferTest, AFileThatShrinksEndsEarlier) {
  FileInputStream file = endless();
  std::uint64_t sent = 0;
  BlockedThread sender([&] {
    sent = transfer(file);
    pair_.server.close();
  });
  sender.waitUntilAsleep();
  file_.resize(1);
  const std::size_t received = receiveAll().size();
  sender.join();
  EXPECT_EQ(received, sent);
  EXPECT_LT(received, kMoreThanBuffersHold);
}

TEST_P(FileTransferTest, AClosedFileIsReported) {
  file_.write("a");
  FileInputStream file(file_.path());
  file.close();
  EXPECT_THROW(transfer(file), IOException);
}

TEST_P(FileTransferTest, AClosedSocketIsReportedAndNothingIsLost) {
  file_.write("abc");
  FileInputStream file(file_.path());
  SocketOutputStream out = pair_.server.getOutputStream();
  pair_.server.close();
  EXPECT_THROW(file.transferTo(out), SocketException);
  EXPECT_EQ(file.readAllBytes(), "abc");
}

}  // namespace
