// SPDX-License-Identifier: MIT
//
// The example programs over Unix-domain sockets (--unix).
#include "support/eventually.hpp"
#include "support/programs.hpp"
#include "support/scratch_folder.hpp"
#include "support/system.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

class UnixDomainProgramsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (runsUnderWine()) GTEST_SKIP() << "Wine has no Unix-domain sockets";
  }

  Server serverOf(const std::string& name, std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--unix", path_});
    return Server(name, options);
  }

  Process clientOf(const std::string& name, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--unix", path_});
    return Process(example(name, more));
  }

  Peer connect() const { return Peer(Socket(UnixDomainSocketAddress(path_))); }

  const ScratchFolder folder_;
  const std::string path_ = folder_ / "s";
};

TEST_F(UnixDomainProgramsTest, AServersFirstLineNamesThePathAndItsEndRemovesIt) {
  for (const char* name : {"echo_server", "chat_server", "broadcast_server"}) {
    Server server = serverOf(name);
    EXPECT_EQ(server.path, path_) << name;
    EXPECT_EQ(server.end(), 0) << name;
    EXPECT_TRUE(folder_.files().empty()) << name;
  }
}

TEST_F(UnixDomainProgramsTest, EchoesLines) {
  Server server = serverOf("echo_server");
  Process client = clientOf("echo_client");
  std::string expected;
  for (const std::string& line : kTypedLines) {
    client.type(line + "\n");
    expected += "From server: " + line + "\n";
  }
  client.endInput();
  EXPECT_EQ(client.wait(), 0);
  EXPECT_EQ(client.output, expected);
  EXPECT_EQ(server.end(), 0);
}

TEST_F(UnixDomainProgramsTest, TheEchoServerNamesTheProcessWhoseLineIsTooLong) {
  Server server = serverOf("echo_server");
  Peer peer = connect();
  peer.out.print(std::string(2 << 20, 'x'));
  peer.out.flush();
  const std::string line = server.process.err.readLine();
  EXPECT_EQ(line.rfind("echo_server: dropped ", 0), 0U) << line;
#ifdef __linux__
  EXPECT_NE(line.find("dropped process "), std::string::npos) << line;
#endif
}

TEST_F(UnixDomainProgramsTest, ChatsUntilQuit) {
  Server server = serverOf("chat_server");
  Process client = clientOf("chat_client");
  server.process.out.readUntil(" connected");
  server.process.out.readLine();
  client.type("안녕하세요\n");
  EXPECT_EQ(server.process.out.readLine(), "안녕하세요");
  server.process.type("hello\n");
  EXPECT_EQ(client.out.readLine(), "hello");
  client.type("quit\n");
  EXPECT_EQ(client.wait(), 0);
  EXPECT_EQ(server.process.wait(), 0);
}

TEST_F(UnixDomainProgramsTest, TheChatServerRefusesASecondClient) {
  Server server = serverOf("chat_server");
  Peer first = connect();
  server.process.out.readUntil(" connected");
  Process second = clientOf("chat_client");
  EXPECT_EQ(second.wait(), 1);
}

TEST_F(UnixDomainProgramsTest, BroadcastsLinesAndNicknames) {
  Server server = serverOf("broadcast_server", {"--nicknames"});
  Process first = clientOf("broadcast_client", {"--nickname", "kim"});
  EXPECT_EQ(first.out.readLine(), "[kim joined the chat]");
  Process second = clientOf("broadcast_client", {"lee", "--nickname"});
  EXPECT_EQ(first.out.readLine(), "[lee joined the chat]");
  EXPECT_EQ(second.out.readLine(), "[lee joined the chat]");
  second.type("hello\n");
  EXPECT_EQ(first.out.readLine(), "[lee : hello]");
  second.endInput();
  EXPECT_EQ(first.out.readLine(), "[lee left the chat]");
  EXPECT_EQ(second.wait(), 0);
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(first.wait(), 0);
}

TEST_F(UnixDomainProgramsTest, TheFirstOperandOfABroadcastClientIsItsName) {
  Server server = serverOf("broadcast_server");
  Process client = clientOf("broadcast_client", {"park"});
  client.type("hello\n");
  EXPECT_EQ(client.out.readLine(), "park:hello");
}

TEST_F(UnixDomainProgramsTest, ABroadcastServerTurnsTooManyClientsAway) {
  Server server = serverOf("broadcast_server", {"--max-clients", "1"});
  Peer first = connect();
  first.say("in");
  EXPECT_EQ(first.hear(), "in");
  Peer second = connect();
  EXPECT_EQ(second.hear(), "server full");
  EXPECT_EQ(second.hear(), "(end)");
}

TEST_F(UnixDomainProgramsTest, ABroadcastServerDropsAClientThatDoesNotRead) {
  Server server = serverOf("broadcast_server", {"--queue", "10"});
  Peer deaf = connect();
  deaf.say("in");
  Peer talking = connect();
  talking.out.print(manyLines());
  talking.out.flush();
  const std::string line = server.process.err.readLine();
  EXPECT_NE(line.find("it does not read its lines"), std::string::npos) << line;
}

TEST_F(UnixDomainProgramsTest, AListOfAllowedAddressesIsAUsageError) {
  Process server(example("broadcast_server", {"--unix", path_, "--allow", "127.0.0.1/32"}));
  EXPECT_EQ(server.wait(), 2);
  EXPECT_EQ(server.err.readLine(), "broadcast_server: --allow: the clients of --unix have no addresses");
}

const std::vector<std::string>& allPrograms() {
  static const std::vector<std::string> names{"echo_server", "echo_client",      "chat_server",
                                              "chat_client", "broadcast_server", "broadcast_client"};
  return names;
}

TEST_F(UnixDomainProgramsTest, APathThatCannotBeOneIsAUsageError) {
  for (const std::string& name : allPrograms()) {
    for (const std::string& path : {std::string(), std::string(200, 'x')}) {
      Process program(example(name, {"--unix", path}));
      EXPECT_EQ(program.wait(), 2) << name;
      const std::string line = program.err.readLine();
      EXPECT_EQ(line.rfind(name + ": --unix: Unix-domain socket path is ", 0), 0U) << line;
      EXPECT_EQ(program.err.readAll(), "") << name;
    }
  }
}

TEST_F(UnixDomainProgramsTest, HostAndPortAreUsageErrors) {
  for (const std::string& name : allPrograms()) {
    const bool takesName = name == "broadcast_client";
    std::vector<std::string> arguments{"--unix", path_, "3000"};
    if (takesName) arguments.push_back("3000");
    Process program(example(name, arguments));
    EXPECT_EQ(program.wait(), 2) << name;
    EXPECT_EQ(program.err.readLine(), name + ": '3000' is one argument too many");
  }
}

TEST_F(UnixDomainProgramsTest, APathInUseEndsAServerWithOneLine) {
  Server running = serverOf("echo_server");
  for (const char* name : {"echo_server", "chat_server", "broadcast_server"}) {
    Process server(example(name, {"--unix", path_}));
    EXPECT_EQ(server.wait(), 1) << name;
    EXPECT_EQ(server.err.readAll(), std::string(name) + ": listen on unix:" + path_ + ": Address already in use\n");
  }
  Peer peer = connect();
  peer.say("still here");
  EXPECT_EQ(peer.hear(), "still here");
}

TEST_F(UnixDomainProgramsTest, AMissingServerEndsAClientWithOneLine) {
  for (const char* name : {"echo_client", "chat_client", "broadcast_client"}) {
    Process client = clientOf(name);
    EXPECT_EQ(client.wait(), 1) << name;
    EXPECT_EQ(client.err.readAll(), std::string(name) + ": connect to unix:" + path_ + ": No such file or directory\n");
  }
}

TEST_F(UnixDomainProgramsTest, AServerReplacesThePathOfAKilledOne) {
  {
    Server killed = serverOf("echo_server");
    killed.end(StopSignal::kill);
  }
  EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
  Server server = serverOf("echo_server");
  Peer peer = connect();
  peer.say("again");
  EXPECT_EQ(peer.hear(), "again");
}

TEST(NoUnixDomainProgramsTest, WhereTheSystemHasNoneOneLineSaysSo) {
  if (!runsUnderWine()) GTEST_SKIP() << "this system has Unix-domain sockets";
  for (const std::string& name : allPrograms()) {
    Process program(example(name, {"--unix", "s"}));
    EXPECT_EQ(program.wait(), 1) << name;
    EXPECT_NE(program.err.readLine().find("not supported"), std::string::npos) << name;
    EXPECT_EQ(program.err.readAll(), "") << name;
  }
}

TEST_F(UnixDomainProgramsTest, GetsAndPutsFiles) {
  const ScratchFolder shared;
  Server server = serverOf("file_server", {"--folder", shared.path()});
  std::ofstream(folder_ / "local") << "bytes";
  EXPECT_EQ(clientOf("file_client", {"put", folder_ / "local", "name"}).wait(), 0);
  EXPECT_EQ(clientOf("file_client", {"get", "name", folder_ / "copy"}).wait(), 0);
  Process list = clientOf("file_client", {"list"});
  EXPECT_EQ(list.wait(), 0);
  EXPECT_EQ(list.output, "             5  name\n");
  std::string copy;
  std::getline(std::ifstream(folder_ / "copy"), copy);
  EXPECT_EQ(copy, "bytes");
  EXPECT_EQ(server.end(), 0);
}

}  // namespace
