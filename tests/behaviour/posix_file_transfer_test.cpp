// SPDX-License-Identifier: MIT
//
// transferTo() from a file to a socket where POSIX has more to say: SIGPIPE, and files that the system cannot send.
#include "support/blocked_thread.hpp"
#include "support/files.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace netlite;
using namespace netlite::test;

class PosixFileTransferTest : public testing::Test {
 protected:
  void SetUp() override { file_.write("abc"); }

  // Sends the file until the system has noticed that the peer is gone, and then once more.
  void sendToNobody() {
    pair_.client.close();
    SocketOutputStream out = pair_.server.getOutputStream();
    EXPECT_THROW(
        {
          for (;;) send(out);  // the first ones may still be accepted
        },
        SocketException);
    EXPECT_THROW(send(out), SocketException);
  }

  void send(SocketOutputStream& out) { FileInputStream(file_.path()).transferTo(out); }

  static bool pipeSignalIsPending() {
    sigset_t pending;
    ::sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;  // a macro on macOS, as the others
  }

  ScratchFile file_{"posix_file_transfer"};
  Pair pair_ = connectedPair();
};

// SIGPIPE would end the test program.
TEST_F(PosixFileTransferTest, APeerThatIsGoneRaisesNoSignal) {
  ::signal(SIGPIPE, SIG_DFL);
  sendToNobody();
}

// The system then raises it together with the number of bytes that it has taken.
TEST_F(PosixFileTransferTest, APeerThatLeavesDuringATransferRaisesNoSignal) {
  ::signal(SIGPIPE, SIG_DFL);
  file_.resize(64 << 20);
  for (int i = 0; i < 20; ++i) {
    Pair pair = connectedPair();
    BlockedThread peer([&] {
      receive(pair.client, 100'000);
      pair.client.close();
    });
    SocketOutputStream out = pair.server.getOutputStream();
    EXPECT_THROW(send(out), SocketException);
    peer.join();
  }
}

TEST_F(PosixFileTransferTest, ABlockedPipeSignalIsNeitherAddedNorTaken) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &pipe, nullptr), 0);
  sendToNobody();
  EXPECT_FALSE(pipeSignalIsPending());

  ::pthread_kill(::pthread_self(), SIGPIPE);
  SocketOutputStream out = pair_.server.getOutputStream();
  EXPECT_THROW(send(out), SocketException);
  EXPECT_TRUE(pipeSignalIsPending());
}

// Otherwise every later read would need further system calls.
TEST_F(PosixFileTransferTest, ATransferLeavesTheSocketBlocking) {
  SocketOutputStream out = pair_.server.getOutputStream();
  send(out);
  EXPECT_EQ(::fcntl(static_cast<int>(pair_.server.nativeHandle()), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(PosixFileTransferTest, APipeIsCopied) {
  const ScratchFile pipe("posix_file_transfer_pipe");
  ASSERT_EQ(::mkfifo(pipe.path().c_str(), 0600), 0);
  const std::string bytes = patternOf(300000);
  BlockedThread writer([&] { FileOutputStream(pipe.path()).write(bytes); });
  BlockedThread sender([&] {
    FileInputStream file(pipe.path());
    SocketOutputStream out = pair_.server.getOutputStream();
    file.transferTo(out);
    pair_.server.close();
  });
  EXPECT_TRUE(pair_.client.getInputStream().readAllBytes() == bytes);
  writer.join();
  sender.join();
}

}  // namespace
