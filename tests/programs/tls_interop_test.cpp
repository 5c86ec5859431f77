// SPDX-License-Identifier: MIT
//
// Tests the example programs over TLS with peers that other people have written: Python, Java, Go, openssl and curl;
// and lets sslscan look for weaknesses. Thread-safety: each test has its own programs.
#include "support/java.hpp"
#include "support/tls_programs.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace netlite::test {
namespace {

using Strings = std::vector<std::string>;

/// Starts a program.
///
/// @param command its path, and arguments that are always there
Process run(Strings command, const Strings& arguments) {
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Process(command);
}

/// A program that tls/peer.py describes.
struct Language {
  const char* name;
  bool isHere;
  std::function<Process(const Strings&)> start;
};

std::ostream& operator<<(std::ostream& out, const Language& language) { return out << language.name; }

std::vector<Language> languages() {
  return {{"Python", !std::string(NETLITE_PYTHON).empty(),
           [](const Strings& arguments) {
             return run({NETLITE_PYTHON, NETLITE_TLS_PEER_IN_PYTHON}, arguments);
           }},
          {"Java", hasJava(), [](const Strings& arguments) { return java("TlsPeer", arguments); }},
          {"Go", !std::string(NETLITE_TLS_PEER_IN_GO).empty(),
           [](const Strings& arguments) { return run({NETLITE_TLS_PEER_IN_GO}, arguments); }}};
}

// ---- programs in other languages ------------------------------------------------------------------------------------

class TlsLanguageTest : public testing::TestWithParam<std::tuple<Language, std::string>> {
 protected:
  void SetUp() override {
    if (!language().isHere) GTEST_SKIP() << "there is no " << language().name;
  }

  static const Language& language() { return std::get<0>(GetParam()); }
  static const std::string& version() { return std::get<1>(GetParam()); }

  Process client(const std::string& role, const Server& server) const {
    return language().start({role, version(), contexts_.authorityFiles.chain(), server.portText()});
  }

  Server server(const CertificateFiles& files) const {
    return Server(language().start({"server", version(), files.chain(), files.key()}));
  }

  TlsContexts contexts_;
};

TEST_P(TlsLanguageTest, AClientTalksAndEndsFirst) {
  Server echo = tlsServerProgram("echo_server", contexts_.files);
  Process program = client("client", echo);
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(program.out.readLine(), line);
  }
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "end of " + version() + "\n");
  EXPECT_EQ(echo.end(), 0);
  EXPECT_EQ(echo.process.err.readAll(), "");
}

TEST_P(TlsLanguageTest, AClientSeesThatTheServerEnds) {
  Server echo = tlsServerProgram("echo_server", contexts_.files);
  Process program = client("guest", echo);
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "hello");
  EXPECT_EQ(echo.end(), 0);
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "end of " + version() + "\n");
}

TEST_P(TlsLanguageTest, AServerAnswersAndSeesTheEnd) {
  Server echo = server(contexts_.files);
  Process program = tlsClientProgram("echo_client", echo.port, contexts_.authorityFiles);
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(program.out.readLine(), "From server: " + line);
  }
  program.type("one\ntwo\nthree\n");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "From server: one\nFrom server: two\nFrom server: three\n");
  EXPECT_EQ(program.err.readAll(), "");
  EXPECT_EQ(echo.process.out.readLine(), "end of " + version());
}

TEST_P(TlsLanguageTest, AServerWithAnotherNameIsNotAccepted) {
  CertificateOptions options;
  options.alternativeNames = {"DNS:other.example"};
  const TestCertificate other(options, &contexts_.authority);
  Server echo = server(CertificateFiles(other));
  const Ended program(tlsClientProgram("echo_client", echo.port, contexts_.authorityFiles));
  EXPECT_EQ(program.code, 1);
  EXPECT_NE(program.error.find("certificate is for other.example, not for 127.0.0.1"), std::string::npos)
      << program.error;
  const std::string reaction = echo.process.out.readLine();
  EXPECT_EQ(reaction.rfind("failed: ", 0), 0u) << reaction;
}

INSTANTIATE_TEST_SUITE_P(Tls, TlsLanguageTest,
                         testing::Combine(testing::ValuesIn(languages()), testing::Values("TLSv1.2", "TLSv1.3")),
                         [](const auto& parameter) {
                           const std::string version = std::get<1>(parameter.param);
                           return std::get<0>(parameter.param).name + std::string("Tls1") + version.back();
                         });

// ---- openssl --------------------------------------------------------------------------------------------------------

class TlsOpenSslTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (std::string(NETLITE_OPENSSL).empty()) GTEST_SKIP() << "there is no openssl";
  }

  Process client(const Server& server) const {
    return run({NETLITE_OPENSSL, "s_client"},
               {GetParam(), "-connect", "127.0.0.1:" + server.portText(), "-CAfile", contexts_.authorityFiles.chain(),
                "-verify_return_error", "-verify_hostname", "localhost", "-quiet", "-no_ign_eof"});
  }

  /// A server, and its port.
  struct Listening {
    Process process;
    int port;
  };
  Listening server(const CertificateFiles& files) const {
    Process process = run({NETLITE_OPENSSL, "s_server"},
                          {GetParam(), "-accept", "127.0.0.1:0", "-cert", files.chain(), "-key", files.key()});
    process.out.readUntil("ACCEPT 127.0.0.1:");
    const int port = std::stoi(process.out.readLine());
    return {std::move(process), port};
  }

  /// What openssl reports about a connection that ended without close_notify.
  static constexpr const char* kCut = "unexpected eof";

  TlsContexts contexts_;
};

TEST_P(TlsOpenSslTest, AClientChats) {
  Server chat = tlsServerProgram("chat_server", contexts_.files);
  Process program = client(chat);
  EXPECT_EQ(chat.process.out.readLine(), "127.0.0.1 connected");
  for (const std::string& line : kTypedLines) {
    program.type(line + "\n");
    EXPECT_EQ(chat.process.out.readLine(), line);
    chat.process.type("re: " + line + "\n");
    EXPECT_EQ(program.out.readLine(), "re: " + line);
  }
  program.type("quit\n");
  EXPECT_EQ(chat.process.wait(), 0);
  EXPECT_EQ(chat.process.err.readAll(), "");
}

TEST_P(TlsOpenSslTest, AClientEndsFirst) {
  Server echo = tlsServerProgram("echo_server", contexts_.files);
  Process program = client(echo);
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "hello");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(echo.end(), 0);
  EXPECT_EQ(echo.process.err.readAll(), "");
}

TEST_P(TlsOpenSslTest, AClientSeesThatTheServerEnds) {
  Server chat = tlsServerProgram("chat_server", contexts_.files);
  Process program = client(chat);
  program.type("hello\n");
  EXPECT_NE(chat.process.out.readUntil("hello\n"), "");
  chat.process.type("quit\n");
  EXPECT_EQ(chat.process.wait(), 0);
  EXPECT_EQ(program.wait(), 0);  // its input is still open
  const std::string error = program.err.readAll();
  EXPECT_EQ(error.find(kCut), std::string::npos) << error;
}

TEST_P(TlsOpenSslTest, AServerTalksAndSeesTheEnd) {
  Listening server = this->server(contexts_.files);
  Process program = tlsClientProgram("chat_client", server.port, contexts_.authorityFiles);
  for (const std::string& line : Strings{"hello", "안녕하세요, 소켓!"}) {
    program.type(line + "\n");
    EXPECT_NE(server.process.out.readUntil(line + "\n"), "");
    server.process.type("re: " + line + "\n");
    EXPECT_EQ(program.out.readLine(), "re: " + line);
  }
  program.type("quit\n");
  EXPECT_EQ(program.wait(), 0);
  server.process.out.readUntil("quit\n");
  EXPECT_EQ(server.process.out.readLine(), "DONE");  // ERROR if there was no close_notify
}

TEST_P(TlsOpenSslTest, AServerThatEndsWithoutCloseNotifyIsALostServer) {
  Listening server = this->server(contexts_.files);
  Process program = tlsClientProgram("chat_client", server.port, contexts_.authorityFiles);
  program.type("hello\n");
  EXPECT_NE(server.process.out.readUntil("hello\n"), "");
  server.process.type("q\n");  // closes the connection below TLS
  EXPECT_EQ(program.wait(), 1);
  const std::string error = program.err.readAll();
  EXPECT_NE(error.find("cut short"), std::string::npos) << error;
}

TEST_P(TlsOpenSslTest, AServerWithAnotherNameIsNotAccepted) {
  CertificateOptions options;
  options.alternativeNames = {"DNS:other.example"};
  const TestCertificate other(options, &contexts_.authority);
  const Listening server = this->server(CertificateFiles(other));
  const Ended program(tlsClientProgram("chat_client", server.port, contexts_.authorityFiles));
  EXPECT_EQ(program.code, 1);
  EXPECT_NE(program.error.find("certificate is for other.example, not for 127.0.0.1"), std::string::npos)
      << program.error;
}

INSTANTIATE_TEST_SUITE_P(Tls, TlsOpenSslTest, testing::Values("-tls1_2", "-tls1_3"),
                         [](const auto& parameter) { return std::string("Tls1") + parameter.param.back(); });

// ---- curl -----------------------------------------------------------------------------------------------------------

class TlsCurlTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (std::string(NETLITE_CURL).empty()) GTEST_SKIP() << "there is no curl";
  }

  Process curl(const Server& server, const std::string& path, const Strings& more = {}) const {
    Strings arguments{"-sS",
                      "-N",
                      "--noproxy",
                      "*",
                      "--cacert",
                      contexts_.authorityFiles.chain(),
                      "--tls-max",
                      GetParam(),
                      "--tlsv" + GetParam(),
                      "https://localhost:" + server.portText() + path};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run({NETLITE_CURL}, arguments);
  }

  TlsContexts contexts_;
};

#ifdef NETLITE_TEST_HAS_WEB_CHAT
TEST_P(TlsCurlTest, SpeaksHttps) {
  const Server web = tlsServerProgram("web_chat_server", contexts_.files);
  Process post = curl(web, "/messages", {"-d", R"({"name":"curl","text":"안녕하세요"})"});
  EXPECT_EQ(post.wait(), 0);
  Process get = curl(web, "/messages", {"-H", "Connection: close"});
  EXPECT_EQ(get.wait(), 0);
  EXPECT_EQ(get.output, "[" + post.output + "]");
  EXPECT_NE(get.output.find(R"("text":"안녕하세요")"), std::string::npos) << get.output;
  EXPECT_EQ(post.err.readAll() + get.err.readAll(), "");
}
#endif

// An answer of HTTP 0.9 is everything up to the end of the stream. (curl does not mind if close_notify is missing.)
TEST_P(TlsCurlTest, SeesThatTheServerEnds) {
  Server echo = tlsServerProgram("echo_server", contexts_.files);
  Process program = curl(echo, "/hello", {"--http0.9"});
  EXPECT_EQ(program.out.readLine(), "GET /hello HTTP/1.1");
  EXPECT_EQ(echo.end(), 0);
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.err.readAll(), "");
}

INSTANTIATE_TEST_SUITE_P(Tls, TlsCurlTest, testing::Values("1.2", "1.3"),
                         [](const auto& parameter) { return std::string("Tls1") + parameter.param.back(); });

// ---- sslscan --------------------------------------------------------------------------------------------------------

/// The elements of the name in XML without nesting.
Strings elementsOf(const std::string& xml, const std::string& name) {
  Strings elements;
  for (std::size_t begin = xml.find("<" + name + " "); begin != std::string::npos;
       begin = xml.find("<" + name + " ", begin + 1)) {
    elements.push_back(xml.substr(begin, xml.find('>', begin) - begin));
  }
  return elements;
}

/// The value of an attribute of an element; empty if it has none.
std::string attribute(const std::string& element, const std::string& name) {
  const std::string start = " " + name + "=\"";
  const std::size_t found = element.find(start);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + start.size();
  return element.substr(begin, element.find('"', begin) - begin);
}

class SslScanTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (std::string(NETLITE_SSLSCAN).empty()) GTEST_SKIP() << "there is no sslscan";
  }

  /// What sslscan reports about echo_server with a certificate of this key, as XML.
  static std::string report(int rsaBits) {
    CertificateOptions options;
    options.rsaBits = rsaBits;
    const TestCertificate certificate(options);
    const Server echo = tlsServerProgram("echo_server", CertificateFiles(certificate));
    Process program = run({NETLITE_SSLSCAN}, {"--xml=-", "127.0.0.1:" + echo.portText()});
    EXPECT_EQ(program.wait(), 0);
    return program.output;
  }
};

TEST_P(SslScanTest, FindsNothingWeak) {
  const std::string xml = report(GetParam());
  Strings enabled;
  for (const std::string& protocol : elementsOf(xml, "protocol")) {
    if (attribute(protocol, "enabled") == "1") enabled.push_back(attribute(protocol, "version"));
  }
  EXPECT_EQ(enabled, (Strings{"1.2", "1.3"})) << xml;
  for (const std::string& cipher : elementsOf(xml, "cipher")) {
    const std::string strength = attribute(cipher, "strength");
    EXPECT_TRUE(strength == "strong" || strength == "acceptable") << cipher;
    EXPECT_GE(std::stoi(attribute(cipher, "bits")), 128) << cipher;
    EXPECT_NE(attribute(cipher, "curve"), "") << cipher;  // forward secrecy
  }
  for (const std::string& group : elementsOf(xml, "group")) {
    EXPECT_GE(std::stoi(attribute(group, "bits")), 112) << group;
  }
  // What it cannot test it does not report.
  for (const char* name : {"renegotiation", "compression"}) {
    for (const std::string& found : elementsOf(xml, name)) EXPECT_EQ(attribute(found, "supported"), "0") << found;
  }
  for (const std::string& bug : elementsOf(xml, "heartbleed")) EXPECT_EQ(attribute(bug, "vulnerable"), "0") << bug;
}

INSTANTIATE_TEST_SUITE_P(Tls, SslScanTest, testing::Values(0, 2048),
                         [](const auto& parameter) { return parameter.param == 0 ? "EcKey" : "RsaKey"; });

}  // namespace
}  // namespace netlite::test
