// SPDX-License-Identifier: MIT
//
// pthread_exit() inside a stream unwinds through readers and writers; swallowing that would terminate the program.
#include <netlite/buffered_reader.hpp>
#include <netlite/buffered_writer.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace {

using namespace netlite;

/// A stream that ends the calling thread once, in the member that the test selects.
class ExitingStream : public OutputStream {
 public:
  struct State {
    bool exitsInWrite = false;
    bool exitsInClose = false;
    bool failsToFlush = false;
    int closeCount = 0;
  };

  explicit ExitingStream(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void write(const void*, std::size_t) override { exitIf(state_->exitsInWrite); }
  void flush() override {
    if (state_->failsToFlush) throw IOException(std::make_error_code(std::errc::io_error), "flush");
  }
  void close() override {
    ++state_->closeCount;
    exitIf(state_->exitsInClose);
  }

 private:
  static void exitIf(bool& exits) {
    if (std::exchange(exits, false)) ::pthread_exit(nullptr);
  }

  std::shared_ptr<State> state_;
};

class UnwindingTest : public testing::Test {
 protected:
  /// Runs `work` in a new thread, which `work` must end.
  template <typename Work>
  static void expectExit(Work work) {
    bool returned = false;
    std::thread thread([&] {
      work();
      returned = true;
    });
    thread.join();
    EXPECT_FALSE(returned);
  }

  std::unique_ptr<ExitingStream> stream() const { return std::make_unique<ExitingStream>(state_); }

  std::shared_ptr<ExitingStream::State> state_ = std::make_shared<ExitingStream::State>();
};

TEST_F(UnwindingTest, PassesThroughAWriterThatIsClosing) {
  state_->exitsInWrite = true;
  expectExit([&] {
    PrintWriter out(stream());
    out.print("x");
    out.close();
  });
}

TEST_F(UnwindingTest, PassesThroughAWriterWhoseFlushHasFailed) {
  state_->failsToFlush = true;
  state_->exitsInClose = true;
  expectExit([&] {
    BufferedWriter out(stream());
    out.write("x");
    out.close();
  });
  EXPECT_EQ(state_->closeCount, 1);
}

TEST_F(UnwindingTest, PassesThroughAReaderThatFlushesATiedWriter) {
  state_->exitsInWrite = true;
  PrintWriter out(stream());
  out.print("x");
  expectExit([&] {
    BufferedReader in(ByteArrayInputStream(""));
    in.tie(out);
    in.readLine();
  });
  EXPECT_TRUE(out.error() == std::errc::interrupted) << "the text is lost";
}

}  // namespace
