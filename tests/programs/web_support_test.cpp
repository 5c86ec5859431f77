// SPDX-License-Identifier: MIT
//
// Tests what web_chat_server is made of: the reader of HTTP requests, time limits, the history, times as text.
// Thread-safety: each test has its own objects.
#include "examples/support/history.hpp"
#include "examples/support/http_connection.hpp"
#include "examples/support/http_request.hpp"
#include "examples/support/utc.hpp"
#include "examples/support/websocket_member.hpp"
#include "support/drip.hpp"
#include "support/web_peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

example::HttpRequest readRequest(const std::string& bytes) {
  Drip in(bytes);
  example::HttpReader reader(in);
  EXPECT_TRUE(reader.awaitRequest());
  return reader.read([] {});
}

// The status of the error, 0 if there is none, -1 if the stream ends first.
int errorOf(const std::string& bytes) {
  try {
    readRequest(bytes);
    return 0;
  } catch (const example::HttpError& e) {
    return e.status();
  } catch (const EOFException&) {
    return -1;
  }
}

const std::string kHost = "Host: x\r\n";

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + kHost + fields + "\r\n"; }
std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

// ---- requests ----

TEST(HttpReader, ReadsTheParts) {
  const auto request = readRequest(
      "POST /a/b?c=d?e HTTP/1.1\r\nhOST:  x:80 \r\nX-A: \tb c\t\r\nX-A: d\r\nContent-Length: 3\r\n\r\nabcd");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a/b");
  EXPECT_EQ(request.query, "c=d?e");
  EXPECT_EQ(request.host, "x:80");
  EXPECT_EQ(request.field("x-a"), "b c");
  EXPECT_EQ(request.count("x-a"), 2u);
  EXPECT_EQ(request.body, "abc");
  EXPECT_TRUE(request.keepsConnection());
}

TEST(HttpReader, WholeUrlNamesTheHost) {
  const auto request = readRequest("GET HTTP://Other:8080?q HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(request.host, "Other:8080");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query, "q");
  EXPECT_EQ(readRequest("GET https://[::1]:1/a HTTP/1.1\r\n" + kHost + "\r\n").path, "/a");
}

TEST(HttpReader, RefusesAmbiguousHeaders) {
  const std::vector<std::pair<std::string, int>> cases{{"GET / HTTP/1.1\n" + kHost + "\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
                                                       {"GET / HTTP/1.1\rHost: x\r\n\r\n", 400},
                                                       {"GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {" GET / HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET / HTTP/1.1 \r\n" + kHost + "\r\n", 400},
                                                       {"GET\t/\tHTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET /\r\n\r\n", 400},
                                                       {"GET / http/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET / HTTP/1.10\r\n" + kHost + "\r\n", 400},
                                                       {"GET / HTTP/0.9\r\n" + kHost + "\r\n", 505},
                                                       {"GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
                                                       {"GET / HTTP/1.9\r\n" + kHost + "\r\n", 0},
                                                       {"G@T / HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET x HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 0},
                                                       {"GET /#x HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET /\xC3\xA9 HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET http:///x HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {"GET http://a@b/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
                                                       {get("A : b\r\n"), 400},
                                                       {get("A\t: b\r\n"), 400},
                                                       {get(": b\r\n"), 400},
                                                       {get("A b\r\n"), 400},
                                                       {get("A: b\r\n c\r\n"), 400},
                                                       {get(" A: b\r\n"), 400},
                                                       {get("A: b\rc\r\n"), 400},
                                                       {get("A: b\nc: d\r\n"), 400},
                                                       {get(std::string("A: b\0c\r\n", 8)), 400},
                                                       {get("A: \x01\r\n"), 400},
                                                       {get("A: \x7F\r\n"), 400},
                                                       {get("A: \xC3\xA9\r\n"), 0},
                                                       {get("A:\r\n"), 0}};
  for (const auto& [bytes, status] : cases) EXPECT_EQ(errorOf(bytes), status) << bytes;
}

TEST(HttpReader, HostIsNamedOnce) {
  const std::vector<std::pair<std::string, int>> cases{{"GET / HTTP/1.1\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\n" + kHost + kHost + "\r\n", 400},
                                                       {"GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n", 400},
                                                       {"GET / HTTP/1.0\r\n\r\n", 0},
                                                       {"GET http://x/ HTTP/1.1\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
                                                       {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a;b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: [\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400},
                                                       {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
                                                       {"GET / HTTP/1.1\r\nHost: a.example:\r\n\r\n", 0}};
  for (const auto& [bytes, status] : cases) EXPECT_EQ(errorOf(bytes), status) << bytes;
}

TEST(HttpReader, RefusesBodiesWhoseEndIsNotCertain) {
  const auto post = [](const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\n" + kHost + fields + "\r\n" + body;
  };
  const std::vector<std::pair<std::string, int>> cases{
      {post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
      {post("Content-Length: 1\r\nContent-Length: 2\r\n", "xy"), 400},
      {post("Content-Length: 1, 1\r\n", "x"), 400},
      {post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Content-Length: +1\r\n", "x"), 400},
      {post("Content-Length: -1\r\n", "x"), 400},
      {post("Content-Length: 0x1\r\n", "x"), 400},
      {post("Content-Length: 1 1\r\n", "x"), 400},
      {post("Content-Length:\r\n"), 400},
      {post("Content-Length: 01\r\n", "x"), 0},
      {post("Content-Length: 65537\r\n"), 413},
      {post("Content-Length: 18446744073709551617\r\n"), 413},
      {post("Transfer-Encoding: gzip\r\n"), 501},
      {post("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {post("Transfer-Encoding: identity\r\n"), 501},
      {post("Transfer-Encoding: xchunked\r\n"), 501},
      {post("Transfer-Encoding: chunked, gzip\r\n"), 400},
      {post("Transfer-Encoding: chunked, chunked\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {post("Transfer-Encoding:\r\n"), 400},
      {post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), 0},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post("Expect: 100-Continue\r\n"), 0},
      {post("Expect: tea\r\n"), 417},
      {post("Content-Length: 2\r\n", "x"), -1}};
  for (const auto& [bytes, status] : cases) EXPECT_EQ(errorOf(bytes), status) << bytes;
}

TEST(HttpReader, ReadsChunks) {
  EXPECT_EQ(
      readRequest(chunked("1\r\na\r\n00a;x=\"y\";z\r\n0123456789\r\nB ;x\r\nbcdefghijkl\r\n0;x\r\nTrailer: x\r\n\r\n"))
          .body,
      "a0123456789bcdefghijkl");
}

TEST(HttpReader, RefusesBadChunks) {
  const std::vector<std::pair<std::string, int>> cases{{"\r\n", 400},
                                                       {"x\r\n", 400},
                                                       {"-1\r\n", 400},
                                                       {"0x1\r\n", 400},
                                                       {" 1\r\na\r\n0\r\n\r\n", 400},
                                                       {"1 \r\na\r\n0\r\n\r\n", 400},
                                                       {"1 2\r\na\r\n0\r\n\r\n", 400},
                                                       {"1\na\r\n0\r\n\r\n", 400},
                                                       {"1;a\nb\r\na\r\n0\r\n\r\n", 400},
                                                       {"1\r\nab\r\n0\r\n\r\n", 400},
                                                       {"1\r\na\n0\r\n\r\n", 400},
                                                       {"2\r\na\r\n0\r\n\r\n", 400},
                                                       {"0\r\n\n", 400},
                                                       {"0\r\nA : b\r\n\r\n", 400},
                                                       {"10001\r\n", 413},
                                                       {"FFFFFFFFFFFFFFFFF\r\n", 413},
                                                       {"1\r\na\r\n10000\r\n", 413},
                                                       {"1;" + std::string(2000, 'x') + "\r\na\r\n0\r\n\r\n", 400},
                                                       {"0\r\nA: " + std::string(16 * 1024, 'x') + "\r\n\r\n", 431},
                                                       {"1\r\na", -1}};
  for (const auto& [body, status] : cases) EXPECT_EQ(errorOf(chunked(body)), status) << body.substr(0, 80);
  std::string extended;
  for (int i = 0; i < 20; ++i) extended += "1;" + std::string(1000, 'x') + "\r\na\r\n";
  EXPECT_EQ(errorOf(chunked(extended)), 400);
  std::string tiny;
  for (int i = 0; i < 65536; ++i) tiny += "1\r\na\r\n";
  EXPECT_EQ(errorOf(chunked(tiny + "0\r\n\r\n")), 0);
}

TEST(HttpReader, HeaderHas16KiB) {
  const auto line = [](std::size_t size) {
    return "GET /" + std::string(size - 14, 'x') + " HTTP/1.1\r\n" + kHost + "\r\n";
  };
  EXPECT_EQ(errorOf(line(16 * 1024)), 0);
  EXPECT_EQ(errorOf(line(16 * 1024 + 1)), 431);
  const std::size_t left = 16 * 1024 - kHost.size();  // for all other fields together
  EXPECT_EQ(errorOf(get("A: " + std::string(left - 5, 'x') + "\r\n")), 0);
  EXPECT_EQ(errorOf(get("A: " + std::string(left - 4, 'x') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 4097; ++i) many += "a:\r\n";
  EXPECT_EQ(errorOf(get(many)), 431);
}

TEST(HttpReader, KeepsWhatFollowsARequest) {
  ByteArrayInputStream in(get("") + get("A: b\r\n") + "rest");
  example::HttpReader reader(in);
  reader.read([] {});
  EXPECT_EQ(reader.read([] {}).field("a"), "b");
  EXPECT_EQ(reader.takeRest(), "rest");
  EXPECT_FALSE(reader.awaitRequest());
}

TEST(HttpReader, AsksForABodyOnlyIfItIsExpected) {
  const auto asks = [](const std::string& bytes) {
    Drip in(bytes);
    example::HttpReader reader(in);
    bool asked = false;
    reader.read([&] { asked = true; });
    return asked;
  };
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  EXPECT_TRUE(asks(post + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx"));
  EXPECT_FALSE(asks(post + "Content-Length: 1\r\n\r\nx"));
  EXPECT_FALSE(asks(post + "Expect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(asks("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"));
}

// ---- time limits ----

ServerSocket listenOnLoopback() { return ServerSocket(0, 0, InetAddress::getLoopbackAddress()); }

example::HttpResponse errorResponse(int status, const std::string& why) {
  return example::responseOf(status, "text/plain", why);
}

TEST(HttpConnection, IdleConnectionIsClosed) {
  ServerSocket listener = listenOnLoopback();
  WebPeer peer(listener.getLocalPort());
  Socket socket = listener.accept();
  example::HttpTimes times;
  times.idle = 50ms;
  example::HttpConnection connection(socket, errorResponse, times);
  EXPECT_FALSE(connection.nextRequest());
  EXPECT_TRUE(peer.isClosed());
}

TEST(HttpConnection, HasNoTimeLimitsAfterAnUpgrade) {
  ServerSocket listener = listenOnLoopback();
  WebPeer peer(listener.getLocalPort());
  Socket socket = listener.accept();
  example::HttpConnection connection(socket, errorResponse);
  peer.send(get("") + "rest");
  EXPECT_TRUE(connection.nextRequest());
  EXPECT_EQ(connection.upgrade(), "rest");
  EXPECT_EQ(socket.getSoTimeout(), 0ms);
  EXPECT_EQ(socket.getWriteTimeout(), 0ms);
}

TEST(HttpConnection, ClientThatDoesNotReadAnAnswerIsGivenUp) {
  ServerSocket listener = listenOnLoopback();
  const WebPeer peer(listener.getLocalPort());
  Socket socket = listener.accept();
  example::HttpTimes times;
  times.response = 50ms;
  example::HttpConnection connection(socket, errorResponse, times);
  const auto answerForever = [&] {
    while (true) connection.answer(errorResponse(200, std::string(1024 * 1024, 'x')));
  };
  EXPECT_THROW(answerForever(), SocketTimeoutException);
}

TEST(WebSocketMember, SilentClientIsPingedAndDropped) {
  ServerSocket listener = listenOnLoopback();
  WebPeer peer(listener.getLocalPort());
  const auto member = std::make_shared<example::Member>(listener.accept(), example::Form::frames, 10);
  example::Room room;
  example::Stay stay(room, member);
  example::WebSocketMember reader(room, stay, member, [](std::string_view) {}, {20ms, 1s});
  const auto listen = [&] {
    std::thread server([&] { reader.listen(""); });
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 1300ms) {  // longer than a silent client may stay
      ASSERT_EQ(peer.frame().opcode, 9);
      peer.send(clientFrame(0x8A, ""));
    }
    int opcode = 9;
    while (opcode == 9) opcode = peer.frame().opcode;
    EXPECT_EQ(opcode, -1);
    server.join();
  };
  const auto converse = [&] {
    stay.converse(
        false, [&] { stay.join({}, {}); }, listen);
  };
  EXPECT_THROW(converse(), SocketException);  // as the socket is closed
}

// ---- the history ----

TEST(History, IsBoundedInBytes) {
  example::History history(1000000);
  const auto large = std::make_shared<const std::string>(std::string(1024 * 1024, 'x'));
  for (std::uint64_t id = 1; id <= 20; ++id) history.add(id, large);
  EXPECT_EQ(history.after(0).size(), example::History::kMaxBytes / large->size());
  EXPECT_EQ(history.after(18).size(), 2u);
  EXPECT_TRUE(history.after(20).empty());
}

TEST(History, MayKeepNothing) {
  example::History history(0);
  history.add(1, std::make_shared<const std::string>("x"));
  EXPECT_TRUE(history.after(0).empty());
}

// ---- times ----

TEST(Utc, TimesAreThoseOfTheCalendar) {
  EXPECT_EQ(example::isoTime(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(example::httpTime(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(example::isoTime(951827696789), "2000-02-29T12:34:56.789Z");
  EXPECT_EQ(example::httpTime(951827696789), "Tue, 29 Feb 2000 12:34:56 GMT");
  EXPECT_EQ(example::httpTime(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110
  EXPECT_EQ(example::isoTime(4102444799999), "2099-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace netlite::test
