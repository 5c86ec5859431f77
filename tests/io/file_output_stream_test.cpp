// SPDX-License-Identifier: MIT
//
// Writing files: replacing, appending, failures and closing.
#include <netlite/exceptions.hpp>
#include <netlite/file_output_stream.hpp>
#include <netlite/print_writer.hpp>

#include "support/files.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::string_literals;

class FileOutputStreamTest : public testing::Test {
 protected:
  ScratchFile file_{"file_output_stream"};
};

TEST_F(FileOutputStreamTest, CreatesAFileWithItsBytesAsTheyAre) {
  FileOutputStream(file_.path()).write("a\0\n\r\n\x1A\xFF"s);
  EXPECT_EQ(file_.read(), "a\0\n\r\n\x1A\xFF"s);
}

TEST_F(FileOutputStreamTest, ReplacesWhatTheFileHad) {
  file_.write("much longer");
  FileOutputStream(file_.path()).write("new"s);
  EXPECT_EQ(file_.read(), "new");
}

TEST_F(FileOutputStreamTest, AppendsOnRequest) {
  file_.write("one ");
  FileOutputStream first(file_.path(), true);
  FileOutputStream second(file_.path(), true);
  first.write("two "s);
  second.write("three "s);
  first.write("four"s);
  EXPECT_EQ(file_.read(), "one two three four");
}

TEST_F(FileOutputStreamTest, WritesWithoutFlush) {
  FileOutputStream stream(file_.path());
  stream.write('a');
  EXPECT_EQ(file_.read(), "a");
}

TEST_F(FileOutputStreamTest, WriteAllowsNullOnlyWithSizeZero) {
  FileOutputStream stream(file_.path());
  stream.write(nullptr, 0);
  EXPECT_THROW(stream.write(nullptr, 1), std::invalid_argument);
}

TEST_F(FileOutputStreamTest, CopiesShareTheFile) {
  FileOutputStream stream(file_.path());
  PrintWriter(stream).println("a");
  stream.write("b"s);
  EXPECT_EQ(file_.read(), "a\nb");
}

TEST_F(FileOutputStreamTest, WritesOfSeveralThreadsAreNotMixed) {
  constexpr int kWrites = 200;
  const std::string piece(1000, 'a');
  FileOutputStream stream(file_.path());
  std::thread other([stream]() mutable {
    for (int i = 0; i < kWrites; ++i) stream.write(std::string(1000, 'b'));
  });
  for (int i = 0; i < kWrites; ++i) stream.write(piece);
  other.join();
  const std::string bytes = file_.read();
  ASSERT_EQ(bytes.size(), 2U * kWrites * piece.size());
  for (std::size_t i = 0; i < bytes.size(); i += piece.size()) {
    ASSERT_EQ(bytes.substr(i, piece.size()), std::string(piece.size(), bytes[i]));
  }
}

TEST_F(FileOutputStreamTest, AMissingFolderIsReported) {
  const std::string path = file_.path() + ".missing/file";
  const auto exception = thrownBy<FileNotFoundException>([&] { FileOutputStream{path}; });
  EXPECT_EQ(exception.code(), std::errc::no_such_file_or_directory);
  EXPECT_NE(std::string(exception.what()).find(path), std::string::npos) << exception.what();
}

TEST_F(FileOutputStreamTest, AFolderCannotBeWritten) { EXPECT_THROW(FileOutputStream{"."}, FileNotFoundException); }

TEST_F(FileOutputStreamTest, AClosedStreamThrows) {
  FileOutputStream stream(file_.path());
  FileOutputStream copy = stream;
  stream.close();
  stream.close();
  const auto exception = thrownBy<IOException>([&] { copy.write('a'); });
  EXPECT_EQ(exception.code(), std::errc::operation_canceled);
  EXPECT_EQ(exception.what(), "write " + file_.path() + ": Stream closed");
}

}  // namespace
