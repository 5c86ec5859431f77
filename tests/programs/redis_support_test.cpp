// SPDX-License-Identifier: MIT
//
// Tests what a room in Redis is made of: the reader of RESP2, a connection, the stream, what is sent and what was seen.
// Thread-safety: each test has its own objects.
#include "examples/support/backlog.hpp"
#include "examples/support/redis_options.hpp"
#include "examples/support/redis_stream.hpp"
#include "examples/support/seen_lines.hpp"
#include "examples/support/shared_ids.hpp"
#include "support/blocked_thread.hpp"
#include "support/drip.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

using example::RedisError;
using example::RedisReader;
using example::RedisReply;
using netlite::test::Drip;
using Kind = RedisReply::Kind;
using Strings = std::vector<std::string>;

RedisReply read(const std::string& bytes) {
  Drip in(bytes);
  return RedisReader(in).read();
}

// What is wrong with an answer, "" if nothing is, "(end)" if it is not complete.
std::string faultOf(const std::string& bytes) {
  try {
    read(bytes);
    return "";
  } catch (const RedisError& e) {
    return e.what();
  } catch (const SocketException&) {
    return "(end)";
  }
}

// ---- answers ----

TEST(RedisReader, ReadsAllKinds) {
  EXPECT_EQ(read("+OK\r\n").kind, Kind::status);
  EXPECT_EQ(read("+OK\r\n").text, "OK");
  EXPECT_EQ(read("+\r\n").text, "");
  EXPECT_EQ(read("-ERR no\r\n").kind, Kind::error);
  EXPECT_EQ(read("-ERR no\r\n").text, "ERR no");
  EXPECT_EQ(read(":-9223372036854775808\r\n").number, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read("$-1\r\n").kind, Kind::null);
  EXPECT_EQ(read("*-1\r\n").kind, Kind::null);
  EXPECT_EQ(read("$0\r\n\r\n").kind, Kind::bulk);
  EXPECT_EQ(read("$4\r\na\r\nb\r\n").text, "a\r\nb");
  EXPECT_EQ(read("*0\r\n").kind, Kind::array);
  const RedisReply array = read("*3\r\n$1\r\na\r\n*1\r\n:1\r\n$-1\r\n");
  ASSERT_EQ(array.elements.size(), 3u);
  EXPECT_EQ(array.elements[0].text, "a");
  EXPECT_EQ(array.elements[1].elements.at(0).number, 1);
  EXPECT_EQ(array.elements[2].kind, Kind::null);
}

TEST(RedisReader, ReadsOneReplyAfterTheOther) {
  Drip in("+a\r\n$1\r\nb\r\n:3\r\n");
  RedisReader reader(in);
  EXPECT_EQ(reader.read().text, "a");
  EXPECT_EQ(reader.read().text, "b");
  EXPECT_EQ(reader.read().number, 3);
  EXPECT_THROW(reader.read(), SocketException);
}

TEST(RedisReader, RefusesWhatIsMalformed) {
  for (const std::string& bytes : Strings{"\r\n",
                                          "OK\r\n",
                                          "+OK\n",
                                          "+OK\rx",
                                          "+O\nK\r\n",
                                          ":\r\n",
                                          ":x\r\n",
                                          ":1x\r\n",
                                          ": 1\r\n",
                                          ":+1\r\n",
                                          "$\r\n",
                                          "$x\r\n",
                                          "$-2\r\n",
                                          "$-0\r\n\r\n",
                                          "$1\r\nab\r\n",
                                          "$2\r\nab\n\r",
                                          "$1.0\r\na\r\n",
                                          "*-2\r\n",
                                          "*x\r\n",
                                          "*1\r\nx\r\n",
                                          "%1\r\n+a\r\n+b",
                                          "_\r\n",
                                          ":9223372036854775808\r\n",
                                          "$9223372036854775808\r\n",
                                          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    EXPECT_EQ(faultOf(bytes).rfind("its answer makes no sense: ", 0), 0u) << bytes << " " << faultOf(bytes);
  }
}

TEST(RedisReader, AnswerThatIsNotCompleteIsTheEndOfTheStream) {
  const std::string whole = "*2\r\n$3\r\nabc\r\n:10\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(faultOf(whole.substr(0, size)), "(end)") << size;
  EXPECT_EQ(faultOf(whole), "");
  EXPECT_EQ(faultOf("$9223372036854775807\r\nabc"), "(end)");  // takes no memory before it has arrived
  EXPECT_EQ(faultOf("*9223372036854775807\r\n:1\r\n"), "(end)");
}

TEST(RedisReader, LineHasALimit) {
  EXPECT_EQ(faultOf("+" + std::string(RedisReader::kMaxLine - 1, 'x') + "\r\n"), "");
  EXPECT_NE(faultOf("+" + std::string(RedisReader::kMaxLine, 'x') + "\r\n"), "");
}

TEST(RedisReader, WhatIsTooLongIsDroppedAndTheNextReplyIsRead) {
  const std::string most(RedisReader::kMaxBytes, 'x');
  const auto bulk = [](const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; };
  ByteArrayInputStream in(bulk(most) + bulk(most + "x") + "*3\r\n" + bulk(most) + bulk("a") + bulk("b") + "+OK\r\n");
  RedisReader reader(in);
  EXPECT_EQ(reader.read().text, most);
  const RedisReply cut = reader.read();
  EXPECT_TRUE(cut.isCut);
  EXPECT_EQ(cut.text, "");
  const RedisReply array = reader.read();
  EXPECT_TRUE(array.isCut);
  EXPECT_EQ(array.elements.at(0).text, most);
  EXPECT_EQ(array.elements.at(1).text, "");
  const RedisReply next = reader.read();
  EXPECT_FALSE(next.isCut);
  EXPECT_EQ(next.text, "OK");
}

TEST(RedisReader, ElementsBeyondTheLimitAreDropped) {
  std::string bytes = "*2000\r\n";
  for (int i = 0; i < 2000; ++i) bytes += "*1\r\n:" + std::to_string(i) + "\r\n";
  ByteArrayInputStream in(bytes + "+OK\r\n");
  RedisReader reader(in);
  const RedisReply array = reader.read();
  EXPECT_TRUE(array.isCut);
  EXPECT_LE(array.elements.size(), RedisReader::kMaxElements);
  EXPECT_EQ(reader.read().text, "OK");
}

TEST(RedisReader, SizeOfAnArrayThrowsAnErrorAsOne) {
  const auto sizeOf = [](const std::string& bytes) {
    Drip in(bytes);
    return RedisReader(in).readArraySize();
  };
  EXPECT_EQ(sizeOf("*3\r\n"), 3u);
  EXPECT_EQ(sizeOf("*-1\r\n"), std::nullopt);
  EXPECT_THROW(sizeOf("-ERR no\r\n"), RedisError);
  EXPECT_THROW(sizeOf("$1\r\na\r\n"), RedisError);
}

TEST(RedisReader, WhatIsShownIsSafeForATerminalAndShort) {
  EXPECT_EQ(faultOf("\x1B[2J\r\n"), "its answer makes no sense: \xEF\xBF\xBD[2J");
  EXPECT_LT(faultOf(std::string(4000, 'x') + "\r\n").size(), 250u);
}

// ---- a connection ----

// A Redis that answers each command by a script, and keeps the commands.
class ScriptedRedis {
 public:
  // @param answers each is sent when another command has arrived
  explicit ScriptedRedis(Strings answers)
      : answers_(std::move(answers)),
        server_(ServerSocket(0, 0, InetAddress::getLoopbackAddress()), [this](Socket& client) { serve(client); }) {
    server_.start();
    settings_.host = "127.0.0.1";
    settings_.port = server_.getLocalPort();
    const example::Program program{"test", {}, "", {example::kTlsOption, example::kCaOption}};
    settings_.tls = std::make_shared<example::ClientTls>(example::Arguments(program, {}));
  }

  example::RedisSettings& settings() { return settings_; }

  // The commands so far, their words joined by spaces.
  Strings commands() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return commands_;
  }

 private:
  void serve(Socket& client) {
    SocketInputStream in = client.getInputStream();
    RedisReader reader(in);  // a command looks like an answer
    for (const std::string& answer : answers_) {
      std::string words;
      for (const RedisReply& word : reader.read().elements) words += (words.empty() ? "" : " ") + word.text;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        commands_.push_back(words);
      }
      client.getOutputStream().write(answer);
    }
    in.readAllBytes();
  }

  const Strings answers_;
  example::RedisSettings settings_;
  std::mutex mutex_;
  Strings commands_;  // guarded by mutex_
  TcpServer server_;
};

TEST(RedisConnection, SendsThePasswordFirst) {
  ScriptedRedis redis({"+OK\r\n", "+PONG\r\n"});
  redis.settings().password = "a b\r\nc";
  example::RedisConnection connection(redis.settings());
  connection.open();
  EXPECT_EQ(connection.call({"PING"}).text, "PONG");
  EXPECT_EQ(redis.commands(), (Strings{"AUTH a b\r\nc", "PING"}));
}

TEST(RedisConnection, ErrorIsThrown) {
  ScriptedRedis redis({"-WRONGPASS no\r\n"});
  redis.settings().password = "x";
  example::RedisConnection connection(redis.settings());
  try {
    connection.open();
    ADD_FAILURE() << "the password was accepted";
  } catch (const RedisError& e) {
    EXPECT_STREQ(e.what(), "it says: WRONGPASS no");
  }
}

TEST(RedisConnection, AnswerThatDoesNotComeIsATimeout) {
  ScriptedRedis redis({""});
  example::RedisConnection connection(redis.settings());
  connection.open();
  EXPECT_THROW(connection.call({"PING"}), SocketTimeoutException);
}

TEST(RedisConnection, CloseEndsACall) {
  ScriptedRedis redis({""});
  example::RedisConnection connection(redis.settings());
  connection.open();
  auto call = std::async(std::launch::async, [&] { connection.call({"PING"}); });
  while (redis.commands().empty()) std::this_thread::yield();
  connection.close();
  EXPECT_THROW(call.get(), SocketException);
}

TEST(RedisConnection, ClosedOneDoesNotOpen) {
  ScriptedRedis redis({});
  example::RedisConnection connection(redis.settings());
  connection.close();
  EXPECT_THROW(connection.open(), SocketException);
}

// ---- the stream ----

std::string bulk(const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; }

std::string array(const Strings& elements) {
  std::string bytes = "*" + std::to_string(elements.size()) + "\r\n";
  for (const std::string& element : elements) bytes += element;
  return bytes;
}

std::string entry(const std::string& id, const Strings& fields) {
  Strings bulks;
  for (const std::string& field : fields) bulks.push_back(bulk(field));
  return array({bulk(id), array(bulks)});
}

std::string page(const Strings& entries) { return array({array({bulk("netlite:room:x"), array(entries)})}); }

// A stream of a scripted Redis.
struct Stream {
  explicit Stream(Strings answers) : redis(std::move(answers)), connection(redis.settings()), stream(connection, "x") {
    connection.open();
  }

  // The entries after 1-1: their ids and lines.
  Strings read(std::chrono::milliseconds wait = 0ms) {
    Strings entries;
    stream.readAfter({1, 1}, wait, [&](const example::StreamEntry& each) {
      entries.push_back(each.id.toString() + " ");
      if (!each.line) return;
      entries.back() += each.line->server + " " + std::to_string(each.line->number) + " " +
                        each.line->name.value_or("(none)") + " " + each.line->text;
    });
    return entries;
  }

  ScriptedRedis redis;
  example::RedisConnection connection;
  example::RedisStream stream;
};

TEST(RedisStream, ReadsEntries) {
  Stream x({page({entry("1-2", {"server", "s", "number", "7", "text", "hello"}),
                  entry("5-0", {"text", "a\r\nb", "x", "y", "name", "n\nm", "number", "8", "server", "t"})}),
            "*-1\r\n"});
  EXPECT_EQ(x.read(), (Strings{"1-2 s 7 (none) hello", "5-0 t 8 n m a  b"}));
  EXPECT_EQ(x.read(100ms), Strings{});
  EXPECT_EQ(x.redis.commands(), (Strings{"XREAD COUNT 100 STREAMS netlite:room:x 1-1",
                                         "XREAD COUNT 100 BLOCK 100 STREAMS netlite:room:x 1-1"}));
}

TEST(RedisStream, EntryThatIsNoLineHasNone) {
  Stream x({page({entry("2-0", {}), entry("2-1", {"server", "s", "number", "1"}),
                  entry("2-2", {"server", "s", "number", "0", "text", "t"}),
                  entry("2-3", {"server", "s", "number", "18446744073709551616", "text", "t"}),
                  entry("2-4", {"server", std::string(65, 's'), "number", "1", "text", "t"}),
                  entry("2-5", {"server", "s", "number", "1", "text", std::string(RedisReader::kMaxBytes, 'x')}),
                  entry("2-6", {"server", "s", "number", "1", "text"}),
                  entry("2-7", {"server", "s", "number", "1", "text", ""})})});
  EXPECT_EQ(x.read(), (Strings{"2-0 ", "2-1 ", "2-2 ", "2-3 ", "2-4 ", "2-5 ", "2-6 ", "2-7 s 1 (none) "}));
}

TEST(RedisStream, RefusesAnswersThatMakeNoSense) {
  const std::string good = entry("2-0", {"server", "s", "number", "1", "text", "t"});
  for (const std::string& answer : Strings{"+OK\r\n",
                                           "$-1\r\n",
                                           ":1\r\n",
                                           "*0\r\n",
                                           "*2\r\n",
                                           array({array({bulk("other"), array({})})}),
                                           array({array({bulk("netlite:room:x")})}),
                                           page({bulk("x")}),
                                           page({array({bulk("2-0")})}),
                                           page({array({bulk("2-0"), "*-1\r\n"})}),
                                           page({array({":2\r\n", array({})})}),
                                           page({entry("", {})}),
                                           page({entry("2", {})}),
                                           page({entry("2-", {})}),
                                           page({entry("-0", {})}),
                                           page({entry("2-0-0", {})}),
                                           page({entry("2-0x", {})}),
                                           page({entry("18446744073709551616-0", {})}),
                                           page({entry("1-1", {})}),
                                           page({entry("0-5", {})}),
                                           page({good, good}),
                                           "-ERR no\r\n"}) {
    Stream x({answer});
    EXPECT_THROW(x.read(), RedisError) << answer;
  }
}

TEST(RedisStream, FindsItsPlace) {
  const std::string none = "*0\r\n";
  Stream x({none, array({entry("7-1", {"a", "b"})}), none, array({entry("7-1", {"a", "b"})})});
  EXPECT_TRUE(x.stream.lastId() == example::StreamId{});
  EXPECT_TRUE(x.stream.lastId() == (example::StreamId{7, 1}));
  EXPECT_FALSE(x.stream.contains({7, 1}));
  EXPECT_TRUE(x.stream.contains({7, 1}));
  EXPECT_EQ(x.redis.commands(),
            (Strings{"XREVRANGE netlite:room:x + - COUNT 1", "XREVRANGE netlite:room:x + - COUNT 1",
                     "XRANGE netlite:room:x 7-1 7-1 COUNT 1", "XRANGE netlite:room:x 7-1 7-1 COUNT 1"}));
}

TEST(RedisStream, AppendsALineByOneCommand) {
  Stream x({bulk("1-0"), bulk("1-1")});
  x.stream.append({{"s", 1, std::nullopt, "hello"}});
  x.stream.append({{"s", 2, "n", ""}});
  EXPECT_EQ(x.redis.commands(), (Strings{"XADD netlite:room:x MAXLEN ~ 10000 * server s number 1 text hello",
                                         "XADD netlite:room:x MAXLEN ~ 10000 * server s number 2 name n text "}));
}

TEST(RedisStream, AppendsSeveralLinesByATransaction) {
  Stream x({"+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", array({bulk("1-0"), bulk("1-1")})});
  x.stream.append({{"s", 1, std::nullopt, "a"}, {"s", 2, std::nullopt, "b"}});
  const Strings commands = x.redis.commands();
  EXPECT_EQ(commands.front(), "MULTI");
  EXPECT_EQ(commands.back(), "EXEC");
}

TEST(RedisStream, AppendingFailsUnlessAllLinesHaveIds) {
  for (const Strings& answers :
       std::vector<Strings>{{"-OOM no\r\n"}, {"$-1\r\n"}, {":1\r\n"}, {"+OK\r\n"}, {bulk("1")}, {bulk("x-1")}}) {
    Stream x(answers);
    EXPECT_THROW(x.stream.append({{"s", 1, std::nullopt, "a"}}), RedisError) << answers[0];
  }
  const std::string ok = "+OK\r\n";
  const std::string queued = "+QUEUED\r\n";
  for (const Strings& answers : std::vector<Strings>{{"-ERR no\r\n", queued, queued, array({bulk("1-0"), bulk("1-1")})},
                                                     {ok, "-OOM no\r\n", queued, "-EXECABORT no\r\n"},
                                                     {ok, bulk("1-0"), queued, array({bulk("1-0")})},
                                                     {ok, queued, queued, "*-1\r\n"},
                                                     {ok, queued, queued, array({bulk("1-0")})},
                                                     {ok, queued, queued, array({bulk("1-0"), "-WRONGTYPE no\r\n"})},
                                                     {ok, queued, queued, array({bulk("1-0"), bulk("x")})}}) {
    Stream x(answers);
    EXPECT_THROW(x.stream.append({{"s", 1, std::nullopt, "a"}, {"s", 2, std::nullopt, "b"}}), RedisError)
        << testing::PrintToString(answers);
  }
}

// ---- what was seen ----

TEST(SeenLines, LineIsNewOnce) {
  example::SeenLines seen;
  const auto isNew = [&](const std::string& server, std::uint64_t number) {
    return seen.isNew({server, number, std::nullopt, ""});
  };
  EXPECT_TRUE(isNew("a", 5));
  EXPECT_FALSE(isNew("a", 5));
  EXPECT_FALSE(isNew("a", 4));
  EXPECT_TRUE(isNew("b", 4));
  EXPECT_TRUE(isNew("a", 6));
  EXPECT_EQ(seen.gap(), 0u);
  EXPECT_TRUE(isNew("a", 10));
  EXPECT_EQ(seen.gap(), 3u);
  EXPECT_FALSE(isNew("a", 9));
  EXPECT_EQ(seen.gap(), 0u);
}

TEST(SeenLines, FirstLineOfAServerIsAGapOnlyIfAllLinesAreKnown) {
  example::SeenLines seen;
  seen.isNew({"a", 5, std::nullopt, ""});
  EXPECT_EQ(seen.gap(), 0u);
  seen.setKnowsAll(true);
  seen.isNew({"b", 5, std::nullopt, ""});
  EXPECT_EQ(seen.gap(), 4u);
}

TEST(SeenLines, ForgetsTheServersThatWereNotHeardForLongest) {
  example::SeenLines seen;
  for (std::size_t i = 0; i < example::SeenLines::kMaxServers; ++i)
    seen.isNew({std::to_string(i), 1, std::nullopt, ""});
  seen.isNew({"0", 2, std::nullopt, ""});
  seen.isNew({"one more", 1, std::nullopt, ""});
  EXPECT_FALSE(seen.isNew({"0", 2, std::nullopt, ""}));
  EXPECT_FALSE(seen.isNew({"2", 1, std::nullopt, ""}));
  EXPECT_TRUE(seen.isNew({"1", 1, std::nullopt, ""}));
}

// ---- what is sent ----

using Backlog = example::Backlog<int>;

std::string textOf(const std::vector<Backlog::Line>& lines) {
  std::string text;
  for (const Backlog::Line& line : lines) text += std::to_string(line.number) + line.text + " ";
  return text;
}

TEST(Backlog, LinesAreKeptUntilTheyComeBack) {
  Backlog backlog(10);
  EXPECT_EQ(backlog.add({}, "a", 7), 1u);
  EXPECT_EQ(backlog.add("n", "b", 8), 2u);
  EXPECT_EQ(textOf(backlog.next(0ms)), "");  // nobody sends yet
  backlog.startSending();
  EXPECT_EQ(textOf(backlog.next(0ms)), "1a 2b ");
  backlog.noteSent(2);
  EXPECT_EQ(textOf(backlog.next(0ms)), "");
  backlog.add({}, "c", 9);
  EXPECT_EQ(textOf(backlog.next(0ms)), "3c ");
  EXPECT_EQ(backlog.noteOf(1), 7);
  backlog.noteReturned(1);
  backlog.startSending();  // again, since the connection has failed
  EXPECT_EQ(textOf(backlog.next(0ms)), "2b 3c ");
  backlog.noteReturned(3);
  EXPECT_EQ(textOf(backlog.next(0ms)), "");
  EXPECT_EQ(backlog.noteOf(3), 0);
}

TEST(Backlog, BatchIsLimited) {
  Backlog backlog(1000);
  for (int i = 0; i < 300; ++i) backlog.add({}, "x", 0);
  backlog.startSending();
  EXPECT_EQ(backlog.next(0ms).size(), 128u);
  Backlog large(10);
  for (int i = 0; i < 3; ++i) large.add({}, std::string(200 * 1024, 'x'), 0);
  large.startSending();
  EXPECT_EQ(large.next(0ms).size(), 1u);
}

TEST(Backlog, SpeakerWaitsForRoom) {
  for (const std::size_t size : {std::size_t{1}, example::Outbox::kMaxBytes / 2 - 1}) {
    Backlog backlog(size == 1 ? 2 : 1000);
    backlog.add({}, std::string(size, 'x'), 0);
    backlog.add({}, std::string(size, 'x'), 0);
    std::uint64_t number = 0;
    netlite::test::BlockedThread speaker([&] { number = backlog.add({}, "y", 0); });
    speaker.waitUntilAsleep();
    EXPECT_FALSE(speaker.hasEnded());
    backlog.noteReturned(1);
    speaker.join();
    EXPECT_EQ(number, 3u);
  }
}

TEST(Backlog, PatienceEnds) {
  Backlog backlog(1);
  EXPECT_EQ(backlog.add({}, "a", 0, 1ms), 1u);
  EXPECT_EQ(backlog.add({}, "b", 0, 1ms), 0u);  // dropped
  EXPECT_FALSE(backlog.awaitReturn(1, 1ms));
  backlog.noteReturned(1);
  EXPECT_EQ(backlog.add({}, "c", 0, 1ms), 2u);
}

TEST(Backlog, EmptyLinesHaveASize) {
  Backlog backlog(2 * example::Outbox::kMaxBytes);
  for (std::size_t i = 0; i < example::Outbox::kMaxBytes / 1024; ++i) backlog.add({}, std::string(1023, 'x'), 0);
  EXPECT_EQ(backlog.add({}, "", 0, 1ms), 0u);
}

TEST(Backlog, EndLetsNobodyWait) {
  Backlog backlog(1);
  backlog.add({}, "a", 0);
  auto speaker = std::async(std::launch::async, [&] { return backlog.add({}, "b", 0); });
  auto waiter = std::async(std::launch::async, [&] { return backlog.awaitReturn(1); });
  backlog.end();
  EXPECT_EQ(speaker.get(), 0u);  // dropped
  EXPECT_FALSE(waiter.get());
  backlog.noteReturned(1);
  EXPECT_TRUE(backlog.awaitReturn(1));
}

TEST(Backlog, StopEndsTheSendersWaiting) {
  Backlog backlog(1);
  backlog.startSending();
  auto sender = std::async(std::launch::async, [&] { return backlog.next(1min).size(); });
  backlog.stopSending();
  EXPECT_EQ(sender.get(), 0u);
  EXPECT_FALSE(backlog.isSending());
}

TEST(Backlog, AwaitSentWaitsOnlyWhileLinesAreSent) {
  Backlog backlog(1);
  backlog.add({}, "a", 0);
  backlog.awaitSent(1min);  // returns, as nobody sends
  backlog.startSending();
  backlog.awaitSent(1ms);
  auto waiter = std::async(std::launch::async, [&] { backlog.awaitSent(1min); });
  backlog.noteSent(1);
  waiter.get();
}

// ---- numbers of messages ----

TEST(SharedIds, AreThoseOfTheEntries) {
  example::SharedIds ids;
  EXPECT_EQ(ids.next({1000, 0}), 1024000u);
  EXPECT_EQ(ids.next({1000, 7}), 1024007u);
  EXPECT_EQ(ids.next({1001, 0}), 1025024u);
}

TEST(SharedIds, GrowEvenIfTheClockIsSetBackAndStayBelowTwoToThe53) {
  example::SharedIds ids;
  ids.next({1000, 1023});
  EXPECT_EQ(ids.next({1000, 1024}), 1025024u);
  EXPECT_EQ(ids.next({1000, 1025}), 1025025u);
  EXPECT_EQ(ids.next({1001, 0}), 1025026u);
  EXPECT_EQ(ids.next({1, 0}), 1025027u);
  EXPECT_LT(ids.next({std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()}),
            std::uint64_t{1} << 53);
}

// ---- options ----

example::RedisSettings settingsOf(const std::string& redis) {
  const example::Program program{"test", {}, "", {example::kRedisOption, example::kRoomOption}};
  return *example::redisSettings(example::Arguments(program, {"--redis", redis}));
}

TEST(RedisOptions, AddressIsAHostAndAPort) {
  const auto named = settingsOf("localhost:6379");
  EXPECT_EQ(named.host, "localhost");
  EXPECT_EQ(named.port, 6379);
  EXPECT_EQ(named.room, "lobby");
  EXPECT_EQ(settingsOf("[::1]:1").host, "::1");
  for (const std::string& bad :
       Strings{"", "x", ":1", "x:", "x:0", "x:65536", "x:1x", "x:-1", "::1:1", "[]:1", "[x:1", "x]:1"}) {
    EXPECT_THROW(settingsOf(bad), example::UsageError) << bad;
  }
}

}  // namespace
}  // namespace netlite::test
