// SPDX-License-Identifier: MIT
//
// File streams on what only POSIX has: pipes with names, devices and programs that are executed.
#include <netlite/exceptions.hpp>
#include <netlite/file_input_stream.hpp>
#include <netlite/file_output_stream.hpp>

#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/files.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace netlite;
using namespace netlite::test;

class PosixFileStreamTest : public testing::Test {
 protected:
  ScratchFile file_{"posix_file_stream"};
};

TEST_F(PosixFileStreamTest, AFullDiskIsReported) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "this system has no /dev/full";
  FileOutputStream stream("/dev/full", true);
  const auto exception = thrownBy<IOException>([&] { stream.write('a'); });
  EXPECT_EQ(exception.code(), std::errc::no_space_on_device);
  EXPECT_EQ(std::string(exception.what()).find("write /dev/full: "), 0U) << exception.what();
}

// SIGPIPE would end the test program.
TEST_F(PosixFileStreamTest, APipeWithoutAReaderIsReportedAndRaisesNoSignal) {
  ::signal(SIGPIPE, SIG_DFL);
  ASSERT_EQ(::mkfifo(file_.path().c_str(), 0600), 0);
  const int reader = ::open(file_.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  FileOutputStream pipe(file_.path());
  ::close(reader);
  const auto exception = thrownBy<IOException>([&] { pipe.write('a'); });
  EXPECT_EQ(exception.code(), std::errc::broken_pipe);
}

TEST_F(PosixFileStreamTest, APermissionThatIsMissingIsReported) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  file_.write("a");
  ::chmod(file_.path().c_str(), 0);
  const auto exception = thrownBy<FileNotFoundException>([&] { FileInputStream{file_.path()}; });
  EXPECT_EQ(exception.code(), std::errc::permission_denied);
}

// The descriptor must not be freed while a read waits in the system.
TEST_F(PosixFileStreamTest, CloseDoesNotWaitForAReaderOfAPipe) {
  ASSERT_EQ(::mkfifo(file_.path().c_str(), 0600), 0);
  const int keptOpen = ::open(file_.path().c_str(), O_RDWR | O_CLOEXEC);
  FileInputStream pipe(file_.path());
  int got = 0;
  BlockedThread reader([&, copy = pipe]() mutable { got = copy.read(); });
  reader.waitUntilAsleep();
  const std::size_t descriptors = openDescriptors().size();
  pipe.close();
  EXPECT_EQ(openDescriptors().size(), descriptors);
  EXPECT_THROW(pipe.read(), IOException);
  EXPECT_FALSE(reader.hasEnded());
  EXPECT_EQ(::write(keptOpen, "x", 1), 1);
  reader.join();
  EXPECT_EQ(got, 'x');
  ::close(keptOpen);
}

TEST_F(PosixFileStreamTest, APipeIsReadToItsEnd) {
  ASSERT_EQ(::mkfifo(file_.path().c_str(), 0600), 0);
  BlockedThread writer([this] { FileOutputStream(file_.path()).write(std::string(100000, 'p')); });
  FileInputStream pipe(file_.path());
  EXPECT_EQ(pipe.available(), 0U);
  EXPECT_EQ(pipe.skip(10), 10U);
  EXPECT_EQ(pipe.readAllBytes(), std::string(99990, 'p'));
  writer.join();
}

// The system itself mixes long writes to a pipe.
TEST_F(PosixFileStreamTest, WritesOfSeveralThreadsToAPipeAreNotMixed) {
  constexpr std::size_t kPiece = 300000;
  ASSERT_EQ(::mkfifo(file_.path().c_str(), 0600), 0);
  const int keptOpen = ::open(file_.path().c_str(), O_RDWR | O_CLOEXEC);
  FileInputStream in(file_.path());
  FileOutputStream out(file_.path());
  BlockedThread first([out]() mutable { out.write(std::string(kPiece, 'a')); });
  first.waitUntilAsleep();
  BlockedThread second([out]() mutable { out.write(std::string(kPiece, 'b')); });
  second.waitUntilAsleep();
  std::string bytes(2 * kPiece, '\0');
  in.readFully(bytes.data(), bytes.size());
  EXPECT_TRUE(bytes == std::string(kPiece, 'a') + std::string(kPiece, 'b'));
  first.join();
  second.join();
  ::close(keptOpen);
}

TEST_F(PosixFileStreamTest, ExecutedProgramsDoNotInheritTheFile) {
  const FileOutputStream out(file_.path());
  const FileInputStream in(file_.path());
  const std::string command = "! ls -l /dev/fd/ 2>/dev/null | grep -q '" + file_.path() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
