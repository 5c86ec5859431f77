// SPDX-License-Identifier: MIT
//
// Tests web_chat_server by the bytes that it sends and gets: HTTP, WebSockets and plain lines in one room.
// Thread-safety: each test has its own programs.
#include "support/eventually.hpp"
#include "support/pace.hpp"
#include "support/programs.hpp"
#include "support/web_peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

using Strings = std::vector<std::string>;

struct WebServer : Server {
  explicit WebServer(Strings options = {}) : Server("web_chat_server", withPorts(std::move(options))) {
    const std::string line = process.out.readLine();
    const std::string greeting = "lines on port ";
    if (line.compare(0, greeting.size(), greeting) != 0) throw std::runtime_error("unexpected second line: " + line);
    linesPort = std::stoi(line.substr(greeting.size()));
  }

  static Strings withPorts(Strings options) {
    options.insert(options.end(), {"0", "--lines", "0"});
    return options;
  }

  int linesPort = 0;
};

WebPeer join(const Server& server) {
  WebPeer peer(server.port);
  EXPECT_EQ(peer.upgrade().status, 101);
  return peer;
}

// A line client that is in the room.
Peer joinLines(const WebServer& server, WebPeer& other) {
  Peer peer(server.linesPort);
  peer.say("(joining):(joining)");
  while (other.frame().payload.find("(joining)") == std::string::npos) {
  }
  EXPECT_EQ(peer.hear(), "(joining):(joining)");
  return peer;
}

std::string post(const Server& server, const std::string& name, const std::string& text) {
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "", "{\"name\":\"" + name + "\",\"text\":\"" + text + "\"}");
  const WebAnswer answer = peer.answer();
  EXPECT_EQ(answer.status, 201);
  return answer.body;
}

// ---- the command line ----

TEST(WebChatServer, WithoutLinesItsOnlyLineIsThatOfItsPort) {
  Server server("web_chat_server");
  EXPECT_EQ(WebPeer(server.port).get("/messages").body, "[]");
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(server.process.output, "");
}

TEST(WebChatServer, BadArgumentIsOneLineAndExitCode2) {
  for (const Strings& arguments :
       {Strings{"--lines"}, {"--lines", "65536"}, {"--history", "-1"}, {"--allow", "x"}, {"1", "2"}}) {
    Process program(example("web_chat_server", arguments));
    EXPECT_EQ(program.wait(), 2);
    const std::string error = program.err.readAll();
    EXPECT_EQ(error.find('\n'), error.size() - 1) << error;
  }
}

TEST(WebChatServer, PortInUseIsOneLineAndExitCode1) {
  const ServerSocket other(0);
  const std::string port = std::to_string(other.getLocalPort());
  for (const Strings& arguments : {Strings{port}, {"0", "--lines", port}}) {
    Process program(example("web_chat_server", arguments));
    EXPECT_EQ(program.wait(), 1);
    const std::string error = program.err.readAll();
    EXPECT_EQ(error.find('\n'), error.size() - 1) << error;
  }
}

TEST(WebChatServer, InterruptClosesBrowsersWith1001) {
  for (const StopSignal signal : gracefulStopSignals()) {
    const auto attempt = [signal](Pace& pace) {
      WebServer server;
      WebPeer peer = join(server);
      WebPeer idle(server.port);
      pace.step();
      server.process.send(signal);
      const WebFrame frame = peer.frame();
      if (frame.opcode != 8 || frame.code() != 1001) return false;
      peer.send(clientFrame(0x88, frame.payload));
      EXPECT_EQ(peer.frame().opcode, -1);
      EXPECT_EQ(server.process.wait(), 0);
      return true;
    };
    EXPECT_TRUE(succeedsUnlessHeldUp(300ms, attempt));
  }
}

TEST(WebChatServer, AllowResetsOthers) {
  WebServer server({"--allow", "192.0.2.0/24"});
  for (const int port : {server.port, server.linesPort}) {
    try {
      EXPECT_TRUE(WebPeer(port).isClosed());
    } catch (const SocketException&) {  // the reset was faster than the connecting
    }
  }
}

TEST(WebChatServer, MaxClientsCountsWebSocketsAndLines) {
  WebServer server({"--max-clients", "2"});
  WebPeer one = join(server);
  Peer two = joinLines(server, one);
  EXPECT_EQ(WebPeer(server.port).upgrade().status, 503);
  EXPECT_EQ(Peer(server.linesPort).hear(), "server full");
  EXPECT_EQ(WebPeer(server.port).get("/messages").status, 200);  // not a member of the room
  two.socket.close();
  EXPECT_TRUE(eventually([&] { return WebPeer(server.port).upgrade().status == 101; }));
}

// ---- resources ----

TEST(WebChatServer, PageForbidsForeignResources) {
  WebServer server;
  WebPeer peer(server.port);
  const WebAnswer answer = peer.get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.fields.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.fields.at("referrer-policy"), "no-referrer");
  EXPECT_EQ(answer.fields.at("date").substr(25), " GMT");
  const std::string policy = answer.fields.at("content-security-policy");
  EXPECT_EQ(policy.find("default-src 'none'; script-src 'sha256-"), 0u) << policy;
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
  EXPECT_NE(policy.find("connect-src 'self' ws://localhost:" + server.portText()), std::string::npos) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  EXPECT_NE(answer.body.find("이름"), std::string::npos);
}

TEST(WebChatServer, MessagesAreTheLastOnes) {
  WebServer server({"--history", "3"});
  Strings ids;
  for (int i = 0; i < 5; ++i) ids.push_back(jsonValue(post(server, "ann", "number " + std::to_string(i)), "id"));
  WebPeer peer(server.port);
  const WebAnswer all = peer.get("/messages");
  EXPECT_EQ(all.fields.at("content-type"), "application/json");
  EXPECT_EQ(all.body.find("{\"id\":" + ids[2] + ",\"name\":\"ann\",\"text\":\"number 2\",\"timestamp\":\"20"), 1u)
      << all.body;
  EXPECT_NE(all.body.find("number 4"), std::string::npos);
  const std::string last = peer.get("/messages?after=" + ids[3]).body;
  EXPECT_EQ(jsonValue(last, "id"), ids[4]);
  EXPECT_EQ(last.find('{', 2), std::string::npos) << last;
  EXPECT_EQ(peer.get("/messages?x=1&after=" + ids[4]).body, "[]");
  EXPECT_EQ(peer.get("/messages?after=99999999999999999999999").body, "[]");
  for (const std::string& bad : Strings{"", "x", "-1", "1x", "+1", "1.0", "%31x"}) {
    EXPECT_EQ(peer.get("/messages?after=" + bad).status, 400) << bad;
  }
  EXPECT_EQ(peer.get("/messages?x=1&after").status, 400);
  EXPECT_EQ(peer.get("/messages?afterwards").status, 200);
}

TEST(WebChatServer, IdsGrowOverARestartAndAreSafeInJavaScript) {
  std::string before;
  {
    WebServer server;
    for (int i = 0; i < 100; ++i) before = jsonValue(post(server, "ann", "x"), "id");
  }
  WebServer server;
  const std::string after = jsonValue(post(server, "ann", "x"), "id");
  EXPECT_LT(std::stoull(before), std::stoull(after));
  EXPECT_LT(std::stoull(after), 1ull << 53);
}

TEST(WebChatServer, TimestampIsIso8601) {
  WebServer server;
  const std::string time = jsonValue(post(server, "ann", "x"), "timestamp");
  ASSERT_EQ(time.size(), 24u) << time;
  EXPECT_EQ(std::string{time[4]} + time[7] + time[10] + time[13] + time[16] + time[19] + time[23], "--T::.Z");
}

TEST(WebChatServer, PostedMessageGoesToEverybody) {
  WebServer server;
  WebPeer browser = join(server);
  Peer lines = joinLines(server, browser);
  const std::string message = post(server, "ann", "안녕");
  EXPECT_EQ(browser.frame().payload, message);
  EXPECT_EQ(lines.hear(), "ann:안녕");
}

TEST(WebChatServer, MalformedMessagesAreRefused) {
  WebServer server;
  WebPeer peer(server.port);
  for (const std::string& body :
       Strings{"{", "[]", "\"x\"", "null", "{\"name\":\"a\"}", "{\"text\":\"a\"}", "{\"name\":\"\",\"text\":\"a\"}",
               "{\"name\":\"a\",\"text\":\"\"}", "{\"name\":1,\"text\":\"a\"}", "{\"name\":\" \",\"text\":\"a\"}",
               "{\"name\":\"a\",\"text\":\"\\n\\t\"}", "{\"name\":\"a\",\"text\":\"\xFF\"}",
               "{\"name\":\"a\",\"text\":\"\\ud800\"}", "{\"name\":\"a\",\"text\":\"b\"} x"}) {
    peer.request("POST", "/messages", "", body);
    const WebAnswer answer = peer.answer();
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.body.find("{\"error\":\""), 0u) << answer.body;
  }
  peer.request("POST", "/messages");
  EXPECT_EQ(peer.answer().status, 400);
  EXPECT_EQ(peer.get("/messages").body, "[]");  // and the connection lives
}

TEST(WebChatServer, DeepJsonIsRefused) {
  WebServer server;
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "", std::string(65536, '['));
  EXPECT_EQ(peer.answer().status, 400);
  std::string nested;
  for (int i = 0; i < 10000; ++i) nested += "{\"a\":";
  peer.request("POST", "/messages", "", nested + "1" + std::string(10000, '}'));
  EXPECT_EQ(peer.answer().status, 400);
}

TEST(WebChatServer, NamesAreCutAndControlCharactersBecomeSpaces) {
  WebServer server;
  const std::string message = post(server, "가나\\n\\u0000\\u0085\\u2028" + std::string(40, 'x'), "a\\r\\nb\\u007f");
  EXPECT_EQ(jsonValue(message, "name"), "가나    " + std::string(26, 'x'));
  EXPECT_EQ(jsonValue(message, "text"), "a  b ");
}

TEST(WebChatServer, UnknownPathsAndMethods) {
  WebServer server;
  WebPeer peer(server.port);
  EXPECT_EQ(peer.get("/nothing").status, 404);
  EXPECT_EQ(peer.get("/messages/").status, 404);
  for (const auto& [path, allowed] : std::vector<std::pair<std::string, std::string>>{
           {"/", "GET, HEAD"}, {"/messages", "GET, HEAD, POST"}, {"/chat", "GET, HEAD"}}) {
    peer.request("DELETE", path);
    const WebAnswer answer = peer.answer();
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.fields.at("allow"), allowed);
  }
  peer.request("BREW", "/");
  EXPECT_EQ(peer.answer().status, 501);
}

TEST(WebChatServer, HeadHasTheLengthAndNoBody) {
  WebServer server;
  post(server, "ann", "x");
  WebPeer peer(server.port);
  const std::string length = peer.get("/messages").fields.at("content-length");
  peer.request("HEAD", "/messages");
  EXPECT_EQ(peer.answer(false).fields.at("content-length"), length);
  EXPECT_EQ(peer.get("/messages").status, 200);
}

// ---- HTTP ----

TEST(WebChatServer, PipelinedRequestsAreAnsweredInOrder) {
  WebServer server;
  WebPeer peer(server.port);
  const std::string body = "{\"name\":\"ann\",\"text\":\"x\"}";
  std::string requests = "\r\n";  // allowed before a request
  for (int i = 0; i < 50; ++i) {
    requests += "POST /messages HTTP/1.1\r\n" + peer.host() + "Content-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body + "GET /nothing HTTP/1.1\r\n" + peer.host() + "\r\n";
  }
  peer.send(requests);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(peer.answer().status, 201);
    ASSERT_EQ(peer.answer().status, 404);
  }
}

TEST(WebChatServer, ConnectionStaysOpenOnlyIfTheClientWantsIt) {
  WebServer server;
  WebPeer closing(server.port);
  EXPECT_EQ(closing.get("/messages", "Connection: x, Close\r\n").fields.at("connection"), "close");
  EXPECT_TRUE(closing.isClosed());
  WebPeer old(server.port);
  old.send("GET /messages HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.answer().fields.at("connection"), "close");
  EXPECT_TRUE(old.isClosed());
  WebPeer oldAndLasting(server.port);
  for (int i = 0; i < 2; ++i) {
    oldAndLasting.send("GET /messages HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(oldAndLasting.answer().fields.at("connection"), "keep-alive");
  }
}

TEST(WebChatServer, ClientThatWaitsForPermissionToSendABodyGetsIt) {
  WebServer server;
  WebPeer peer(server.port);
  const std::string body = "{\"name\":\"ann\",\"text\":\"x\"}";
  peer.send("POST /messages HTTP/1.1\r\n" + peer.host() +
            "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(peer.answer().status, 100);
  peer.send(body);
  EXPECT_EQ(peer.answer().status, 201);
}

TEST(WebChatServer, BodyMayHave65536Bytes) {
  WebServer server;
  WebPeer peer(server.port);
  const std::string start = "{\"name\":\"ann\",\"text\":\"";
  peer.request("POST", "/messages", "", start + std::string(65536 - start.size() - 2, 'x') + "\"}");
  EXPECT_EQ(peer.answer().status, 201);
  peer.request("POST", "/messages", "", start + std::string(65537 - start.size() - 2, 'x') + "\"}");
  EXPECT_EQ(peer.answer().status, 413);
  EXPECT_TRUE(peer.isClosed());
}

TEST(WebChatServer, RequestThatCannotBeReadIsAnsweredAndClosed) {
  WebServer server;
  const std::string host = "Host: localhost\r\n";
  const std::string post = "POST /messages HTTP/1.1\r\n" + host;
  const std::vector<std::pair<std::string, int>> cases{
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
      {post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"GET /" + std::string(16 * 1024, 'x') + " HTTP/1.1\r\n" + host + "\r\n", 431},
      {"GET / HTTP/1.1\r\n" + host + "X: " + std::string(16 * 1024, 'x') + "\r\n\r\n", 431},
      {"GET / HTTP/3.0\r\n" + host + "\r\n", 505}};
  for (const auto& [bytes, status] : cases) {
    WebPeer peer(server.port);
    peer.send(bytes);
    const WebAnswer answer = peer.answer();
    EXPECT_EQ(answer.status, status) << bytes.substr(0, 80);
    EXPECT_EQ(answer.body.find("{\"error\":"), 0u);
    EXPECT_TRUE(peer.isClosed());
  }
}

TEST(WebChatServer, UnfinishedRequestEndsTenSecondsAfterItsFirstByte) {
  WebServer server;
  WebPeer header(server.port);
  WebPeer body(server.port);
  const auto start = std::chrono::steady_clock::now();
  header.send("G");
  body.request("POST", "/messages", "Content-Length: 100\r\n");
  body.socket.setSoTimeout(std::chrono::milliseconds(500));
  std::optional<WebAnswer> answer;
  while (!answer) {  // a byte now and then does not help
    try {
      answer = body.answer();
    } catch (const SocketTimeoutException&) {
      body.send("x");
    }
  }
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(header.answer().status, 408);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(9900));
  EXPECT_TRUE(header.isClosed());
}

// ---- origins ----

TEST(WebChatServer, ForeignOriginIsRefused) {
  WebServer server;
  const std::string body = "{\"name\":\"ann\",\"text\":\"x\"}";
  const std::string port = server.portText();
  const Strings foreign{"http://evil.example",
                        "http://localhost:1",
                        "https://localhost:" + port,
                        "http://localhost",
                        "null",
                        "http://localhost:" + port + ".evil.example"};
  for (const std::string& origin : foreign) {
    WebPeer peer(server.port);
    peer.request("POST", "/messages", "Origin: " + origin + "\r\n", body);
    EXPECT_EQ(peer.answer().status, 403) << origin;
    EXPECT_EQ(peer.upgrade("Origin: " + origin + "\r\n").status, 403) << origin;
  }
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "Origin: http://LOCALHOST:" + port + "\r\n", body);
  EXPECT_EQ(peer.answer().status, 201);
  EXPECT_EQ(peer.upgrade("Origin: http://localhost:" + port + "\r\n").status, 101);
}

// ---- WebSockets ----

TEST(WebChatServer, HandshakeIsThatOfTheStandard) {
  WebServer server;
  WebPeer peer(server.port);
  const WebAnswer answer = peer.upgrade();
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.fields.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 section 1.3
}

TEST(WebChatServer, RequestForChatThatIsNoHandshakeIsRefused) {
  WebServer server;
  WebPeer peer(server.port);
  const WebAnswer plain = peer.get("/chat");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.fields.at("upgrade"), "websocket");
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const WebAnswer old = peer.get("/chat", upgrade + key + "Sec-WebSocket-Version: 8\r\n");
  EXPECT_EQ(old.status, 426);
  EXPECT_EQ(old.fields.at("sec-websocket-version"), "13");
  const std::string current = upgrade + "Sec-WebSocket-Version: 13\r\n";
  EXPECT_EQ(peer.get("/chat", current).status, 400);
  EXPECT_EQ(peer.get("/chat", current + "Sec-WebSocket-Key: short\r\n").status, 400);
  EXPECT_EQ(peer.get("/chat", current + key + key).status, 400);
  EXPECT_EQ(peer.get("/messages", current + key).status, 200);
}

TEST(WebChatServer, ClientIsInTheRoomBeforeItsAnswer) {
  WebServer server;
  for (int i = 0; i < 50; ++i) {
    WebPeer peer = join(server);
    const std::string message = post(server, "ann", "right after");
    ASSERT_EQ(peer.frame().payload, message);
  }
}

TEST(WebChatServer, FramesMayArriveWithTheHandshake) {
  WebServer server;
  WebPeer peer(server.port);
  peer.send("GET /chat HTTP/1.1\r\n" + peer.host() + WebPeer::kUpgrade + "\r\n" +
            clientFrame(0x81, "{\"name\":\"ann\",\"text\":\"early\"}"));
  EXPECT_EQ(peer.answer().status, 101);
  EXPECT_EQ(jsonValue(peer.frame().payload, "text"), "early");
}

TEST(WebChatServer, MessageMayBeFragmentedWithControlFramesInBetween) {
  WebServer server;
  WebPeer peer = join(server);
  const std::string message = "{\"name\":\"ann\",\"text\":\"안녕\"}";
  std::string bytes = clientFrame(0x01, message.substr(0, 1));
  for (std::size_t i = 1; i < message.size(); ++i)
    bytes += clientFrame(0x89, "ping") + clientFrame(0x00, message.substr(i, 1));
  bytes += clientFrame(0x8A, "unasked pong") + clientFrame(0x80, "");
  for (const char byte : bytes) peer.send({&byte, 1});
  std::size_t pongs = 0;
  std::string said;
  while (pongs + 1 < message.size() || said.empty()) {  // in any order
    const WebFrame frame = peer.frame();
    ASSERT_NE(frame.opcode, -1);
    if (frame.opcode == 1) said = frame.payload;
    if (frame.opcode == 10 && frame.payload == "ping") ++pongs;
  }
  EXPECT_EQ(jsonValue(said, "text"), "안녕");
}

TEST(WebChatServer, CloseIsAnsweredWithItsCode) {
  WebServer server;
  for (const std::string& payload : Strings{"\x03\xE8", "\x0F\xA1why not", ""}) {
    WebPeer peer = join(server);
    peer.send(clientFrame(0x88, payload));
    const WebFrame frame = peer.frame();
    EXPECT_EQ(frame.opcode, 8);
    EXPECT_EQ(frame.payload.substr(0, 2), payload.substr(0, 2));
    EXPECT_EQ(peer.frame().opcode, -1);
  }
}

TEST(WebChatServer, WrongFramesCloseWithTheirCode) {
  WebServer server;
  const std::string text = "{\"name\":\"ann\",\"text\":\"x\"}";
  const std::vector<std::pair<std::string, int>> cases{
      {clientFrame(0x81, text, false), 1002},                            // not masked
      {clientFrame(0x83, text), 1002},                                   // an unknown opcode
      {clientFrame(0x8B, ""), 1002},                                     // the same of a control frame
      {clientFrame(0xC1, text), 1002},                                   // a reserved bit
      {clientFrame(0x80, text), 1002},                                   // a continuation of nothing
      {clientFrame(0x01, "{") + clientFrame(0x81, text), 1002},          // a message within another one
      {clientFrame(0x09, ""), 1002},                                     // a fragmented ping
      {clientFrame(0x89, std::string(126, 'x')), 1002},                  // a ping that is too long
      {clientFrame(0x88, "\x03"), 1002},                                 // half a code
      {clientFrame(0x88, std::string("\x03\xED")), 1002},                // 1005, which is not for frames
      {clientFrame(0x88, std::string("\x03\xE8\xFF")), 1007},            // a reason that is not UTF-8
      {std::string("\x81\xFE\x00\x05", 4) + std::string(9, 'x'), 1002},  // a length that is not minimal
      {clientFrame(0x81, "\xC3\x28"), 1007},                             // not UTF-8
      {clientFrame(0x81, "\xED\xA0\x80"), 1007},                         // a surrogate
      {clientFrame(0x01, "\xEC") + clientFrame(0x80, "x"), 1007},        // a character that is cut
      {clientFrame(0x82, text), 1003},                                   // binary
      {clientFrame(0x81, "{"), 1003},
      {clientFrame(0x81, "{\"name\":\"ann\",\"text\":\" \"}"), 1003},
      {clientFrame(0x81, std::string(65537, 'x')), 1009},
      {clientFrame(0x01, std::string(65536, ' ')) + clientFrame(0x80, "x"), 1009}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    WebPeer peer = join(server);
    peer.send(cases[i].first);
    const WebFrame frame = peer.frame();
    EXPECT_EQ(frame.opcode, 8) << i;
    EXPECT_EQ(frame.code(), cases[i].second) << i;
    EXPECT_EQ(peer.frame().opcode, -1) << i;
  }
}

TEST(WebChatServer, MessageMayHave65536Bytes) {
  WebServer server;
  WebPeer peer = join(server);
  const std::string start = "{\"name\":\"ann\",\"text\":\"";
  const std::string text(65536 - start.size() - 2, 'x');
  peer.say("ann", text);
  EXPECT_EQ(jsonValue(peer.frame().payload, "text"), text);
}

TEST(WebChatServer, TooManyFragmentsCloseTheWebSocket) {
  WebServer server;
  WebPeer peer = join(server);
  std::string bytes = clientFrame(0x01, " ");
  for (int i = 0; i < 5000; ++i) bytes += clientFrame(0x00, " ");
  peer.send(bytes);
  EXPECT_EQ(peer.frame().code(), 1008);
}

TEST(WebChatServer, WebSocketThatEndsWithoutACloseIsForgotten) {
  WebServer server({"--max-clients", "1"});
  for (int i = 0; i < 20; ++i) {
    WebPeer peer(server.port);
    EXPECT_TRUE(eventually([&] { return peer.upgrade().status == 101; }));
    peer.send(std::string("\x81\xFE", 2));
    if (i % 2 == 0) peer.socket.setSoLinger(true, 0);
  }
}

// ---- the room ----

TEST(WebChatServer, LinesAreNamesAndTexts) {
  WebServer server;
  WebPeer browser = join(server);
  Peer lines = joinLines(server, browser);
  const std::vector<Strings> cases{{"bob:hello: there", "bob", "hello: there", "bob:hello: there"},
                                   {"no name", "127.0.0.1", "no name", "127.0.0.1:no name"},
                                   {":nothing before", "127.0.0.1", ":nothing before", "127.0.0.1::nothing before"},
                                   {"bob:\xFF\tx", "bob", "\xEF\xBF\xBD x", "bob:\xEF\xBF\xBD x"}};
  for (const Strings& one : cases) {
    lines.say("bob:");  // an empty text, which is not relayed
    lines.say("");
    lines.say(one[0]);
    const std::string message = browser.frame().payload;
    EXPECT_EQ(jsonValue(message, "name"), one[1]);
    EXPECT_EQ(jsonValue(message, "text"), one[2]);
    EXPECT_EQ(lines.hear(), one[3]);
  }
}

TEST(WebChatServer, BroadcastClientTakesPart) {
  WebServer server;
  WebPeer browser = join(server);
  Process program = client("broadcast_client", server.linesPort, {"minsu"});
  program.type("안녕하세요\n");
  EXPECT_EQ(jsonValue(browser.frame().payload, "name"), "minsu");
  EXPECT_EQ(program.out.readLine(), "minsu:안녕하세요");
  browser.say("ann", "hi");
  EXPECT_EQ(program.out.readLine(), "ann:hi");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
}

TEST(WebChatServer, OrderIsTheSameForEverybody) {
  WebServer server;
  constexpr int kMessages = 200;
  WebPeer watcher = join(server);
  Peer lines = joinLines(server, watcher);
  std::vector<std::thread> speakers;
  for (int i = 0; i < 3; ++i) {
    speakers.emplace_back([&server, i] {
      WebPeer peer = join(server);
      for (int n = 0; n < kMessages; ++n) peer.say("s" + std::to_string(i), std::to_string(n));
      for (int n = 0; n < kMessages;) n += jsonValue(peer.frame().payload, "name") == "s" + std::to_string(i) ? 1 : 0;
    });
  }
  std::uint64_t last = 0;
  for (int n = 0; n < 3 * kMessages; ++n) {
    const std::string message = watcher.frame().payload;
    ASSERT_EQ(lines.hear(), jsonValue(message, "name") + ":" + jsonValue(message, "text"));
    ASSERT_LT(last, std::stoull(jsonValue(message, "id")));
    last = std::stoull(jsonValue(message, "id"));
  }
  for (std::thread& speaker : speakers) speaker.join();
}

TEST(WebChatServer, BrowserThatDoesNotReadIsDroppedAndHarmsNobody) {
  WebServer server;
  WebPeer deaf(server.port);
  deaf.socket.setReceiveBufferSize(4096);  // what its system takes need not be sent here
  EXPECT_EQ(deaf.upgrade().status, 101);
  const auto showLife = [&] {  // one that is silent for a minute would be dropped for that
    try {
      deaf.send(clientFrame(0x8A, ""));
    } catch (const SocketException&) {  // it is dropped
    }
  };
  WebPeer talker = join(server);
  const std::string text(60000, 'x');
  std::optional<std::string> log;
  for (int i = 0; i < 1000 && !log; ++i) {  // about 200 on Linux
    showLife();
    talker.say("ann", text);
    ASSERT_EQ(jsonValue(talker.frame().payload, "text"), text);
    log = readSome(server.process.err.source(), std::chrono::milliseconds(0));
  }
  EXPECT_NE(log.value_or("").find("it does not read"), std::string::npos) << log.value_or("not dropped");
  talker.say("ann", "still here");
  EXPECT_EQ(jsonValue(talker.frame().payload, "text"), "still here");
}

TEST(WebChatServer, BrowserThatOnlyPingsIsDropped) {
  WebServer server;
  WebPeer peer = join(server);
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += clientFrame(0x89, std::string(125, 'x'));
  const auto pingForever = [&] {
    while (true) peer.send(pings);
  };
  EXPECT_THROW(pingForever(), SocketException);
  EXPECT_NE(server.process.err.readLine().find("it does not read"), std::string::npos);
}

TEST(WebChatServer, LineOverAMebibyteEndsItsClientAlone) {
  WebServer server;
  WebPeer browser = join(server);
  Peer lines = joinLines(server, browser);
  Peer other(server.linesPort);
  other.out.write("x:" + std::string(1024 * 1024, 'x') + "\n");
  other.out.flush();
  other.awaitClose();
  lines.say("bob:still here");
  EXPECT_EQ(jsonValue(browser.frame().payload, "text"), "still here");
}

TEST(WebChatServer, LineClientThatHasFinishedSendingStillGetsItsLines) {
  WebServer server;
  Peer peer(server.linesPort);
  for (int i = 0; i < 200; ++i) peer.out.println("bob:" + std::to_string(i));
  peer.out.flush();
  peer.socket.shutdownOutput();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(peer.hear(), "bob:" + std::to_string(i));
  EXPECT_EQ(peer.hear(), "(end)");
}

}  // namespace
}  // namespace netlite::test
