// SPDX-License-Identifier: MIT
//
// Reading files: bytes, positions, failures and closing. tests/behaviour/file_transfer_test.cpp sends them to sockets.
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/file_input_stream.hpp>
#include <netlite/file_output_stream.hpp>

#include "support/files.hpp"
#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::string_literals;

class FileInputStreamTest : public testing::Test {
 protected:
  FileInputStream opened(const std::string& bytes) {
    file_.write(bytes);
    return FileInputStream(file_.path());
  }

  ScratchFile file_{"file_input_stream"};
};

TEST_F(FileInputStreamTest, ReadsTheFileAndThenTheEnd) {
  FileInputStream stream = opened("a\0\r\n\xFF"s);
  EXPECT_EQ(stream.read(), 'a');
  EXPECT_EQ(stream.readAllBytes(), "\0\r\n\xFF"s);
  EXPECT_EQ(stream.read(), -1);
}

TEST_F(FileInputStreamTest, AnEmptyFileIsAtItsEnd) { EXPECT_EQ(opened("").read(), -1); }

TEST_F(FileInputStreamTest, ReadAllowsNullOnlyWithSizeZero) {
  FileInputStream stream = opened("a");
  EXPECT_EQ(stream.read(nullptr, 0), 0U);
  EXPECT_THROW(stream.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.read(), 'a');
}

TEST_F(FileInputStreamTest, AFileThatGrowsCanBeReadOn) {
  FileInputStream stream = opened("a");
  EXPECT_EQ(stream.readAllBytes(), "a");
  FileOutputStream(file_.path(), true).write("bc"s);
  EXPECT_EQ(stream.readAllBytes(), "bc");
}

TEST_F(FileInputStreamTest, CopiesShareThePosition) {
  FileInputStream stream = opened("abc");
  FileInputStream copy = stream;
  EXPECT_EQ(stream.read(), 'a');
  EXPECT_EQ(copy.read(), 'b');
  EXPECT_EQ(stream.read(), 'c');
}

TEST_F(FileInputStreamTest, AvailableCountsTheRemainingBytes) {
  FileInputStream stream = opened("abcde");
  stream.read();
  EXPECT_EQ(stream.available(), 4U);
  EXPECT_EQ(stream.readAllBytes(), "bcde");
  EXPECT_EQ(stream.available(), 0U);
}

TEST_F(FileInputStreamTest, SkipStopsAtTheEnd) {
  FileInputStream stream = opened("abcde");
  EXPECT_EQ(stream.skip(2), 2U);
  EXPECT_EQ(stream.read(), 'c');
  EXPECT_EQ(stream.skip(std::numeric_limits<std::size_t>::max()), 2U);
  EXPECT_EQ(stream.read(), -1);
}

TEST_F(FileInputStreamTest, PutsBackBytesThatATransferCouldNotWrite) {
  const std::string bytes = patternOf(100000);
  FileInputStream stream = opened(bytes);
  stream.read();
  RecordingOutputStream broken;
  broken.fails(std::errc::broken_pipe);
  EXPECT_THROW(stream.transferTo(broken), SocketException);
  EXPECT_EQ(stream.available(), 99999U);
  EXPECT_EQ(stream.skip(50000), 50000U);
  EXPECT_EQ(stream.readAllBytes(), bytes.substr(50001));
}

TEST_F(FileInputStreamTest, TransfersToAnotherStream) {
  const std::string bytes = patternOf(100000);
  FileInputStream stream = opened(bytes);
  ByteArrayOutputStream out;
  EXPECT_EQ(stream.transferTo(out), bytes.size());
  EXPECT_EQ(out.toString(), bytes);
}

TEST_F(FileInputStreamTest, AMissingFileIsNamed) {
  const std::string path = file_.path() + ".missing";
  const auto exception = thrownBy<FileNotFoundException>([&] { FileInputStream{path}; });
  EXPECT_EQ(exception.code(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(std::string(exception.what()).find("open " + path + ": "), 0U) << exception.what();
}

TEST_F(FileInputStreamTest, AnEmptyPathIsNotFound) {
  const auto exception = thrownBy<FileNotFoundException>([] { FileInputStream{""}; });
  EXPECT_EQ(exception.code(), std::errc::no_such_file_or_directory);
}

TEST_F(FileInputStreamTest, AFolderCannotBeOpened) {
  const auto exception = thrownBy<FileNotFoundException>([] { FileInputStream{"."}; });
  EXPECT_TRUE(exception.code() == std::errc::is_a_directory || exception.code() == std::errc::permission_denied);
}

TEST_F(FileInputStreamTest, APathIsNotCutAtANul) {
  file_.write("a");
  const auto exception = thrownBy<FileNotFoundException>([&] { FileInputStream(file_.path() + "\0x"s); });
  EXPECT_EQ(exception.code(), std::errc::invalid_argument);
}

TEST_F(FileInputStreamTest, APathIsUtf8) {
  const ScratchFile file("\xED\x95\x9C\xEA\xB8\x80 \xF0\x9F\x98\x80");  // Korean, and a character beyond U+FFFF
  FileOutputStream(file.path()).write("a"s);
  EXPECT_EQ(FileInputStream(file.path()).readAllBytes(), "a");
  EXPECT_TRUE(file.exists());
}

TEST_F(FileInputStreamTest, AClosedStreamThrows) {
  FileInputStream stream = opened("abc");
  FileInputStream copy = stream;
  stream.close();
  stream.close();
  const auto exception = thrownBy<IOException>([&] { copy.read(); });
  EXPECT_EQ(exception.code(), std::errc::operation_canceled);
  EXPECT_EQ(exception.what(), "read " + file_.path() + ": Stream closed");
  EXPECT_THROW(copy.available(), IOException);
  EXPECT_THROW(copy.skip(1), IOException);
  EXPECT_EQ(copy.read(nullptr, 0), 0U);
}

TEST_F(FileInputStreamTest, AnAssignedCopyRefersToTheOtherFile) {
  FileInputStream stream = opened("a");
  const ScratchFile other("file_input_stream_other");
  other.write("b");
  stream = FileInputStream(other.path());
  EXPECT_EQ(stream.readAllBytes(), "b");
}

}  // namespace
