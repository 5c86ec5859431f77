// SPDX-License-Identifier: MIT
//
// The example programs with TLS (--certificate, --key, --tls, --ca). Without OpenSSL these options are refused.
#include "support/programs.hpp"
#include "support/scratch_folder.hpp"
#ifdef NETLITE_TEST_HAS_TLS
#include "support/tls_programs.hpp"
#endif

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;

using Strings = std::vector<std::string>;

#ifdef NETLITE_TEST_HAS_TLS

class TlsProgramsTest : public testing::Test {
 protected:
  Server server(const std::string& name, const Strings& more = {}) const {
    return tlsServerProgram(name, contexts_.files, more);
  }

  Process client(const std::string& name, const Server& server, const Strings& more = {}) const {
    return tlsClientProgram(name, server.port, contexts_.authorityFiles, more);
  }

  Peer peer(const Server& server) { return Peer(contexts_.client.createSocket("localhost", server.port)); }

  TlsContexts contexts_;
};

TEST_F(TlsProgramsTest, EchoesLines) {
  Server echo = server("echo_server");
  Process program = client("echo_client", echo);
  std::string expected;
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    expected += "From server: " + line + "\n";
  }
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, expected);
  EXPECT_EQ(echo.end(), 0);
}

TEST_F(TlsProgramsTest, RepliesToSentences) {
  Server reply = server("reply_server");
  Peer peer = this->peer(reply);
  peer.say("hello");
  EXPECT_EQ(peer.hear(), "Hello! Nice to meet you.");
}

TEST_F(TlsProgramsTest, ChatsUntilASideQuits) {
  Server chat = server("chat_server");
  Process program = client("chat_client", chat);
  EXPECT_EQ(chat.process.out.readLine(), "127.0.0.1 connected");
  program.type("안녕하세요\n");
  EXPECT_EQ(chat.process.out.readLine(), "안녕하세요");
  chat.process.type("hello\nquit\n");
  EXPECT_EQ(program.out.readLine(), "hello");
  EXPECT_EQ(chat.process.wait(), 0);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(TlsProgramsTest, BroadcastsToClientsAndPeers) {
  Server broadcast = server("broadcast_server");
  Peer peer = this->peer(broadcast);
  peer.say("ready");
  EXPECT_EQ(peer.hear(), "ready");
  Process program = client("broadcast_client", broadcast, {"mina"});
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "mina:hello");
  EXPECT_EQ(peer.hear(), "mina:hello");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(broadcast.end(), 0);
}

TEST_F(TlsProgramsTest, FilesTravel) {
  const ScratchFolder shared;
  const ScratchFolder here;
  const std::string bytes = std::string(300000, 'x') + "end";
  writeFile(shared / "name", bytes);
  Server files = server("file_server", {"--folder", shared.path()});
  EXPECT_EQ(Ended(client("file_client", files, {"get", "name", here / "local"})).code, 0);
  EXPECT_EQ(Ended(client("file_client", files, {"put", here / "local", "other"})).code, 0);
  EXPECT_EQ(Ended(client("file_client", files, {"get", "other", here / "again"})).code, 0);
  std::ifstream again(here / "again", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), bytes);
}

#ifdef NETLITE_TEST_HAS_WEB_CHAT
TEST_F(TlsProgramsTest, BrowsersSpeakHttpsAndWss) {
  Server web = server("web_chat_server");
  const auto answerTo = [&](const std::string& scheme) {
    Peer browser = peer(web);
    const std::string host = "localhost:" + web.portText();
    browser.out.print("GET /chat HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + scheme + "://" + host +
                      "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    browser.out.flush();
    return browser.hear();
  };
  EXPECT_EQ(answerTo("https"), "HTTP/1.1 101 Switching Protocols");
  EXPECT_EQ(answerTo("http"), "HTTP/1.1 403 Forbidden");
}
#endif

TEST_F(TlsProgramsTest, OverAUnixDomainSocketTheServersNameIsLocalhost) {
  if (runsOnWindows()) GTEST_SKIP() << "Wine has no Unix-domain sockets";
  const ScratchFolder folder;
  const std::string path = folder / "s";
  Server echo("echo_server",
              {"--unix", path, "--certificate", contexts_.files.chain(), "--key", contexts_.files.key()});
  Process program(example("echo_client", {"--unix", path, "--ca", contexts_.authorityFiles.chain()}));
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "From server: hello");
}

// ---- peers that do not fit ----

TEST_F(TlsProgramsTest, ACertificateOfAnUnknownIssuerIsNotAccepted) {
  const TestCertificate other(authorityOptions("Another authority"));
  const CertificateFiles files(other);
  const Server echo = server("echo_server");
  const Ended program(test::client("echo_client", echo.port, {"--ca", files.chain()}));
  EXPECT_EQ(program.code, 1);
  EXPECT_EQ(program.error.rfind("echo_client: handshake with ", 0), 0U) << program.error;
}

TEST_F(TlsProgramsTest, TlsAloneTrustsTheSystemsCertificates) {
  const Server echo = server("echo_server");
  const Ended program(test::client("echo_client", echo.port, {"--tls"}));
  EXPECT_EQ(program.code, 1);
  EXPECT_NE(program.error.find("trusted"), std::string::npos) << program.error;
}

TEST_F(TlsProgramsTest, AServerThatSpeaksNoTlsIsSaidToDoSo) {
  ServerSocket plain(0, 0, InetAddress::getLoopbackAddress());
  Process program = test::client("echo_client", plain.getLocalPort(), {"--ca", contexts_.authorityFiles.chain()});
  Socket accepted = plain.accept();
  PrintWriter(accepted.getOutputStream(), true).println("220 hello, this is no TLS");
  const Ended ended(std::move(program));
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.error.find("speaks no TLS"), std::string::npos) << ended.error;
}

TEST_F(TlsProgramsTest, AServerOutlivesClientsThatSpeakNoTls) {
  Server echo = server("echo_server");
  Peer plain(echo.port);
  plain.say("hello");
  plain.awaitClose();
  EXPECT_NE(echo.process.err.readLine().find("speaks no TLS"), std::string::npos);
  Peer peer = this->peer(echo);
  peer.say("hello");
  EXPECT_EQ(peer.hear(), "hello");
}

TEST_F(TlsProgramsTest, ASilentClientHoldsUpNobody) {
  Server echo = server("echo_server");
  const Socket silent(InetAddress::getLoopbackAddress(), echo.port);
  Peer peer = this->peer(echo);
  peer.say("hello");
  EXPECT_EQ(peer.hear(), "hello");
  EXPECT_EQ(echo.end(), 0);
}

TEST_F(TlsProgramsTest, AConnectionThatIsCutShortIsALostServer) {
  Server chat = server("chat_server");
  Process program = client("chat_client", chat);
  chat.process.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "hello");
  chat.process.send(StopSignal::kill);
  EXPECT_EQ(program.wait(), 1);
  const std::string error = program.err.readAll();
  EXPECT_NE(error.find("lost the other side"), std::string::npos) << error;
  EXPECT_NE(error.find("cut short"), std::string::npos) << error;
}

// ---- wrong options ----

TEST_F(TlsProgramsTest, ACertificateNeedsItsKey) {
  const Strings options[] = {{"--certificate", contexts_.files.chain()}, {"--key", contexts_.files.key()}};
  for (const char* name : {"echo_server", "reply_server", "chat_server", "broadcast_server"}) {
    for (const Strings& option : options) EXPECT_EQ(Ended(Process(example(name, option))).code, 2) << name;
  }
}

TEST_F(TlsProgramsTest, AMissingFileIsNamed) {
  const Ended program(Process(example("echo_server", {"--certificate", "missing.pem", "--key", "missing-key.pem"})));
  EXPECT_EQ(program.code, 2);
  EXPECT_NE(program.error.find("load missing.pem: "), std::string::npos) << program.error;
}

TEST_F(TlsProgramsTest, AKeyOfAnotherCertificateIsNamed) {
  const Ended program(Process(
      example("echo_server", {"--certificate", contexts_.files.chain(), "--key", contexts_.authorityFiles.key()})));
  EXPECT_EQ(program.code, 2);
  EXPECT_NE(program.error.find(contexts_.authorityFiles.key()), std::string::npos) << program.error;
}

TEST_F(TlsProgramsTest, NobodyIsAskedForThePasswordOfAKey) {
  const CertificateFiles files(contexts_.certificate, "secret");
  const Ended program(
      Process::atTerminal(example("echo_server", {"--certificate", files.chain(), "--key", files.key()})));
  EXPECT_EQ(program.code, 2);
  EXPECT_NE(program.error.find(files.key() + ": wrong password"), std::string::npos) << program.error;
}

TEST_F(TlsProgramsTest, AFileWithoutTrustedCertificatesIsNamed) {
  for (const std::string& file : {std::string("missing.pem"), contexts_.files.key()}) {
    const Ended program(Process(example("echo_client", {"--ca", file})));
    EXPECT_EQ(program.code, 2);
    EXPECT_NE(program.error.find(file), std::string::npos) << program.error;
  }
}

#else

TEST(TlsProgramsTest, WithoutOpenSslTheOptionsAreRefused) {
  const Strings commands[] = {{"echo_server", "--certificate", "chain.pem", "--key", "key.pem"},
                              {"echo_client", "--tls"},
                              {"echo_client", "--ca", "ca.pem"}};
  for (const Strings& command : commands) {
    const Ended program(Process(example(command.front(), {command.begin() + 1, command.end()})));
    EXPECT_EQ(program.code, 2);
    EXPECT_NE(program.error.find("built without OpenSSL"), std::string::npos) << program.error;
  }
}

#endif

}  // namespace
