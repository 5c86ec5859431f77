// SPDX-License-Identifier: MIT
//
// Tests file_server and file_client with what only POSIX has: symbolic links, named pipes, and a disk that is full.
// Thread-safety: each test has its own programs and folders.
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace netlite::test {
namespace {

namespace fs = std::filesystem;

class PosixFiles : public testing::Test {
 protected:
  PosixFiles() {
    fs::create_directories(shared_);
    write(root_ / "secret", "secret");
  }
  ~PosixFiles() override { fs::remove_all(root_); }

  static void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
  static std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<std::string> serverCommand() const { return example("file_server", {"0", "--folder", shared_.string()}); }

  struct Ended {
    int code;
    std::string errors;
  };
  static Ended run(const Server& server, const std::vector<std::string>& command) {
    Process program = client("file_client", server.port, command);
    const std::string errors = program.err.readAll();
    return {program.wait(), errors};
  }
  Ended get(const Server& server, const std::string& name) const { return run(server, {"get", name, local_.string()}); }

  const fs::path root_ = fs::temp_directory_path() / ("netlite_links_" + std::to_string(std::random_device()()));
  const fs::path shared_ = root_ / "shared";
  const fs::path local_ = root_ / "local";
};

// On other systems an argument is never that long.
TEST_F(PosixFiles, ANameThatCannotTravelIsRefused) {
  const Server server{Process(serverCommand())};
  write(local_, "x");
  const Ended end = run(server, {"put", local_.string(), std::string(65536, 'x')});
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.errors.find("local: the name is too long or not UTF-8"), std::string::npos) << end.errors;
}

TEST_F(PosixFiles, LinksThatLeadOutOfTheFolderAreRefused) {
  fs::create_symlink(root_ / "secret", shared_ / "absolute");
  fs::create_symlink("../secret", shared_ / "relative");
  fs::create_symlink("relative", shared_ / "indirect");
  fs::create_symlink("/proc/self/root" + (root_ / "secret").string(), shared_ / "magic");
  const Server server{Process(serverCommand())};
  for (const char* name : {"absolute", "relative", "indirect", "magic"}) {
    const Ended end = get(server, name);
    EXPECT_EQ(end.code, 1) << name;
    EXPECT_EQ(std::count(end.errors.begin(), end.errors.end(), '\n'), 1) << end.errors;
    EXPECT_FALSE(fs::exists(local_)) << name;
  }
  Process list = client("file_client", server.port, {"list"});
  EXPECT_EQ(list.wait(), 0);
  EXPECT_EQ(list.output, "");
}

TEST_F(PosixFiles, ALinkIsReplacedAndNotFollowedByPut) {
  fs::create_symlink("../secret", shared_ / "link");
  write(local_, "new");
  const Server server{Process(serverCommand())};
  EXPECT_EQ(run(server, {"put", local_.string(), "link"}).code, 0);
  EXPECT_EQ(read(root_ / "secret"), "secret");
  EXPECT_FALSE(fs::is_symlink(shared_ / "link"));
  EXPECT_EQ(read(shared_ / "link"), "new");
}

TEST_F(PosixFiles, ANameThatIsNotUtf8IsNotListed) {
  write(shared_ / "\xFF", "x");
  write(shared_ / "name", "x");
  const Server server{Process(serverCommand())};
  Process list = client("file_client", server.port, {"list"});
  EXPECT_EQ(list.wait(), 0);
  EXPECT_EQ(list.output, "             1  name\n");
}

TEST_F(PosixFiles, ANamedPipeHoldsUpNobody) {
  ASSERT_EQ(::mkfifo((shared_ / "pipe").c_str(), 0600), 0);
  const Server server{Process(serverCommand())};
  EXPECT_NE(get(server, "pipe").errors.find("it is not a regular file"), std::string::npos);
}

TEST_F(PosixFiles, ADeviceIsNotReplacedByGet) {
  ASSERT_EQ(::mkfifo(local_.c_str(), 0600), 0);
  write(shared_ / "name", "x");
  const Server server{Process(serverCommand())};
  EXPECT_NE(get(server, "name").errors.find("it is not a regular file"), std::string::npos);
  EXPECT_TRUE(fs::is_fifo(local_));
}

TEST_F(PosixFiles, AMissingPermissionIsReported) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write(shared_ / "name", "x");
  ::chmod((shared_ / "name").c_str(), 0);
  const Server server{Process(serverCommand())};
  EXPECT_NE(get(server, "name").errors.find("Permission denied"), std::string::npos);
}

// A limit on the size of files stands for the end of the disk. The client has more to send than the server takes.
TEST_F(PosixFiles, AFullDiskIsReportedAndTheServerGoesOn) {
  write(local_, "");
  fs::resize_file(local_, 64 << 20);
  std::vector<std::string> command{"sh", "-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""};
  for (const std::string& word : serverCommand()) command.push_back(word);
  const Server server{Process(command)};
  const Ended end = run(server, {"put", local_.string(), "name"});
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.errors.find("File too large"), std::string::npos) << end.errors;
  EXPECT_EQ(std::count(end.errors.begin(), end.errors.end(), '\n'), 1) << end.errors;
  EXPECT_TRUE(fs::is_empty(shared_));
  EXPECT_EQ(run(server, {"list"}).code, 0);
}

TEST_F(PosixFiles, AFullDiskOfTheClientIsReported) {
  write(shared_ / "name", std::string(1000000, 'x'));
  const Server server{Process(serverCommand())};
  std::vector<std::string> command{"sh", "-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""};
  for (const std::string& word :
       example("file_client", {"localhost", server.portText(), "get", "name", local_.string()})) {
    command.push_back(word);
  }
  Process program(command);
  EXPECT_NE(program.err.readAll().find("get name: File too large"), std::string::npos);
  EXPECT_EQ(program.wait(), 1);
  EXPECT_FALSE(fs::exists(local_));
}

}  // namespace
}  // namespace netlite::test
