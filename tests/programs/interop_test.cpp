// SPDX-License-Identifier: MIT
//
// Tests the example programs built for Windows, run by Wine, as clients and servers of this system's programs and of
// Java's.
// Thread-safety: each test has its own programs.
#include "support/java.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace netlite::test {
namespace {

std::string windowsProgram(const std::string& name) {
  return std::string(NETLITE_WINDOWS_EXAMPLES) + "/" + name + ".exe";
}

Process windows(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{NETLITE_WINE, windowsProgram(name)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Process(command);
}

Server windowsServer(const std::string& name) { return Server(windows(name, {"0"})); }

// Stops with Ctrl-C, not with a kill: if a kill interrupts a send whose bytes have already left, Wine 8 forgets to
// close the connection, and the other side waits for its end forever. (Windows closes it.)
void end(Server& onWindows) { EXPECT_EQ(onWindows.end(StopSignal::interrupt), 0); }

Process windowsClient(const std::string& name, int port, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"127.0.0.1", std::to_string(port)});
  return windows(name, more);
}

class Interop : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/lib/wine/wine64")) GTEST_SKIP() << "no Wine";
    if (!std::filesystem::exists(windowsProgram("echo_server"))) {
      GTEST_SKIP() << "no programs for Windows in " NETLITE_WINDOWS_EXAMPLES;
    }
  }
};

class InteropJava : public Interop {
 protected:
  void SetUp() override {
    Interop::SetUp();
    if (!hasJava()) GTEST_SKIP() << "CMake found no javac";
  }
};

void talkToEcho(Process& client) {
  for (const std::string& line : kTypedLines) {
    client.type(line + "\n");
    EXPECT_EQ(client.out.readLine(), "From server: " + line);
  }
  client.type("one\ntwo");
  client.endInput();
  EXPECT_EQ(client.wait(), 0);
  EXPECT_EQ(client.output, "From server: one\nFrom server: two\n");
}

// Sends lines both ways, then quit from the client. Each side may print a prefix before the lines it receives.
void chat(Process& server, Process& client, const std::string& beforeClients = "",
          const std::string& beforeServers = "") {
  for (const std::string& line : kTypedLines) {
    client.type(line + "\n");
    EXPECT_EQ(server.out.readLine(), beforeClients + line);
    server.type("re: " + line + "\n");
    EXPECT_EQ(client.out.readLine(), beforeServers + "re: " + line);
  }
  client.type("quit\n");
  EXPECT_EQ(client.wait(), 0);
  EXPECT_EQ(server.wait(), 0);  // its input is still open
}

// Checks that all receive a line from the speaker.
void sayToAll(Process& speaker, const std::string& name, const std::vector<Process*>& all) {
  speaker.type(name + "의 말 🙂\n");
  for (Process* one : all) EXPECT_EQ(one->out.readLine(), name + ":" + name + "의 말 🙂");
}

// Waits until the client receives its own line: then it has joined.
void join(Process& client, const std::string& name, const std::vector<Process*>& others) {
  sayToAll(client, name, {&client});
  for (Process* other : others) EXPECT_EQ(other->out.readLine(), name + ":" + name + "의 말 🙂");
}

TEST_F(Interop, EchoServerOnWindows) {
  Server server = windowsServer("echo_server");
  Process program = client("echo_client", server.port);
  talkToEcho(program);
  end(server);
}

TEST_F(Interop, EchoClientOnWindows) {
  Server server("echo_server");
  Process program = windowsClient("echo_client", server.port);
  talkToEcho(program);
}

TEST_F(InteropJava, EchoServerOnWindows) {
  Server server = windowsServer("echo_server");
  Process program = javaClient("EchoClient", server.port);
  talkToEcho(program);
  end(server);
}

TEST_F(InteropJava, EchoClientOnWindows) {
  Server server = javaServer("EchoServer");
  Process program = windowsClient("echo_client", server.port);
  talkToEcho(program);
}

TEST_F(Interop, ReplyServerOnWindows) {
  Server server = windowsServer("reply_server");
  Process program = client("echo_client", server.port);
  program.type("안녕하세요\n");
  EXPECT_EQ(program.out.readLine(), "From server: 안녕하세요, 반갑습니다!");
  end(server);
}

TEST_F(Interop, ChatServerOnWindows) {
  Server server = windowsServer("chat_server");
  Process program = client("chat_client", server.port);
  EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected");
  chat(server.process, program);
}

TEST_F(Interop, ChatClientOnWindows) {
  Server server("chat_server");
  Process program = windowsClient("chat_client", server.port);
  EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected");
  chat(server.process, program);
}

TEST_F(InteropJava, ChatServerOnWindows) {
  Server server = windowsServer("chat_server");
  Process program = javaClient("ChatClient", server.port);
  EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected");
  chat(server.process, program, "", "Server: ");
}

TEST_F(InteropJava, ChatClientOnWindows) {
  Server server = javaServer("ChatServer");
  Process program = windowsClient("chat_client", server.port);
  chat(server.process, program, "Client: ");
}

TEST_F(Interop, BroadcastServerOnWindows) {
  Server server = windowsServer("broadcast_server");
  Process here = client("broadcast_client", server.port, {"앤"});
  join(here, "앤", {});
  Process there = windowsClient("broadcast_client", server.port, {"밥"});
  join(there, "밥", {&here});
  sayToAll(here, "앤", {&here, &there});
  end(server);
  EXPECT_EQ(here.wait(), 0);  // without a press of Enter
  EXPECT_EQ(there.wait(), 0);
}

TEST_F(Interop, BroadcastClientOnWindows) {
  Server server("broadcast_server");
  Process there = windowsClient("broadcast_client", server.port, {"밥"});
  join(there, "밥", {});
  Process here = client("broadcast_client", server.port, {"앤"});
  join(here, "앤", {&there});
  sayToAll(there, "밥", {&here, &there});
  there.endInput();
  EXPECT_EQ(there.wait(), 0);
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(here.wait(), 0);
}

TEST_F(InteropJava, BroadcastOfAllThree) {
  Server server = windowsServer("broadcast_server");
  Process java = javaClient("BroadcastClient", server.port, {"앤"});
  join(java, "앤", {});
  Process there = windowsClient("broadcast_client", server.port, {"밥"});
  join(there, "밥", {&java});
  Process here = client("broadcast_client", server.port, {"준"});
  join(here, "준", {&java, &there});
  sayToAll(java, "앤", {&java, &there, &here});
  end(server);
}

TEST_F(Interop, UdpServerOnWindows) {
  Server server = windowsServer("udp_upper_server");
  Process program = client("udp_upper_client", server.port);
  program.type("hello, 소켓\n");
  EXPECT_EQ(program.out.readLine(), "HELLO, 소켓");
  end(server);
}

TEST_F(Interop, UdpClientOnWindows) {
  Server server("udp_upper_server");
  Process program = windowsClient("udp_upper_client", server.port);
  program.type("hello, 소켓\n");
  EXPECT_EQ(program.out.readLine(), "HELLO, 소켓");
}

}  // namespace
}  // namespace netlite::test
