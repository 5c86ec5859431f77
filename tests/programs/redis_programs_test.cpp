// SPDX-License-Identifier: MIT
//
// Tests rooms that several servers share through Redis, while servers, Redis and the connections between them fail.
// Thread-safety: each test has its own programs.
#include "support/eventually.hpp"
#include "support/programs.hpp"
#include "support/redis_server.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch_folder.hpp"
#include "support/web_peer.hpp"
#ifdef NETLITE_TEST_HAS_TLS
#include "support/tls.hpp"
#endif

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

using Strings = std::vector<std::string>;

Strings operator+(Strings left, const Strings& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class RedisPrograms : public testing::Test {
 protected:
  void SetUp() override {
    if (!hasRedis()) GTEST_SKIP() << "there is no redis-server";
  }
};

Server broadcaster(const std::string& redis, const Strings& more = {}) {
  return Server("broadcast_server", Strings{"0", "--redis", redis} + more);
}

// Joins a server without nicknames: once the client hears its own line it has joined.
Peer join(const Server& server) {
  static std::atomic<int> count{0};
  Peer peer(server.port);
  const std::string line = "(joining " + std::to_string(++count) + ")";
  peer.say(line);
  while (peer.hear() != line) {
  }
  return peer;
}

// The next line that is no other client's joining.
std::string hear(Peer& peer) {
  std::string line = peer.hear();
  while (line.rfind("(joining ", 0) == 0) line = peer.hear();
  return line;
}

// Everything up to the line "(end)", which the test says, except for joining.
Strings hearAll(Peer& peer) {
  Strings lines;
  for (std::string line = hear(peer); line != "(end)"; line = hear(peer)) lines.push_back(std::move(line));
  return lines;
}

// The next line of the log, except for one about lines that Redis has lost.
std::string readLog(Server& server) {
  std::string line = server.process.err.readLine();
  while (line.find(" missing, as Redis no longer has ") != std::string::npos) line = server.process.err.readLine();
  return line;
}

// Waits for the line that says that Redis is away. Returns the reason.
std::string awaitAway(Server& server, const std::string& redis) {
  const std::string line = readLog(server);
  const std::string start = "broadcast_server: Redis at " + redis + " is away: ";
  EXPECT_EQ(line.substr(0, start.size()), start) << line;
  return line.substr(std::min(start.size(), line.size()));
}

void awaitBack(Server& server, const std::string& redis) {
  EXPECT_EQ(readLog(server), "broadcast_server: Redis at " + redis + " is back");
}

// ---- the command line ----

TEST(RedisOptions, BadArgumentIsOneLineAndExitCode2) {
  const ScratchFolder folder;
  std::ofstream(folder / "empty") << "\n";
  const std::string redis = "127.0.0.1:1";
  for (const Strings& arguments : std::vector<Strings>{{"--redis"},
                                                       {"--redis", "localhost"},
                                                       {"--redis", ":6379"},
                                                       {"--redis", "localhost:"},
                                                       {"--redis", "localhost:0"},
                                                       {"--redis", "localhost:65536"},
                                                       {"--redis", "localhost:6379x"},
                                                       {"--redis", "::1:6379"},
                                                       {"--redis", "[]:6379"},
                                                       {"--room", "x"},
                                                       {"--redis-tls"},
                                                       {"--ca", "x"},
                                                       {"--redis-password-file", "x"},
                                                       {"--redis", redis, "--room", ""},
                                                       {"--redis", redis, "--room", "a\nb"},
                                                       {"--redis", redis, "--room", std::string(101, 'x')},
                                                       {"--redis", redis, "--ca", folder / "none"},
                                                       {"--redis", redis, "--redis-password-file", folder / "none"},
                                                       {"--redis", redis, "--redis-password-file", folder.path()},
                                                       {"--redis", redis, "--redis-password-file", folder / "empty"}}) {
    Process program(example("broadcast_server", Strings{"0"} + arguments));
    EXPECT_EQ(program.wait(), 2) << testing::PrintToString(arguments);
    const std::string error = program.err.readAll();
    EXPECT_EQ(error.find('\n'), error.size() - 1) << error;
  }
}

// ---- a room on three servers ----

// Three servers of a room.
class ThreeServers {
 public:
  explicit ThreeServers(const std::string& redis, const Strings& more = {}) {
    for (int i = 0; i < 3; ++i) servers.push_back(std::make_unique<Server>(broadcaster(redis, more)));
  }

  Server& operator[](std::size_t i) { return *servers[i]; }

  std::vector<std::unique_ptr<Server>> servers;
};

// Clients that say numbered lines, a few to each server.
class Speakers {
 public:
  // @param lines how many lines each says
  Speakers(ThreeServers& room, int clients, int lines) : lines_(lines) {
    for (int i = 0; i < clients; ++i) {
      peers_.push_back(std::make_unique<Peer>(join(room[static_cast<std::size_t>(i) % room.servers.size()])));
    }
  }

  // Says them all. Each speaker also hears what it says, so that it is not dropped.
  void speak(std::chrono::milliseconds pause = 0ms) {
    std::vector<std::future<void>> done;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      done.push_back(std::async(std::launch::async, [this, i, pause] {
        for (int line = 0; line < lines_; ++line) {
          peers_[i]->say("speaker " + std::to_string(i) + " line " + std::to_string(line));
          if (pause.count() > 0) std::this_thread::sleep_for(pause);
        }
      }));
      done.push_back(std::async(std::launch::async, [this, i] { hearOwn(i); }));
    }
    for (auto& each : done) each.get();
  }

  std::size_t total() const { return peers_.size() * static_cast<std::size_t>(lines_); }

  // Each line once, those of each speaker in the order in which it has said them.
  void check(const Strings& heard) const {
    EXPECT_EQ(heard.size(), total());
    std::vector<int> next(peers_.size(), 0);
    for (const std::string& line : heard) {
      const std::size_t speaker = std::stoul(line.substr(8));
      ASSERT_LT(speaker, next.size());
      ASSERT_EQ(line, "speaker " + std::to_string(speaker) + " line " + std::to_string(next[speaker]++));
    }
  }

 private:
  void hearOwn(std::size_t i) {
    const std::string own = "speaker " + std::to_string(i) + " ";
    for (int count = 0; count < lines_;) {
      const std::string line = peers_[i]->hear();
      if (line == "(end)") return ADD_FAILURE() << own << "was dropped";
      if (line.rfind(own, 0) == 0) ++count;
    }
  }

  const int lines_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

// One client of each server, which hear everything.
class Listeners {
 public:
  explicit Listeners(ThreeServers& room) {
    for (const auto& server : room.servers) peers_.push_back(std::make_unique<Peer>(join(*server)));
    for (const auto& peer : peers_) {
      heard_.push_back(std::async(std::launch::async, [&peer = *peer] { return hearAll(peer); }));
    }
  }

  // What each has heard. Requires that nobody says anything any more.
  std::vector<Strings> finish() {
    peers_.front()->say("(end)");
    std::vector<Strings> all;
    for (auto& each : heard_) all.push_back(each.get());
    return all;
  }

 private:
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::future<Strings>> heard_;
};

// Clients that come and go until the end of their life.
class PassersBy {
 public:
  explicit PassersBy(ThreeServers& room) : done_(std::async(std::launch::async, [this, &room] { comeAndGo(room); })) {}
  ~PassersBy() {
    over_ = true;
    done_.wait();
  }

 private:
  void comeAndGo(ThreeServers& room) {
    for (std::size_t i = 0; !over_; ++i) {
      try {
        Peer peer(room[i % 3].port);
        peer.say("(joining in passing)");
        if (i % 3 == 1) peer.hear();
        if (i % 3 == 2) peer.reset();
      } catch (const SocketException&) {  // the server was killed
      }
      std::this_thread::sleep_for(5ms);
    }
  }

  std::atomic<bool> over_{false};
  std::future<void> done_;
};

TEST_F(RedisPrograms, ThreeServersRelayTheSameLinesInTheSameOrder) {
  const RedisServer redis;
  ThreeServers room(redis.address());
  Listeners listeners(room);
  Speakers speakers(room, 10, 200);
  {
    const PassersBy passersBy(room);
    speakers.speak();
  }
  const std::vector<Strings> heard = listeners.finish();
  speakers.check(heard[0]);
  EXPECT_TRUE(heard[0] == heard[1]);
  EXPECT_TRUE(heard[0] == heard[2]);
  for (const auto& server : room.servers) EXPECT_EQ(server->end(), 0);
}

TEST_F(RedisPrograms, RoomsAreSeparate) {
  const RedisServer redis;
  Server lobby = broadcaster(redis.address());
  Server kitchen = broadcaster(redis.address(), {"--room", "kitchen"});
  Server other = broadcaster(redis.address(), {"--room=kitchen"});
  Peer one = join(lobby);
  Peer two = join(kitchen);
  Peer three = join(other);
  two.say("tea?");
  EXPECT_EQ(hear(three), "tea?");
  one.say("hello");
  EXPECT_EQ(hear(one), "hello");
  EXPECT_EQ(redis.call("XLEN netlite:room:lobby"), ":2");
  EXPECT_EQ(redis.call("XLEN netlite:room:kitchen"), ":3");
}

TEST_F(RedisPrograms, ServerOfTheRoomThatIsKilledHarmsNoOther) {
  const RedisServer redis;
  ThreeServers room(redis.address());
  ThreeServers doomed(redis.address());
  Listeners listeners(room);
  Speakers speakers(room, 4, 200);
  Peer doomedSpeaker = join(doomed[0]);
  auto speaking = std::async(std::launch::async, [&] { speakers.speak(1ms); });
  for (int i = 0; i < 50; ++i) doomedSpeaker.say("(joining the doomed)");
  for (const auto& server : doomed.servers) server->process.send(StopSignal::kill);
  Server successor = broadcaster(redis.address());
  Peer late = join(successor);
  speaking.get();
  const std::vector<Strings> heard = listeners.finish();
  speakers.check(heard[0]);
  EXPECT_TRUE(heard[0] == heard[1]);
  EXPECT_TRUE(heard[0] == heard[2]);
  const Strings end = hearAll(late);  // one that came later hears the rest, and nothing from before
  ASSERT_LE(end.size(), heard[0].size());
  EXPECT_TRUE(std::equal(end.rbegin(), end.rend(), heard[0].rbegin()));
}

TEST_F(RedisPrograms, ClientThatHasFinishedSendingStillGetsItsLinesAndIsClosed) {
  const RedisServer redis;
  Server server = broadcaster(redis.address());
  Peer peer(server.port);
  for (int i = 0; i < 500; ++i) peer.out.println(i);
  peer.out.print("without an end");
  peer.out.flush();
  peer.socket.shutdownOutput();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(peer.hear(), std::to_string(i));
  EXPECT_EQ(peer.hear(), "without an end");
  EXPECT_EQ(peer.hear(), "(end)");
}

TEST_F(RedisPrograms, LinesOfAnyBytesAreRelayedAsTheyAre) {
  const RedisServer redis;
  Server one = broadcaster(redis.address(), {"--queue", "1"});
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  for (const std::string& line :
       Strings{"", "안녕하세요 🙂", "\xFF\x01 $5 *2", std::string(1024 * 1024, 'x'), "last"}) {
    speaker.say(line);
    EXPECT_TRUE(hear(listener) == line);
    EXPECT_TRUE(hear(speaker) == line);
  }
}

TEST_F(RedisPrograms, NicknamesJoinAndLeaveAtAllServers) {
  const RedisServer redis;
  Server one = broadcaster(redis.address(), {"--nicknames"});
  Server two = broadcaster(redis.address(), {"--nicknames"});
  Peer mina(one.port);
  mina.say("mina");
  EXPECT_EQ(mina.hear(), "[mina joined the chat]");
  Peer jun(two.port);
  jun.say("jun");
  EXPECT_EQ(jun.hear(), "[jun joined the chat]");
  EXPECT_EQ(mina.hear(), "[jun joined the chat]");
  Peer taken(one.port);
  taken.say("mina");
  EXPECT_EQ(taken.hear(), "the nickname mina is taken");
  jun.say("hello");
  EXPECT_EQ(mina.hear(), "[jun : hello]");
  EXPECT_EQ(jun.hear(), "[jun : hello]");
  jun.say("bye");
  jun.socket.shutdownOutput();
  EXPECT_EQ(jun.hear(), "[jun : bye]");
  EXPECT_EQ(jun.hear(), "(end)");
  EXPECT_EQ(mina.hear(), "[jun : bye]");
  EXPECT_EQ(mina.hear(), "[jun left the chat]");
  Peer again(two.port);
  again.say("jun");
  EXPECT_EQ(again.hear(), "[jun joined the chat]");
}

TEST_F(RedisPrograms, ServerThatEndsSaysThatItsClientsHaveLeft) {
  const RedisServer redis;
  Server one = broadcaster(redis.address(), {"--nicknames"});
  Server two = broadcaster(redis.address(), {"--nicknames"});
  Peer mina(one.port);
  mina.say("mina");
  EXPECT_EQ(mina.hear(), "[mina joined the chat]");
  Peer jun(two.port);
  jun.say("jun");
  EXPECT_EQ(jun.hear(), "[jun joined the chat]");
  EXPECT_EQ(one.end(), 0);
  EXPECT_EQ(jun.hear(), "[mina left the chat]");
}

// ---- Redis fails ----

TEST_F(RedisPrograms, ServerThatFindsNoRedisWaitsForIt) {
  RedisServer redis(unusedPort());
  Server server = broadcaster(redis.address());
  Peer peer(server.port);
  peer.say("early");
  EXPECT_NE(awaitAway(server, redis.address()).find("refused"), std::string::npos);
  redis.start();
  awaitBack(server, redis.address());
  EXPECT_EQ(peer.hear(), "early");
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(server.process.err.readAll(), "");
}

TEST_F(RedisPrograms, ClientThatIsThereBeforeRedisHearsNothingOfBefore) {
  RedisServer redis({"--appendonly", "yes", "--appendfsync", "always"});
  {
    Server server = broadcaster(redis.address());
    Peer peer = join(server);
    peer.say("old");
    EXPECT_EQ(hear(peer), "old");
  }
  redis.kill();
  Server server = broadcaster(redis.address());
  Peer peer(server.port);
  awaitAway(server, redis.address());
  peer.say("new");
  redis.start();
  EXPECT_EQ(peer.hear(), "new");
}

// Redis is killed and started again while everybody talks.
void restartWhileTalking(RedisServer& redis, bool keepsData) {
  ThreeServers room(redis.address());
  Listeners listeners(room);
  Speakers speakers(room, 6, 150);
  auto speaking = std::async(std::launch::async, [&] { speakers.speak(2ms); });
  for (int i = 0; i < 2; ++i) {
    std::this_thread::sleep_for(100ms);  // any moment will do
    redis.kill();
    for (const auto& server : room.servers) awaitAway(*server, redis.address());
    redis.start();
    for (const auto& server : room.servers) awaitBack(*server, redis.address());
  }
  speaking.get();
  const std::vector<Strings> heard = listeners.finish();
  if (keepsData) speakers.check(heard[0]);
  for (const Strings& lines : heard) {
    EXPECT_TRUE(std::set<std::string>(lines.begin(), lines.end()).size() == lines.size()) << "a line came twice";
    EXPECT_TRUE(!keepsData || lines == heard[0]);
  }
  // Each server hears what its own clients have said, whatever Redis has lost.
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t speaker : {i, i + 3}) {
      const std::string start = "speaker " + std::to_string(speaker) + " line ";
      int next = 0;
      for (const std::string& line : heard[i]) {
        if (line.rfind(start, 0) != 0) continue;
        ASSERT_EQ(line, start + std::to_string(next++));
      }
      EXPECT_EQ(next, 150);
    }
  }
}

TEST_F(RedisPrograms, NothingIsLostOrDoubledWhenRedisRestartsWithItsData) {
  RedisServer redis({"--appendonly", "yes", "--appendfsync", "always"});
  restartWhileTalking(redis, true);
}

TEST_F(RedisPrograms, ServersKeepTheirClientsLinesWhenRedisRestartsWithoutItsData) {
  RedisServer redis;
  restartWhileTalking(redis, false);
}

TEST_F(RedisPrograms, WhatIsSaidWhileRedisIsAwayGoesOutWhenItIsBackWithoutItsData) {
  RedisServer redis;
  ThreeServers room(redis.address());
  std::vector<Peer> peers;
  for (const auto& server : room.servers) peers.push_back(join(*server));
  peers[0].say("before");
  for (Peer& peer : peers) EXPECT_EQ(hear(peer), "before");
  redis.kill();
  for (const auto& server : room.servers) awaitAway(*server, redis.address());
  for (int i = 0; i < 100; ++i) {
    for (std::size_t peer = 0; peer < 3; ++peer) peers[peer].say(std::to_string(peer) + " " + std::to_string(i));
  }
  redis.start();
  for (const auto& server : room.servers) awaitBack(*server, redis.address());
  Strings first;
  for (std::size_t peer = 0; peer < 3; ++peer) {
    Strings lines;
    for (int i = 0; i < 300; ++i) lines.push_back(hear(peers[peer]));
    if (first.empty()) first = lines;
    EXPECT_TRUE(lines == first);
  }
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 300u);
  peers[0].say("after");
  for (Peer& peer : peers) EXPECT_EQ(hear(peer), "after");
}

// Redis's clock may be another one after a restart: the ids of entries begin again.
TEST_F(RedisPrograms, IdsThatStartOverAreNoticed) {
  const RedisServer redis;
  Server one = broadcaster(redis.address());
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  redis.call("XADD netlite:room:lobby 9999999999999-0 server x number 1 text far");
  EXPECT_EQ(hear(speaker), "far");
  EXPECT_EQ(hear(listener), "far");
  redis.call("DEL netlite:room:lobby");
  speaker.say("near");
  EXPECT_EQ(hear(speaker), "near");
  EXPECT_EQ(hear(listener), "near");
}

TEST_F(RedisPrograms, NothingIsLostOrDoubledWhenRedisHangs) {
  const RedisServer redis;
  ThreeServers room(redis.address());
  Listeners listeners(room);
  Speakers speakers(room, 3, 100);
  auto speaking = std::async(std::launch::async, [&] { speakers.speak(1ms); });
  {
    const Paused hangs(redis.process());
    for (const auto& server : room.servers) awaitAway(*server, redis.address());
  }
  for (const auto& server : room.servers) awaitBack(*server, redis.address());
  speaking.get();
  const std::vector<Strings> heard = listeners.finish();
  speakers.check(heard[0]);
  EXPECT_TRUE(heard[0] == heard[1]);
  EXPECT_TRUE(heard[0] == heard[2]);
}

TEST_F(RedisPrograms, LineTheServerHasAtItsOrderlyEndStillGoesOut) {
  const RedisServer redis;
  Server one = broadcaster(redis.address());
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  redis.call("CLIENT PAUSE 60000 WRITE");
  speaker.say("last words");
  const std::regex held(" flags=b [^\n]* cmd=xadd ");  // a client that Redis keeps waiting, and its command
  ASSERT_TRUE(eventually([&] { return std::regex_search(redis.callForText("CLIENT LIST"), held); }));
  one.process.send(StopSignal::interrupt);
  speaker.awaitClose();
  std::this_thread::sleep_for(50ms);  // a server that does not wait leaves meanwhile
  redis.call("CLIENT UNPAUSE");
  EXPECT_EQ(one.process.wait(), 0);
  EXPECT_EQ(hear(listener), "last words");
}

TEST_F(RedisPrograms, SpeakerWaitsWhileRedisStaysAway) {
  RedisServer redis;
  Server server = broadcaster(redis.address());
  Peer peer = join(server);
  redis.kill();
  awaitAway(server, redis.address());
  [[maybe_unused]] const long before = peakMemory(server.process.started());
  const std::string line(1000, 'x');
  peer.socket.setWriteTimeout(2s);
  // 100 MB, unless the speaker has to wait. What does not fit into the system's buffers stays in the writer.
  std::size_t said = 0;
  do {
    peer.out.println(line);
  } while (++said < 100000 && peer.out.flush());
  EXPECT_LT(said, 100000u);
#if !defined(NETLITE_TEST_ADDRESS_SANITIZER) && !defined(NETLITE_TEST_THREAD_SANITIZER)
  EXPECT_LT(peakMemory(server.process.started()) - before, 32 * 1024);
#endif
  EXPECT_EQ(server.end(), 0);  // and the end does not wait for Redis
}

// ---- the connection fails ----

// Passes on what arrives, as long as `passes` says so.
void forward(Socket& from, Socket& to, const std::function<bool(const std::string&)>& passes) {
  std::string bytes(65536, '\0');
  while (const std::size_t size = from.getInputStream().read(bytes.data(), bytes.size())) {
    if (!passes(bytes.substr(0, size))) return;
    to.getOutputStream().write(bytes.data(), size);
  }
}

// Stands between a server and Redis. Cuts the connection in which a command has `text` in it once Redis has answered
// it, and passes on something else in place of the answer.
class CuttingProxy {
 public:
  CuttingProxy(int redis, std::string text, std::string answer = "")
      : redis_(redis),
        text_(std::move(text)),
        answer_(std::move(answer)),
        server_(loopbackServer(), [this](Socket& client) { serve(client); }) {
    server_.start();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_.getLocalPort()); }
  int cuts() const { return cuts_; }

 private:
  void serve(Socket& client) {
    Socket redis(InetAddress::getLoopbackAddress(), redis_);
    std::atomic<bool> isCut{false};
    std::thread answers([&] {
      try {
        forward(redis, client, [&](const std::string&) {
          if (!isCut) return true;
          ++cuts_;
          client.getOutputStream().write(answer_);
          return false;
        });
      } catch (const IOException&) {
      }
      redis.close();
      client.close();
    });
    try {
      forward(client, redis, [&](const std::string& bytes) {
        if (cuts_ == 0 && bytes.find(text_) != std::string::npos) isCut = true;
        return true;
      });
    } catch (const IOException&) {
    }
    redis.close();
    answers.join();
  }

  const int redis_;
  const std::string text_;
  const std::string answer_;
  std::atomic<int> cuts_{0};
  TcpServer server_;
};

TEST_F(RedisPrograms, CommandWhoseAnswerIsLostIsRelayedOnce) {
  const RedisServer redis;
  CuttingProxy proxy(redis.port(), "cut me");
  Server one = broadcaster(proxy.address());
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  for (const std::string& line : Strings{"a", "cut me", "b"}) speaker.say(line);
  for (Peer* peer : {&speaker, &listener}) {
    for (const std::string& line : Strings{"a", "cut me", "b"}) EXPECT_EQ(hear(*peer), line);
  }
  EXPECT_TRUE(eventually([&] { return proxy.cuts() == 1; }));
  speaker.say("c");
  EXPECT_EQ(hear(listener), "c");
#ifdef NETLITE_TEST_HAS_WEB_CHAT
  // One that comes later has it once, too.
  Server late("web_chat_server", {"0", "--redis", redis.address()});
  std::string messages;
  EXPECT_TRUE(eventually([&] {
    messages = WebPeer(late.port).get("/messages").body;
    return messages.find("\"c\"") != std::string::npos;
  }));
  EXPECT_EQ(messages.find("cut me"), messages.rfind("cut me")) << messages;
#endif
}

// Stands between a server and Redis. Cuts the connection in which a command has `text` in it, and passes the command on
// only when the server has sent it again by another connection: as if it had been long on its way.
class DelayingProxy {
 public:
  DelayingProxy(const RedisServer& redis, std::string text)
      : redis_(redis), text_(std::move(text)), server_(loopbackServer(), [this](Socket& client) { serve(client); }) {
    server_.start();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_.getLocalPort()); }
  bool hasDelivered() const { return has_delivered_; }

 private:
  void serve(Socket& client) {
    Socket redis(InetAddress::getLoopbackAddress(), redis_.port());
    std::atomic<bool> isRepeated{false};
    std::thread answers([&] {
      try {
        forward(redis, client, [&](const std::string&) {
          if (isRepeated) is_repeated_ = true;
          return true;
        });
      } catch (const IOException&) {
      }
      client.close();
    });
    try {
      forward(client, redis, [&](const std::string& bytes) {
        const bool hasText = bytes.find(text_) != std::string::npos;
        if (hasText && !is_held_.exchange(true)) return hold(client, redis, bytes);
        isRepeated = hasText;
        return true;
      });
    } catch (const IOException&) {
    }
    redis.close();
    answers.join();
  }

  bool hold(Socket& client, Socket& redis, const std::string& bytes) {
    client.close();
    EXPECT_TRUE(eventually([this] { return is_repeated_.load(); }));
    const std::string before = redis_.call("XLEN netlite:room:lobby");
    redis.getOutputStream().write(bytes);
    has_delivered_ = eventually([&] { return redis_.call("XLEN netlite:room:lobby") != before; });
    return false;
  }

  const RedisServer& redis_;
  const std::string text_;
  std::atomic<bool> is_held_{false};
  std::atomic<bool> is_repeated_{false};
  std::atomic<bool> has_delivered_{false};
  TcpServer server_;
};

TEST_F(RedisPrograms, CommandThatArrivesAfterItsRepetitionIsRelayedOnce) {
  const RedisServer redis;
  DelayingProxy proxy(redis, "late");
  Server one = broadcaster(proxy.address());
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  speaker.say("late");
  EXPECT_EQ(hear(speaker), "late");
  EXPECT_TRUE(eventually([&] { return proxy.hasDelivered(); }));
  speaker.say("after");
  EXPECT_EQ(hear(speaker), "after");
  for (const std::string& line : Strings{"late", "after"}) EXPECT_EQ(hear(listener), line);
}

TEST_F(RedisPrograms, ServerThatHasFallenBehindSaysHowManyLinesAreMissing) {
  const RedisServer redis;
  Server one = broadcaster(redis.address());
  Server two = broadcaster(redis.address());
  Peer speaker = join(one);
  Peer listener = join(two);
  {
    const Paused slow(two.process);
    for (int i = 0; i < 300; ++i) speaker.say(std::to_string(i));
    for (int i = 0; i < 300; ++i) EXPECT_EQ(hear(speaker), std::to_string(i));
    redis.call("XTRIM netlite:room:lobby MAXLEN 100");
  }
  speaker.say("(end)");
  const std::size_t missing = 300 - hearAll(listener).size();
  EXPECT_GT(missing, 0u);
  EXPECT_EQ(two.process.err.readLine(), "broadcast_server: room lobby: " + std::to_string(missing) +
                                            " lines are missing, as Redis no longer has them");
}

TEST_F(RedisPrograms, EntryOfAnotherProgramIsReportedAndSkipped) {
  const RedisServer redis;
  Server server = broadcaster(redis.address());
  Peer peer = join(server);
  for (const std::string& fields :
       Strings{"x y", "server s number 0 text t", "server s number -1 text t", "server s number 1 name t",
               "number 1 text t", "server " + std::string(65, 's') + " number 1 text t"}) {
    redis.call("XADD netlite:room:lobby * " + fields);
    EXPECT_NE(server.process.err.readLine().find(" is no line"), std::string::npos) << fields;
  }
  redis.call("XADD netlite:room:lobby * server s more x number 7 text \"a\\r\\nb\" name n");
  EXPECT_EQ(hear(peer), "n:a  b");  // one line, whatever is in it
}

// ---- something else answers ----

// Listens where Redis should, and sends each client some bytes.
class FakeRedis {
 public:
  FakeRedis(int port, const std::string& bytes)
      : server_(ServerSocket(port, 0, InetAddress::getLoopbackAddress()), [bytes](Socket& client) {
          client.getOutputStream().write(bytes);
          client.getInputStream().readAllBytes();
        }) {
    server_.start();
  }

 private:
  TcpServer server_;
};

TEST_F(RedisPrograms, AnswersThatMakeNoSenseAreReportedAndTheLineIsKept) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"HTTP/1.1 400 Bad Request\r\n", "its answer makes no sense: HTTP/1.1 400 Bad Request"},
      {"\x1B[2J\r\n", "its answer makes no sense: \xEF\xBF\xBD[2J"},
      {std::string(100000, 'x'), "its answer makes no sense: " + std::string(200, 'x')},
      {"-NOAUTH Authentication required.\r\n", "it says: NOAUTH Authentication required."},
      {"-LOADING Redis is loading the dataset in memory\r\n",
       "it says: LOADING Redis is loading the dataset in memory"},
      {"*1\r\n*2\r\n$1\r\nx\r\n*0\r\n", "its answer makes no sense: 'x' is no id"},
      {"*0\r\n*1\r\n*2\r\n$5\r\nother\r\n*0\r\n", "its answer makes no sense: entries of another stream"},
      {"*0\r\n:1\r\n", "its answer makes no sense: :1"}};
  for (const auto& [bytes, reason] : cases) {
    RedisServer redis(unusedPort());
    auto fake = std::make_unique<FakeRedis>(redis.port(), bytes);
    Server server = broadcaster(redis.address());
    Peer peer(server.port);
    peer.say("kept");
    EXPECT_EQ(awaitAway(server, redis.address()), reason);
    fake.reset();
    redis.start();
    awaitBack(server, redis.address());
    EXPECT_EQ(peer.hear(), "kept");
  }
}

TEST_F(RedisPrograms, IdThatIsNoneIsReportedAndTheLineIsKept) {
  const RedisServer redis;
  CuttingProxy proxy(redis.port(), "kept", "$2\r\n12\r\n");
  Server server = broadcaster(proxy.address());
  Peer peer = join(server);
  peer.say("kept");
  EXPECT_EQ(awaitAway(server, proxy.address()), "its answer makes no sense: '12' is no id");
  awaitBack(server, proxy.address());
  EXPECT_EQ(hear(peer), "kept");
  peer.say("next");
  EXPECT_EQ(hear(peer), "next");
}

TEST_F(RedisPrograms, RedisThatNeverAnswersIsReported) {
  RedisServer redis(unusedPort());
  auto silent = std::make_unique<FakeRedis>(redis.port(), "");
  Server server = broadcaster(redis.address());
  Peer peer(server.port);
  peer.say("kept");
  EXPECT_NE(awaitAway(server, redis.address()).find("read from "), std::string::npos);
  silent.reset();
  redis.start();
  awaitBack(server, redis.address());
  EXPECT_EQ(peer.hear(), "kept");
}

TEST_F(RedisPrograms, ErrorOfRedisIsReportedOnceAndTheLineIsKept) {
  RedisServer redis({"--maxmemory-policy", "noeviction"});
  Server server = broadcaster(redis.address());
  Peer peer = join(server);
  redis.call("CONFIG SET maxmemory 1");
  for (int i = 0; i < 5; ++i) peer.say("kept " + std::to_string(i));
  EXPECT_NE(awaitAway(server, redis.address()).find("OOM command not allowed"), std::string::npos);
  redis.call("CONFIG SET maxmemory 0");
  awaitBack(server, redis.address());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hear(peer), "kept " + std::to_string(i));
  redis.call("SET netlite:room:lobby x");
  peer.say("kept, too");
  EXPECT_NE(awaitAway(server, redis.address()).find("it says: WRONGTYPE"), std::string::npos);
  redis.call("DEL netlite:room:lobby");
  awaitBack(server, redis.address());
  EXPECT_EQ(hear(peer), "kept, too");
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(server.process.err.readAll(), "");
}

TEST_F(RedisPrograms, PasswordIsThatOfTheFile) {
  const RedisServer redis({"--requirepass", "a secret"});
  const ScratchFolder folder;
  std::ofstream(folder / "password") << "a secret\n";
  std::ofstream(folder / "wrong") << "a secret\n\n";
  Server server = broadcaster(redis.address(), {"--redis-password-file", folder / "password"});
  Peer peer = join(server);
  Server without = broadcaster(redis.address());
  EXPECT_NE(awaitAway(without, redis.address()).find("it says: NOAUTH"), std::string::npos);
  Server wrong = broadcaster(redis.address(), {"--redis-password-file", folder / "wrong"});
  EXPECT_NE(awaitAway(wrong, redis.address()).find("it says: WRONGPASS"), std::string::npos);
}

#ifdef NETLITE_TEST_HAS_TLS
TEST_F(RedisPrograms, SpeaksTlsWithRedis) {
  const TlsContexts contexts;
  const int port = unusedPort();
  Process tls({NETLITE_REDIS_SERVER, "--bind", "127.0.0.1", "--port", "0", "--save", "", "--tls-port",
               std::to_string(port), "--tls-cert-file", contexts.files.chain(), "--tls-key-file", contexts.files.key(),
               "--tls-ca-cert-file", contexts.authorityFiles.chain(), "--tls-auth-clients", "no"});
  tls.out.readUntil("Ready to accept connections");
  const std::string address = "localhost:" + std::to_string(port);
  const Strings trusting{"--ca", contexts.authorityFiles.chain()};
  Server one = broadcaster(address, trusting);
  Server two = broadcaster(address, trusting + Strings{"--redis-tls"});
  Peer speaker = join(one);
  Peer listener = join(two);
  speaker.say("in secret");
  EXPECT_EQ(hear(listener), "in secret");
  Server strict = broadcaster(address, {"--redis-tls"});
  EXPECT_NE(awaitAway(strict, address).find("not trusted"), std::string::npos);
  Server plain = broadcaster(address);
  awaitAway(plain, address);
  for (Server* server : {&one, &strict, &plain}) EXPECT_EQ(server->end(), 0);
}
#else
TEST(RedisOptions, TlsIsRefusedWithoutOpenSsl) {
  Process program(example("broadcast_server", {"0", "--redis", "localhost:1", "--redis-tls"}));
  EXPECT_EQ(program.wait(), 2);
}
#endif

// ---- the end ----

TEST_F(RedisPrograms, InterruptEndsAServerWhateverItWaitsFor) {
  for (const StopSignal signal : gracefulStopSignals()) {
    RedisServer redis(unusedPort());
    Server lonely = broadcaster(redis.address(), {"--nicknames"});  // there is no Redis
    Peer joining(lonely.port);
    joining.say("mina");  // and waits for its joining
    awaitAway(lonely, redis.address());
    const int silentPort = unusedPort();
    const FakeRedis silent(silentPort, "");
    Server waiting = broadcaster("127.0.0.1:" + std::to_string(silentPort));
    Peer half(waiting.port);
    half.say("x");
    half.socket.shutdownOutput();  // and waits for its line
    redis.start();
    Server idle = broadcaster(redis.address());
    Peer peer = join(idle);
    for (Server* server : {&lonely, &waiting, &idle}) {
      EXPECT_EQ(server->end(signal), 0);
      EXPECT_EQ(server->process.output, "");
    }
  }
}

// ---- browsers ----

#ifdef NETLITE_TEST_HAS_WEB_CHAT
Server webServer(const std::string& redis, const Strings& more = {}) {
  return Server("web_chat_server", Strings{"0", "--redis", redis} + more);
}

std::string post(const Server& server, const std::string& name, const std::string& text) {
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "", "{\"name\":\"" + name + "\",\"text\":\"" + text + "\"}");
  const WebAnswer answer = peer.answer();
  EXPECT_EQ(answer.status, 201) << answer.body;
  return answer.body;
}

std::string messages(const Server& server, const std::string& query = "") {
  return WebPeer(server.port).get("/messages" + query).body;
}

WebPeer joinWeb(const Server& server) {
  WebPeer peer(server.port);
  EXPECT_EQ(peer.upgrade().status, 101);
  return peer;
}

TEST_F(RedisPrograms, BrowsersAndLinesOfAllServersAreInOneRoom) {
  const RedisServer redis;
  Server one = webServer(redis.address());
  Server two = webServer(redis.address(), {"--lines", "0"});
  const int linesPort = std::stoi(two.process.out.readLine().substr(14));
  Server lines = broadcaster(redis.address());
  Server named = broadcaster(redis.address(), {"--nicknames"});
  Peer listener = join(lines);
  post(one, "ann", "ready");
  EXPECT_EQ(hear(listener), "ann:ready");
  EXPECT_TRUE(eventually([&] { return messages(two).find("ready") != std::string::npos; }));
  WebPeer browser = joinWeb(two);
  const std::string posted = post(one, "ann", "안녕");
  EXPECT_EQ(hear(listener), "ann:안녕");
  EXPECT_EQ(browser.frame().payload, posted);
  Peer plain(linesPort);
  plain.say("jun:from a line");
  EXPECT_EQ(plain.hear(), "jun:from a line");
  EXPECT_EQ(hear(listener), "jun:from a line");
  const std::string fromLine = browser.frame().payload;
  EXPECT_EQ(jsonValue(fromLine, "name"), "jun");
  EXPECT_EQ(jsonValue(fromLine, "text"), "from a line");
  listener.say("kim:hello");
  EXPECT_EQ(jsonValue(browser.frame().payload, "name"), "kim");
  listener.say("nobody in particular");
  const std::string nameless = browser.frame().payload;
  EXPECT_EQ(jsonValue(nameless, "name"), "*");
  EXPECT_EQ(jsonValue(nameless, "text"), "nobody in particular");
  listener.say("");  // is nothing to browsers
  Peer mina(named.port);
  mina.say("mina");
  EXPECT_EQ(mina.hear(), "[mina joined the chat]");
  EXPECT_EQ(jsonValue(browser.frame().payload, "text"), "[mina joined the chat]");
  EXPECT_TRUE(eventually([&] { return messages(one) == messages(two); }));
}

TEST_F(RedisPrograms, IdsAndTimesAreTheSameAtEveryServerAndAfterARestart) {
  const RedisServer redis;
  Server one = webServer(redis.address());
  std::string last;
  for (int i = 0; i < 20; ++i) last = post(one, "ann", std::to_string(i));
  const std::string all = messages(one);
  EXPECT_LT(std::stoull(jsonValue(last, "id")), 1ull << 53);
  Server two = webServer(redis.address());
  EXPECT_TRUE(eventually([&] { return messages(two) == all; })) << messages(two);
  EXPECT_EQ(one.end(), 0);
  Server again = webServer(redis.address(), {"--history", "5"});
  const std::string fifth = all.substr(all.rfind("{\"id\":", all.find("\"text\":\"15\"")));
  EXPECT_TRUE(eventually([&] { return messages(again) == "[" + fifth; })) << messages(again);
  const std::string next = post(again, "ann", "next");
  EXPECT_LT(std::stoull(jsonValue(last, "id")), std::stoull(jsonValue(next, "id")));
  EXPECT_TRUE(eventually([&] { return messages(two, "?after=" + jsonValue(last, "id")) == "[" + next + "]"; }));
}

TEST_F(RedisPrograms, PostedMessageWaitsForRedis) {
  RedisServer redis(unusedPort());
  Server server = webServer(redis.address());
  auto posted = std::async(std::launch::async, [&] { return post(server, "ann", "early"); });
  WebPeer browser = joinWeb(server);
  EXPECT_NE(server.process.err.readLine().find(" is away: "), std::string::npos);
  EXPECT_EQ(messages(server), "[]");
  redis.start();
  const std::string message = posted.get();
  EXPECT_EQ(jsonValue(message, "text"), "early");
  EXPECT_EQ(browser.frame().payload, message);
  EXPECT_EQ(server.end(), 0);
}

TEST_F(RedisPrograms, PostedMessageThatDoesNotComeBackIsAnsweredInTime) {
  Server server = webServer("127.0.0.1:" + std::to_string(unusedPort()));
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "", "{\"name\":\"ann\",\"text\":\"early\"}");
  EXPECT_EQ(peer.answer().status, 503);
}

TEST_F(RedisPrograms, WhoWaitsForRedisIsToldThatTheServerEnds) {
  const RedisServer redis(unusedPort());
  Server server = webServer(redis.address());
  WebPeer peer(server.port);
  peer.request("POST", "/messages", "", "{\"name\":\"ann\",\"text\":\"early\"}");
  EXPECT_NE(server.process.err.readLine().find(" is away: "), std::string::npos);
  WebPeer browser = joinWeb(server);
  browser.say("ann", "early, too");
  server.process.send(gracefulStopSignals().back());
  EXPECT_EQ(browser.frame().code(), 1001);
  EXPECT_EQ(server.process.wait(), 0);
}

TEST_F(RedisPrograms, WebAndBroadcastServersHaveTheSameOrder) {
  const RedisServer redis;
  Server web = webServer(redis.address(), {"--history", "1000"});
  Server lines = broadcaster(redis.address());
  Peer listener = join(lines);
  WebPeer browser = joinWeb(web);
  auto speaking = std::async(std::launch::async, [&] {
    for (int i = 0; i < 200; ++i) browser.say("ann", std::to_string(i));
  });
  for (int i = 0; i < 200; ++i) listener.say("kim:" + std::to_string(i));
  std::string heard;
  for (int i = 0; i < 400; ++i) heard += hear(listener) + "\n";
  speaking.get();
  std::string shown;
  for (int i = 0; i < 400;) {
    const std::string json = browser.frame().payload;
    if (jsonValue(json, "name") == "*") continue;  // the listener's joining
    shown += jsonValue(json, "name") + ":" + jsonValue(json, "text") + "\n";
    ++i;
  }
  EXPECT_EQ(heard, shown);
}
#endif

}  // namespace
}  // namespace netlite::test
