// SPDX-License-Identifier: MIT
//
// Tests the example programs as clients and servers of the textbooks' Java programs (tests/java).
// Thread-safety: each test has its own programs.
#include "support/java.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace netlite::test {
namespace {

class JavaPeer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!hasJava()) GTEST_SKIP() << "CMake found no javac";
  }
};

TEST_F(JavaPeer, EchoServerInJava) {
  Server server = javaServer("EchoServer");
  Process program = client("echo_client", server.port);
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(program.out.readLine(), "From server: " + line);
  }
  program.type("one\ntwo\nthree\n");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "From server: one\nFrom server: two\nFrom server: three\n");
}

TEST_F(JavaPeer, EchoClientInJava) {
  Server server("echo_server");
  Process program = javaClient("EchoClient", server.port);
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(program.out.readLine(), "From server: " + line);
  }
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(server.end(), 0);
}

TEST_F(JavaPeer, EchoClientInJavaAsksTheReplyServer) {
  Server server("reply_server");
  Process program = javaClient("EchoClient", server.port);
  program.type("안녕하세요\n");
  EXPECT_EQ(program.out.readLine(), "From server: 안녕하세요, 반갑습니다!");
}

TEST_F(JavaPeer, ChatServerInJavaTakesTurns) {
  Server server = javaServer("ChatServer");
  Process program = client("chat_client", server.port);
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(server.process.out.readLine(), "Client: " + line);
    server.process.type("re: " + line + "\n");
    EXPECT_EQ(program.out.readLine(), "re: " + line);
  }
  program.type("QUIT\n");
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(server.process.wait(), 0);
  EXPECT_EQ(server.process.output, "The client has left.\n");
}

TEST_F(JavaPeer, ChatServerInJavaQuits) {
  Server server = javaServer("ChatServer");
  Process program = client("chat_client", server.port);
  program.type("hello\n");
  server.process.type("quit\n");
  EXPECT_EQ(program.wait(), 0);  // its input is still open
  EXPECT_EQ(server.process.wait(), 0);
}

TEST_F(JavaPeer, ChatClientInJavaTakesTurns) {
  Server server("chat_server");
  Process program = javaClient("ChatClient", server.port);
  EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected");
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(server.process.out.readLine(), line);
    server.process.type("re: " + line + "\n");
    EXPECT_EQ(program.out.readLine(), "Server: re: " + line);
  }
  program.type("quit\n");
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(server.process.wait(), 0);
}

TEST_F(JavaPeer, ChatClientInJavaHearsQuit) {
  Server server("chat_server");
  Process program = javaClient("ChatClient", server.port);
  program.type("hello\n");
  EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected");
  EXPECT_EQ(server.process.out.readLine(), "hello");
  server.process.type("quit\n");
  EXPECT_EQ(server.process.wait(), 0);
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "The server has left.\n");
}

TEST_F(JavaPeer, BroadcastServerInJava) {
  Server server = javaServer("BroadcastServer");
  Process one = client("broadcast_client", server.port, {"앤"});
  one.type("hello\n");
  EXPECT_EQ(one.out.readLine(), "앤:hello");
  Process two = client("broadcast_client", server.port, {"밥"});
  two.type("안녕 🙂\n");
  EXPECT_EQ(two.out.readLine(), "밥:안녕 🙂");
  EXPECT_EQ(one.out.readLine(), "밥:안녕 🙂");
  two.endInput();
  EXPECT_EQ(two.wait(), 0);
  server.process.send(StopSignal::kill);
  EXPECT_EQ(one.wait(), 0);  // without a press of Enter
}

TEST_F(JavaPeer, BroadcastClientsInJava) {
  Server server("broadcast_server");
  Process javaOne = javaClient("BroadcastClient", server.port, {"앤"});
  javaOne.type("hello\n");
  EXPECT_EQ(javaOne.out.readLine(), "앤:hello");
  Process two = client("broadcast_client", server.port, {"밥"});
  two.type("안녕 🙂\n");
  EXPECT_EQ(javaOne.out.readLine(), "밥:안녕 🙂");
  javaOne.type("반가워요\n");
  EXPECT_EQ(two.out.readLine(), "밥:안녕 🙂");
  EXPECT_EQ(two.out.readLine(), "앤:반가워요");
  javaOne.endInput();
  EXPECT_EQ(javaOne.wait(), 0);
}

}  // namespace
}  // namespace netlite::test
