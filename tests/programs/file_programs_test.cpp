// SPDX-License-Identifier: MIT
//
// Tests file_server and file_client: what they copy, what they refuse, and what they leave behind when it breaks.
// Thread-safety: each test has its own programs and folders.
#include "examples/support/checksum.hpp"
#include "examples/support/progress_line.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/programs.hpp"
#include "support/sanitizers.hpp"
#include "support/system.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace netlite::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMoreThanBuffersHold = 64 << 20;
const std::string kKorean = "한글 이름 🙂.txt";

// An empty folder, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() { fs::create_directories(path_); }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path() const { return path_.u8string(); }
  fs::path at(const std::string& name) const { return path_ / fs::u8path(name); }
  std::string pathOf(const std::string& name) const { return at(name).u8string(); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
  }
  void writeSparse(const std::string& name, std::uintmax_t size) const {
    write(name, "");
    fs::resize_file(at(name), size);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename().u8string());
    return names;
  }
  bool isEmpty() const { return names().empty(); }

 private:
  const fs::path path_ = fs::temp_directory_path() / ("netlite_files_" + std::to_string(std::random_device()()));
};

std::uint64_t checksumOf(const std::string& bytes) {
  example::Checksum checksum;
  checksum.add(bytes.data(), bytes.size());
  return checksum.value();
}

std::int64_t longOf(std::uint64_t number) { return static_cast<std::int64_t>(number); }

// A program's end.
struct Ended {
  int code = -1;
  std::string output;
  std::string errors;
};

Ended ended(Process program) {
  Ended end;
  end.errors = program.err.readAll();
  end.code = program.wait();
  end.output = program.output;
  return end;
}

// The lines of a text.
std::ptrdiff_t lineCount(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

// The other side of a program, speaking the protocol of support/file_transfer.hpp.
struct FilePeer {
  explicit FilePeer(Socket connected) : socket(std::move(connected)) {
    socket.setSoTimeout(std::chrono::seconds(30));
    socket.setWriteTimeout(std::chrono::seconds(30));
  }
  explicit FilePeer(int port) : FilePeer(Socket(InetAddress::getLoopbackAddress(), port)) {}

  void ask(const std::string& command, const std::string& name) {
    out.writeUTF(command);
    out.writeUTF(name);
  }
  void writeLongs(const std::vector<std::int64_t>& values) {
    for (const std::int64_t value : values) out.writeLong(value);
  }
  // Takes the digest of what the program has.
  std::int64_t readHave() {
    const std::int64_t length = in.readLong();
    in.readLong();
    return length;
  }

  Socket socket;
  DataInputStream in{socket.getInputStream()};
  DataOutputStream out{socket.getOutputStream()};
};

class FilePrograms : public testing::Test {
 protected:
  Server server(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"0", "--folder", shared_.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Server("file_server", arguments);
  }

  static Ended run(const Server& server, const std::vector<std::string>& command) {
    return ended(client("file_client", server.port, command));
  }

  Ended get(const Server& server, const std::string& name) const {
    return run(server, {"get", name, here_.pathOf("local")});
  }
  Ended put(const Server& server, const std::string& name) const {
    return run(server, {"put", here_.pathOf("local"), name});
  }

  // The server refuses, in one line with this reason, and goes on.
  static void expectRefusal(const Ended& end, const std::string& reason) {
    EXPECT_EQ(end.code, 1);
    EXPECT_EQ(end.output, "");
    EXPECT_EQ(lineCount(end.errors), 1) << end.errors;
    EXPECT_NE(end.errors.find(reason), std::string::npos) << end.errors;
  }

  // Starts file_client with the test as its server.
  std::pair<Process, FilePeer> clientOfTest(const std::vector<std::string>& command) const {
    ServerSocket listener = loopbackServer();
    Process program = client("file_client", listener.getLocalPort(), command);
    listener.setSoTimeout(std::chrono::seconds(30));
    return {std::move(program), FilePeer(listener.accept())};
  }

  // Leaves the first `size` bytes of a file with a client that is getting it.
  void breakGetAfter(const std::string& bytes, std::size_t size) const {
    auto [program, peer] = clientOfTest({"get", "name", here_.pathOf("local")});
    EXPECT_EQ(peer.in.readUTF(), "get");
    EXPECT_EQ(peer.in.readUTF(), "name");
    peer.readHave();
    peer.out.writeUTF("");
    peer.writeLongs({longOf(bytes.size()), 0});
    peer.out.writeBytes(bytes.substr(0, size));
    peer.socket.close();
    const Ended end = ended(std::move(program));
    expectRefusal(end, "the connection ended too early");
    EXPECT_FALSE(fs::exists(here_.at("local"))) << "an incomplete file has the final name";
  }

  void breakPutAfter(const Server& server, const std::string& bytes, std::size_t size) const {
    FilePeer peer(server.port);
    peer.ask("put", "name");
    EXPECT_EQ(peer.in.readUTF(), "");
    peer.readHave();
    peer.writeLongs({longOf(bytes.size()), 0});
    peer.out.writeBytes(bytes.substr(0, size));
    peer.socket.shutdownOutput();
    EXPECT_EQ(peer.in.readUTF(), "the connection ended too early");
    EXPECT_FALSE(fs::exists(shared_.at("name"))) << "an incomplete file has the final name";
  }

  ScratchFolder shared_;
  ScratchFolder here_;
};

// ---- copying ----

TEST_F(FilePrograms, ListShowsFilesAndTheirSizes) {
  shared_.write("b", "four");
  shared_.write(kKorean, "");
  fs::create_directory(shared_.at("folder"));
  const Server server = this->server();
  const Ended end = run(server, {"list"});
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.output, "             4  b\n             0  " + kKorean + "\n");
  EXPECT_EQ(end.errors, "");
}

TEST_F(FilePrograms, GetCopiesTheBytes) {
  const std::string bytes = patternOf(3000000);
  shared_.write("name", bytes);
  const Server server = this->server();
  const Ended end = get(server, "name");
  EXPECT_EQ(end.code, 0) << end.errors;
  EXPECT_EQ(end.output, "got name: 3000000 bytes\n");
  EXPECT_TRUE(here_.read("local") == bytes);
  EXPECT_EQ(here_.names(), std::vector<std::string>{"local"});
}

TEST_F(FilePrograms, PutCopiesTheBytes) {
  const std::string bytes = patternOf(3000000);
  here_.write("local", bytes);
  const Server server = this->server();
  const Ended end = put(server, "name");
  EXPECT_EQ(end.code, 0) << end.errors;
  EXPECT_EQ(end.output, "put name: 3000000 bytes\n");
  EXPECT_TRUE(shared_.read("name") == bytes);
  EXPECT_EQ(shared_.names(), std::vector<std::string>{"name"});
}

TEST_F(FilePrograms, EmptyFilesAndKoreanNamesTravel) {
  here_.write(kKorean, "");
  const Server server = this->server();
  EXPECT_EQ(run(server, {"put", here_.pathOf(kKorean)}).output, "put " + kKorean + ": 0 bytes\n");
  EXPECT_TRUE(fs::exists(shared_.at(kKorean)));
  EXPECT_EQ(run(server, {"get", kKorean, here_.pathOf("copy")}).code, 0);
  EXPECT_TRUE(fs::exists(here_.at("copy")));
}

TEST_F(FilePrograms, ANameMayHave255Bytes) {
  const std::string name(255, 'n');
  here_.write("local", "x");
  const Server server = this->server();
  EXPECT_EQ(put(server, name).code, 0);
  EXPECT_EQ(get(server, name).code, 0);
}

TEST_F(FilePrograms, AFileThatExistsIsReplaced) {
  shared_.write("name", "new");
  here_.write("local", "much older");
  const Server server = this->server();
  EXPECT_EQ(get(server, "name").code, 0);
  EXPECT_EQ(here_.read("local"), "new");
  here_.write("local", "newest");
  EXPECT_EQ(put(server, "name").code, 0);
  EXPECT_EQ(shared_.read("name"), "newest");
}

TEST_F(FilePrograms, TheServersMemoryStaysFlat) {
  constexpr long kFewKiB = 20000;
  shared_.writeSparse("name", 64 << 20);
  Server server = this->server();
  EXPECT_EQ(get(server, "name").code, 0);
  EXPECT_EQ(put(server, "other").code, 0);
  EXPECT_LT(peakMemory(server.process.started()), kFewKiB);
}

// Nearly all of it is there already, so that the test does not wait for the disk.
TEST_F(FilePrograms, FilesOfMoreThanFourGibibytesTravel) {
  if (kInstrumented || runsOnWindows()) GTEST_SKIP() << "takes too long, or has no sparse files";
  constexpr std::uintmax_t kHave = std::uintmax_t{4} << 30;
  constexpr std::uintmax_t kSize = kHave + 12345;
  shared_.writeSparse("name", kSize);
  breakGetAfter(std::string(100000, '\0'), 50000);
  ASSERT_EQ(here_.names().size(), 1U);
  fs::resize_file(here_.at(here_.names().front()), kHave);
  const Server server = this->server();
  Process program = client("file_client", server.port, {"get", "name", here_.pathOf("local")});
  EXPECT_EQ(program.waitWithoutReading(), 0);  // without optimization the checksums may take longer than a read waits
  EXPECT_EQ(program.out.readAll(),
            "got name: " + std::to_string(kSize) + " bytes, " + std::to_string(kHave) + " of them earlier\n");
  EXPECT_EQ(fs::file_size(here_.at("local")), kSize);
}

// ---- broken transfers ----

TEST_F(FilePrograms, ABrokenGetIsContinued) {
  const std::string bytes = patternOf(200000);
  shared_.write("name", bytes);
  breakGetAfter(bytes, 100016);
  const Server server = this->server();
  EXPECT_EQ(get(server, "name").output, "got name: 200000 bytes, 100000 of them earlier\n");
  EXPECT_TRUE(here_.read("local") == bytes);
  EXPECT_EQ(here_.names(), std::vector<std::string>{"local"});
}

TEST_F(FilePrograms, ABrokenPutIsContinued) {
  const std::string bytes = patternOf(200000);
  here_.write("local", bytes);
  const Server server = this->server();
  breakPutAfter(server, bytes, 100016);
  EXPECT_EQ(run(server, {"list"}).output, "");
  EXPECT_EQ(put(server, "name").output, "put name: 200000 bytes, 100000 of them earlier\n");
  EXPECT_TRUE(shared_.read("name") == bytes);
  EXPECT_EQ(shared_.names(), std::vector<std::string>{"name"});
}

TEST_F(FilePrograms, AnInterruptedGetIsContinued) {
  shared_.writeSparse("name", kMoreThanBuffersHold);
  auto [program, peer] = clientOfTest({"get", "name", here_.pathOf("local")});
  peer.in.readUTF();
  peer.in.readUTF();
  peer.readHave();
  peer.out.writeUTF("");
  peer.writeLongs({longOf(kMoreThanBuffersHold), 0});
  peer.out.writeBytes(std::string(100000, '\0'));
  eventually([this] { return here_.names().size() == 1 && fs::file_size(here_.at(here_.names().front())) > 0; });
  program.send(gracefulStopSignals().back());
  EXPECT_EQ(program.wait(), 0);
  peer.socket.close();
  const Server server = this->server();
  EXPECT_NE(get(server, "name").output.find(" of them earlier\n"), std::string::npos);
}

TEST_F(FilePrograms, AFileThatHasChangedIsGotFromItsBeginning) {
  const std::string bytes = patternOf(200000);
  breakGetAfter(bytes, 100000);
  shared_.write("name", "x" + bytes);
  const Server server = this->server();
  EXPECT_EQ(get(server, "name").output, "got name: 200001 bytes\n");
  EXPECT_TRUE(here_.read("local") == "x" + bytes);
}

TEST_F(FilePrograms, AFileThatHasBecomeShorterIsPutFromItsBeginning) {
  const std::string bytes = patternOf(200000);
  const Server server = this->server();
  breakPutAfter(server, bytes, 100000);
  here_.write("local", bytes.substr(0, 5000));
  EXPECT_EQ(put(server, "name").output, "put name: 5000 bytes\n");
  EXPECT_TRUE(shared_.read("name") == bytes.substr(0, 5000));
}

// ---- damaged transfers ----

TEST_F(FilePrograms, ADamagedGetLeavesNothing) {
  auto [program, peer] = clientOfTest({"get", "name", here_.pathOf("local")});
  peer.in.readUTF();
  peer.in.readUTF();
  peer.readHave();
  peer.out.writeUTF("");
  peer.writeLongs({5, 0});
  peer.out.writeBytes("bytes");
  peer.writeLongs({5, longOf(checksumOf("byte5"))});
  peer.socket.shutdownOutput();
  expectRefusal(ended(std::move(program)), "get name: the checksums differ");
  EXPECT_TRUE(here_.isEmpty());
}

TEST_F(FilePrograms, ADamagedPutLeavesNothing) {
  const Server server = this->server();
  FilePeer peer(server.port);
  peer.ask("put", "name");
  EXPECT_EQ(peer.in.readUTF(), "");
  EXPECT_EQ(peer.readHave(), 0);
  peer.writeLongs({5, 0});
  peer.out.writeBytes("bytes");
  peer.writeLongs({5, longOf(checksumOf("byte5"))});
  peer.socket.shutdownOutput();
  EXPECT_EQ(peer.in.readUTF(), "the checksums differ");
  EXPECT_TRUE(shared_.isEmpty());
}

// The beginning of a file, followed by what looks like its digest.
TEST_F(FilePrograms, AFileThatIsCutShortIsNotTakenForWhole) {
  auto [program, peer] = clientOfTest({"get", "name", here_.pathOf("local")});
  peer.in.readUTF();
  peer.in.readUTF();
  peer.readHave();
  peer.out.writeUTF("");
  peer.writeLongs({1000, 0});
  peer.out.writeBytes("bytes");
  peer.writeLongs({5, longOf(checksumOf("bytes"))});
  peer.socket.shutdownOutput();
  expectRefusal(ended(std::move(program)), "get name: the connection ended too early");
  EXPECT_FALSE(fs::exists(here_.at("local")));
}

TEST_F(FilePrograms, APutThatTheServerHasDamagedIsReported) {
  here_.write("local", "bytes");
  auto [program, peer] = clientOfTest({"put", here_.pathOf("local"), "name"});
  peer.in.readUTF();
  peer.in.readUTF();
  peer.out.writeUTF("");
  peer.writeLongs({0, 0});
  EXPECT_EQ(peer.in.readLong(), 5);
  peer.in.readAllBytes();
  peer.out.writeUTF("");
  peer.out.writeLong(longOf(checksumOf("byte5")));
  expectRefusal(ended(std::move(program)), "local: the checksums differ");
}

TEST_F(FilePrograms, AFileThatShrinksIsReportedAndTheServerGoesOn) {
  shared_.writeSparse("name", kMoreThanBuffersHold);
  const Server server = this->server();
  FilePeer peer(server.port);
  peer.ask("get", "name");
  peer.writeLongs({0, 0});
  EXPECT_EQ(peer.in.readUTF(), "");
  EXPECT_EQ(peer.in.readLong(), longOf(kMoreThanBuffersHold));
  EXPECT_EQ(peer.in.readLong(), 0);
  EXPECT_EQ(peer.in.read(), 0);
  fs::resize_file(shared_.at("name"), 1);
  const std::string rest = peer.in.readAllBytes();
  ASSERT_GT(rest.size(), 16U);
  EXPECT_EQ(rest.substr(rest.size() - 16, 8), std::string(8, '\xFF')) << "the length -1";
  EXPECT_EQ(run(server, {"list"}).code, 0);
}

TEST_F(FilePrograms, AFileThatHasShrunkIsNotKept) {
  auto [program, peer] = clientOfTest({"get", "name", here_.pathOf("local")});
  peer.in.readUTF();
  peer.in.readUTF();
  peer.readHave();
  peer.out.writeUTF("");
  peer.writeLongs({1000, 0});
  peer.out.writeBytes("bytes");
  peer.writeLongs({-1, 0});
  peer.socket.shutdownOutput();
  expectRefusal(ended(std::move(program)), "get name: the file has shrunk while it was sent");
  EXPECT_TRUE(here_.isEmpty());
}

TEST_F(FilePrograms, AFileThatGrowsIsSentToItsPresentEnd) {
  shared_.writeSparse("name", kMoreThanBuffersHold);
  const Server server = this->server();
  FilePeer peer(server.port);
  peer.ask("get", "name");
  peer.writeLongs({0, 0});
  EXPECT_EQ(peer.in.readUTF(), "");
  peer.in.readLong();
  peer.in.readLong();
  EXPECT_EQ(peer.in.read(), 0);
  fs::resize_file(shared_.at("name"), kMoreThanBuffersHold + 7);
  EXPECT_EQ(peer.in.readAllBytes().size(), kMoreThanBuffersHold + 7 - 1 + 16);
}

TEST_F(FilePrograms, TwoClientsCannotPutTheSameFileAtTheSameTime) {
  const Server server = this->server();
  FilePeer first(server.port);
  first.ask("put", "name");
  EXPECT_EQ(first.in.readUTF(), "");
  here_.write("local", "x");
  expectRefusal(put(server, "name"), "local: another transfer is writing it");
  EXPECT_EQ(put(server, "other").code, 0);
}

// ---- what the server refuses ----

struct Refused {
  std::string name;
  std::string reason;
};

class FileNames : public FilePrograms, public testing::WithParamInterface<Refused> {};

INSTANTIATE_TEST_SUITE_P(Refused, FileNames,
                         testing::Values(Refused{"", "the name is empty"}, Refused{".", "that is a folder"},
                                         Refused{"..", "that is a folder"},
                                         Refused{"../secret", "a name must not contain a path"},
                                         Refused{"/etc/passwd", "a name must not contain a path"},
                                         Refused{"folder/../../secret", "a name must not contain a path"},
                                         Refused{"..\\secret", "a name must not contain a path"},
                                         Refused{"C:\\secret", "a name must not contain a path"},
                                         Refused{"a\nb", "the name has control characters"},
                                         Refused{std::string("secret\0x", 8), "the name has control characters"},
                                         Refused{std::string(256, 'n'), "the name is longer than 255 bytes"},
                                         Refused{".netlite-partial-0", "that is the name of an incomplete file"}));

TEST_P(FileNames, AreRefused) {
  Server server = this->server();
  for (const char* command : {"get", "put"}) {
    FilePeer peer(server.port);
    peer.ask(command, GetParam().name);
    if (command == std::string("get")) peer.writeLongs({0, 0});
    EXPECT_EQ(peer.in.readUTF(), GetParam().reason) << command;
  }
  EXPECT_TRUE(shared_.isEmpty());
  EXPECT_EQ(run(server, {"list"}).code, 0);
}

TEST_F(FilePrograms, ARefusalIsOneLine) {
  const Server server = this->server();
  expectRefusal(get(server, "missing"), "file_client: get missing: ");
  expectRefusal(get(server, "../secret"), "file_client: get ../secret: a name must not contain a path");
  expectRefusal(get(server, "a\nb"),
                "file_client: get a\xEF\xBF\xBD"
                "b: the name has control characters");
  EXPECT_TRUE(here_.isEmpty());
}

TEST_F(FilePrograms, AServerThatLeavesBeforeItsAnswerIsReported) {
  auto [program, peer] = clientOfTest({"list"});
  peer.in.readUTF();
  peer.socket.close();
  expectRefusal(ended(std::move(program)), "file_client: list: the connection ended too early");
}

TEST_F(FilePrograms, FoldersAreNotServed) {
  fs::create_directory(shared_.at("folder"));
  const Server server = this->server();
  expectRefusal(get(server, "folder"), "get folder: it is not a regular file");
  here_.write("local", "x");
  expectRefusal(put(server, "folder"), "local: it is not a regular file");
  EXPECT_EQ(shared_.names(), std::vector<std::string>{"folder"});
}

TEST_F(FilePrograms, AReadOnlyServerReceivesNothing) {
  shared_.write("name", "old");
  here_.write("local", "new");
  const Server server = this->server({"--read-only"});
  expectRefusal(put(server, "name"), "local: the server is read-only");
  EXPECT_EQ(shared_.read("name"), "old");
  EXPECT_EQ(get(server, "name").code, 0);
}

TEST_F(FilePrograms, AnUnknownCommandIsRefused) {
  const Server server = this->server();
  FilePeer peer(server.port);
  peer.ask("remove", "name");
  EXPECT_EQ(peer.in.readUTF(), "there is no command 'remove'");
}

TEST_F(FilePrograms, AClientThatLeavesEarlyHarmsNobody) {
  Server server = this->server();
  { FilePeer(server.port).out.writeShort(5); }
  FilePeer(server.port).socket.close();
  EXPECT_EQ(run(server, {"list"}).code, 0);
  EXPECT_EQ(server.end(), 0);
}

TEST_F(FilePrograms, TheServerEndsDuringATransfer) {
  if (gracefulStopSignals().empty()) GTEST_SKIP();
  shared_.writeSparse("name", kMoreThanBuffersHold);
  Server server = this->server();
  FilePeer peer(server.port);
  peer.ask("get", "name");
  peer.writeLongs({0, 0});
  EXPECT_EQ(peer.in.readUTF(), "");
  EXPECT_EQ(server.end(), 0);
}

// ---- the command line ----

TEST_F(FilePrograms, WrongArgumentsGiveOneLineAndExitCodeTwo) {
  const std::vector<std::vector<std::string>> commands{
      example("file_server", {"0"}),
      example("file_server", {"0", "--folder", shared_.pathOf("missing")}),
      example("file_client", {}),
      example("file_client", {"localhost", "6000", "remove", "x"}),
      example("file_client", {"localhost", "x", "list"}),
      example("file_client", {"list", "x"}),
      example("file_client", {"get"}),
      example("file_client", {"put", "a", "b", "c"})};
  for (const auto& command : commands) {
    const Ended end = ended(Process(command));
    EXPECT_EQ(end.code, 2) << command.back();
    EXPECT_EQ(lineCount(end.errors), 1) << end.errors;
  }
}

TEST_F(FilePrograms, ALocalFileThatIsMissingIsReported) {
  const Server server = this->server();
  expectRefusal(put(server, "name"), "local: ");
  const std::string path = here_.pathOf("missing/local");
  expectRefusal(run(server, {"get", "name", path}), "get name: " + path + ": ");
}

TEST_F(FilePrograms, ProgressIsShownAtATerminalOnly) {
  ServerSocket listener = loopbackServer();
  Process program = Process::atTerminal(example(
      "file_client", {"localhost", std::to_string(listener.getLocalPort()), "get", kKorean, here_.pathOf("local")}));
  listener.setSoTimeout(std::chrono::seconds(30));
  FilePeer peer(listener.accept());
  peer.in.readUTF();
  peer.in.readUTF();
  peer.readHave();
  peer.out.writeUTF("");
  peer.writeLongs({4, 0});
  peer.out.writeBytes(std::string("ab") + std::string(16, 'x'));
  program.out.readUntil("한글");
  program.out.readUntil("%");
  peer.socket.close();
  program.waitWithoutReading();
}

TEST_F(FilePrograms, AShortTransferShowsItsProgressToo) {
  if (runsOnWindows()) GTEST_SKIP() << "the console passes on no text that is removed at once";
  shared_.write(kKorean, "short");
  const Server server = this->server();
  Process program = Process::atTerminal(
      example("file_client", {"localhost", server.portText(), "get", kKorean, here_.pathOf("local")}));
  program.out.readUntil("100%");
  EXPECT_EQ(program.waitWithoutReading(), 0);
}

TEST(ProgressLine, ShowsShareRateAndTimeLeft) {
  example::TransferState state;
  state.size = 4 << 20;
  state.position = 1 << 20;
  state.seconds = 2;
  EXPECT_EQ(example::progressLine("name", state), "name [#####               ] 25%  512 KiB/s  0:06 left");
}

TEST(ProgressLine, CountsTheRateFromWhereTheTransferContinued) {
  example::TransferState state;
  state.size = 4000;
  state.start = 1000;
  state.position = 2000;
  state.seconds = 1;
  EXPECT_EQ(example::progressLine("name", state), "name [##########          ] 50%  1000 B/s  0:02 left");
}

TEST(ProgressLine, CutsALongNameBetweenCharacters) {
  example::TransferState state;
  state.size = 1;
  EXPECT_EQ(example::progressLine("가나다라마바사아자차카타파하", state).find("가나다라마바사아자차카타 ["), 0U);
}

TEST(ProgressLine, UnderstandsHoursAndGibibytes) {
  EXPECT_EQ(example::duration(3725), "1:02:05");
  EXPECT_EQ(example::byteCount(1.5 * 1024 * 1024 * 1024), "1.5 GiB");
}

// ---- the checksum, with the values of xxh64sum ----

TEST(ChecksumTest, IsXxh64) {
  std::string bytes(1000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>((i * 7 + 3) % 256);
  const std::vector<std::pair<std::size_t, std::uint64_t>> known{
      {0, 0xef46db3751d8e999},  {1, 0x1f25c8d0bc1f4bb6},   {3, 0x31d2363f52e564c9},   {4, 0x9bb64b7d66ee9fda},
      {7, 0x9a7b149959ce60d8},  {8, 0xdab99d95c6f90092},   {31, 0xa2aa5f33cc4a6119},  {32, 0x23c3c17ef790fd97},
      {33, 0x50a7cfc7ba588784}, {100, 0xa61f8d4c170fe531}, {1000, 0x5f235fa033f1a3fb}};
  for (const auto& [size, value] : known) EXPECT_EQ(checksumOf(bytes.substr(0, size)), value) << size;
}

TEST(ChecksumTest, DoesNotDependOnThePieces) {
  const std::string bytes = patternOf(1000);
  for (std::size_t piece = 1; piece < 100; ++piece) {
    example::Checksum checksum;
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      checksum.add(bytes.data() + i, std::min(piece, bytes.size() - i));
    }
    EXPECT_EQ(checksum.value(), checksumOf(bytes)) << piece;
  }
}

}  // namespace
}  // namespace netlite::test
