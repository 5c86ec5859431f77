// SPDX-License-Identifier: MIT
//
// Tests broadcast_server and broadcast_client with many clients, some of them hostile.
// Thread-safety: each test has its own programs.
#include "examples/support/outbox.hpp"
#include "examples/support/places.hpp"
#include "support/eventually.hpp"
#include "support/pace.hpp"
#include "support/programs.hpp"
#include "support/sanitizers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

using Strings = std::vector<std::string>;

// Joins a server without nicknames, which announces nothing: once the client hears its own line it has joined.
Peer join(int port) {
  Peer peer(port);
  peer.say("(joining)");
  while (peer.hear() != "(joining)") {
  }
  return peer;
}

Peer joinAs(const std::string& name, int port) {
  Peer peer(port);
  peer.say(name);
  EXPECT_EQ(peer.hear(), "[" + name + " joined the chat]");
  return peer;
}

// --- relaying ---

TEST(BroadcastServer, EveryLineGoesToAllIncludingTheSender) {
  Server server("broadcast_server");
  Peer one = join(server.port);
  Peer two = join(server.port);
  EXPECT_EQ(one.hear(), "(joining)");
  for (const std::string line : {"hello", "", "안녕하세요 🙂"}) {
    two.say(line);
    EXPECT_EQ(one.hear(), line);
    EXPECT_EQ(two.hear(), line);
  }
}

TEST(BroadcastServer, ClientThatHasFinishedSendingStillGetsItsLinesAndIsClosed) {
  Server server("broadcast_server");
  Peer peer(server.port);
  for (int i = 0; i < 500; ++i) peer.out.println(i);
  peer.out.print("without an end");
  peer.out.flush();
  peer.socket.shutdownOutput();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(peer.hear(), std::to_string(i));
  EXPECT_EQ(peer.hear(), "without an end");
  EXPECT_EQ(peer.hear(), "(end)");
}

TEST(BroadcastServer, LastLinesOfAClientThatLeavesWithoutReadingAreNotLost) {
  Server server("broadcast_server");
  Peer stays = join(server.port);
  for (int i = 0; i < 50; ++i) {
    Peer leaves(server.port);
    for (int line = 0; line < 20; ++line) leaves.out.println(line);
    leaves.out.flush();
    leaves.socket.close();
    for (int line = 0; line < 20; ++line) ASSERT_EQ(stays.hear(), std::to_string(line));
  }
}

TEST(BroadcastServer, IncompleteLineDoesNotDelayCompleteOnes) {
  Server server("broadcast_server");
  Peer listener = join(server.port);
  Peer typist(server.port);
  typist.out.print("whole\nhal");
  typist.out.flush();
  EXPECT_EQ(listener.hear(), "whole");
  typist.say("f");
  EXPECT_EQ(listener.hear(), "half");
}

TEST(BroadcastServer, QueueOfOneLineLosesNothingForClientsThatRead) {
  const auto attempt = [](Pace& pace) {
    Server server("broadcast_server", {"--queue", "1", "0"});
    Peer one = join(server.port);
    Peer two = join(server.port);
    EXPECT_EQ(one.hear(), "(joining)");
    pace.step();
    for (int i = 0; i < 300; ++i) one.out.println(i);
    one.out.flush();
    bool isHeard = true;
    for (int i = 0; i < 300 && isHeard; ++i, pace.step()) {
      isHeard = one.hear() == std::to_string(i) && two.hear() == std::to_string(i);
    }
    return isHeard;
  };
  EXPECT_TRUE(succeedsUnlessHeldUp(500ms, attempt));
}

// 50 clients that send each other 200 lines each, while another client never reads and more come and go.
class Crowd {
 public:
  static constexpr int kClients = 50;
  static constexpr int kLines = 200;

  explicit Crowd(int port) : port_(port), silent_(join(port)) {
    for (int i = 0; i < kClients; ++i) members_.push_back(join(port));
  }

  std::vector<Strings> talk() {
    const auto passersBy = std::async(std::launch::async, [this] { comeAndGo(); });
    std::vector<std::future<void>> speakers;
    std::vector<std::future<Strings>> listeners;
    for (int i = 0; i < kClients; ++i) {
      Peer& member = members_[static_cast<std::size_t>(i)];
      listeners.push_back(std::async(std::launch::async, [&member] { return listen(member); }));
      speakers.push_back(std::async(std::launch::async, [&member, i] { speak(member, i); }));
    }
    std::vector<Strings> heard;
    for (auto& listener : listeners) heard.push_back(listener.get());
    for (auto& speaker : speakers) speaker.get();
    over_ = true;
    passersBy.wait();
    return heard;
  }

 private:
  static void speak(Peer& member, int number) {
    for (int i = 0; i < kLines; ++i) {
      member.out.println("member " + std::to_string(number) + " line " + std::to_string(i));
      if (i % 7 == 0) member.out.flush();
    }
    member.out.flush();
  }

  // After an error, the lines received before it.
  static Strings listen(Peer& member) {
    Strings lines;
    try {
      for (std::string line; lines.size() < kClients * kLines && member.in.readLine(line);) {
        if (line.rfind("member ", 0) == 0) lines.push_back(line);
      }
    } catch (const IOException&) {
    }
    return lines;
  }

  void comeAndGo() {
    for (int i = 0; !over_; ++i) {
      Peer peer(port_);
      peer.say("passing by");
      if (i % 3 == 1) peer.hear();
      if (i % 3 == 2) peer.reset();
    }
  }

  const int port_;
  Peer silent_;
  std::vector<Peer> members_;
  std::atomic<bool> over_{false};
};

TEST(BroadcastServer, NothingIsLostDuplicatedOrReorderedInACrowd) {
  Server server("broadcast_server", {"0", "--queue=1000000"});  // a busy machine may hold up some for a while
  const std::vector<Strings> heard = Crowd(server.port).talk();
  ASSERT_EQ(heard.front().size(), static_cast<std::size_t>(Crowd::kClients * Crowd::kLines));
  for (const Strings& lines : heard) EXPECT_TRUE(lines == heard.front()) << "the order differs";
  std::vector<int> next(Crowd::kClients, 0);
  for (const std::string& line : heard.front()) {
    const std::size_t member = std::stoul(line.substr(7));
    EXPECT_EQ(line, "member " + std::to_string(member) + " line " + std::to_string(next[member]++));
  }
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastServer, ClientsThatAreGoneAtOnceHarmNobody) {
  Server server("broadcast_server");
  Peer peer(server.port);
  for (int i = 0; i < 500; ++i) {
    Peer gone(server.port);
    gone.say("gone");
    gone.reset();
  }
  peer.say("still here");
  std::string heard = peer.hear();
  while (heard == "gone") heard = peer.hear();
  EXPECT_EQ(heard, "still here");
  EXPECT_EQ(server.end(), 0);
}

// --- the queue of a client ---

example::SharedChunk lines(std::size_t count, std::size_t size) {
  return std::make_shared<const example::Chunk>(example::Chunk{std::string(size, 'x'), count});
}

TEST(Outbox, HoldsTheGivenNumberOfLinesBesidesThoseBeingSent) {
  example::Outbox outbox(5);
  outbox.add(lines(3, 1));
  EXPECT_TRUE(outbox.hasRoomFor(*lines(2, 1)));
  EXPECT_FALSE(outbox.hasRoomFor(*lines(3, 1)));
  EXPECT_EQ(outbox.take().size(), 1u);
  EXPECT_TRUE(outbox.hasRoomFor(*lines(5, 1)));
}

TEST(Outbox, HoldsEightMebibytesIncludingLinesBeingSent) {
  example::Outbox outbox(1000);
  outbox.add(lines(1, example::Outbox::kMaxBytes - 1));
  outbox.take();
  EXPECT_TRUE(outbox.hasRoomFor(*lines(1, 1)));
  EXPECT_FALSE(outbox.hasRoomFor(*lines(1, 2)));
  outbox.add(lines(1, 1));
  outbox.take();  // the first line has been sent
  EXPECT_TRUE(outbox.hasRoomFor(*lines(1, 2)));
}

TEST(Outbox, WaitsForAWriterThatMakesProgressButNotForAStuckOne) {
  example::Outbox outbox(1);
  outbox.add(lines(1, 1));
  auto waiter = std::async(std::launch::async, [&] { return outbox.awaitRoomFor(*lines(1, 1)); });
  outbox.take();  // the writer makes progress
  EXPECT_TRUE(waiter.get());
  outbox.add(lines(1, 1));
  EXPECT_FALSE(outbox.awaitRoomFor(*lines(1, 1)));  // the writer has been sending for too long
}

TEST(Outbox, StartsAWriterOnDemandOnlyWhenThereIsSomethingToSend) {
  constexpr std::chrono::milliseconds kNoWait(0);
  example::Outbox outbox(5);
  int started = 0;
  outbox.startWriterOnDemand([&] { ++started; });
  EXPECT_TRUE(outbox.awaitWriter(kNoWait));
  outbox.add(lines(1, 1));
  outbox.add(lines(1, 1));
  EXPECT_EQ(started, 1);
  EXPECT_FALSE(outbox.awaitWriter(kNoWait));
  EXPECT_EQ(outbox.take().size(), 2u);
  EXPECT_TRUE(outbox.take().empty());  // there is nothing more: the writer ends
  EXPECT_TRUE(outbox.awaitWriter(kNoWait));
  outbox.add(lines(1, 1));
  EXPECT_EQ(started, 2);
}

TEST(Outbox, IsClosedIfNoWriterCanBeStarted) {
  example::Outbox outbox(1);
  outbox.startWriterOnDemand(
      [] { throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again)); });
  outbox.add(lines(1, 1));
  EXPECT_TRUE(outbox.hasRoomFor(*lines(2, 1)));
  EXPECT_TRUE(outbox.take().empty());
}

TEST(Outbox, OnceFinishedDropsWhatIsAdded) {
  example::Outbox outbox(1);
  outbox.add(lines(1, 1));
  outbox.finish();
  EXPECT_TRUE(outbox.hasRoomFor(*lines(2, 1)));
  outbox.add(lines(2, 1));
  EXPECT_EQ(outbox.take().size(), 1u);
  EXPECT_TRUE(outbox.take().empty());
}

TEST(Outbox, OnceClosedAcceptsEverythingAndReturnsNothing) {
  example::Outbox outbox(1);
  outbox.add(lines(1, 1));
  outbox.close();
  outbox.add(lines(1, 1));
  EXPECT_TRUE(outbox.hasRoomFor(*lines(9, 1)));
  EXPECT_TRUE(outbox.take().empty());
}

// --- hostile clients ---

TEST(BroadcastServer, ClientThatNeverReadsIsDroppedWithoutDelayingOthers) {
  Server server("broadcast_server", {"0", "--queue=16"});
  Peer deaf = join(server.port);
  Peer listener = join(server.port);
  Peer speaker = join(server.port);
  const std::string line(20000, 'x');
  const int lines = 600;  // more than the system buffers for a client that never reads
  listener.hear();        // the line with which the speaker joined
  for (int i = 0; i < lines; ++i) {
    speaker.say(line);
    ASSERT_EQ(listener.hear().size(), line.size());
    ASSERT_EQ(speaker.hear().size(), line.size());
  }
  EXPECT_NE(server.process.err.readLine().find("broadcast_server: dropped /127.0.0.1:"), std::string::npos);
  deaf.awaitClose();
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastServer, LineOfAHundredMegabytesEndsOnlyItsClient) {
  Server server("broadcast_server");
  Peer other = join(server.port);
  Peer rude(server.port);
  rude.out.println("before");
  const std::string part(1000 * 1000, 'x');
  for (int i = 0; i < 100; ++i) rude.out.print(part);
  rude.out.flush();
  EXPECT_EQ(other.hear(), "before");
  EXPECT_NE(server.process.err.readLine().find("broadcast_server: dropped"), std::string::npos);
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastServer, PendingLinesReachTheSenderOfAnOverlongLine) {
  Server server("broadcast_server", {"0", "--queue", "30000"});
  Peer peer(server.port);
  peer.out.write(manyLines());
  for (int i = 0; i < 30; ++i) peer.out.write(std::string(100000, 'x'));
  peer.out.println();
  peer.out.flush();  // nothing has been read until here
  std::string heard;
  for (std::string line = peer.hear(); line != "(end)"; line = peer.hear()) heard += line + "\n";
  EXPECT_TRUE(heard == manyLines());
}

TEST(BroadcastServer, LineOfOneMebibyteIsRelayed) {
  Server server("broadcast_server");
  Peer peer(server.port);
  const std::string line(1024 * 1024, 'x');
  peer.say(line);
  EXPECT_TRUE(peer.hear() == line);
}

TEST(BroadcastServer, RandomBytesAreRelayedAsLines) {
  Server server("broadcast_server");
  Peer other = join(server.port);
  std::minstd_rand random(4711);
  for (int i = 0; i < 20; ++i) {
    Peer rude(server.port);
    std::string bytes(50000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    rude.out.write(bytes);
    rude.out.println();
    rude.out.println("(over)");
    rude.out.flush();
    while (other.hear() != "(over)") {
    }
  }
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastServer, HundredsOfSilentClientsNeedLittleMemory) {
  Server server("broadcast_server");
  std::vector<Peer> silent;
  const int clients = sizeof(void*) > 4 ? 500 : 200;  // each reserves the stacks of two threads
  for (int i = 0; i < clients; ++i) silent.emplace_back(server.port);
  Peer peer = join(server.port);
  peer.say("still here?");
  EXPECT_EQ(peer.hear(), "still here?");
  EXPECT_LT(peakMemory(server.process.started()), 48 * 1024);
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastServer, ManyClientsHearEachLineInTheSameOrder) {
  if (!serversUseVirtualThreads()) GTEST_SKIP() << "as many OS threads may be more than the system has";
  Server server("broadcast_server");
  const std::size_t count = kInstrumented || runsOnWindows() ? 100 : 1000;  // so many take minutes there
  std::vector<Peer> clients;
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(server.port);
  for (Peer& client : clients) client.say("(joining)");
  for (Peer& client : clients) client.hear();  // its own line or another one's: it has joined
  const Strings lines{"one", "two", "three"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    clients[i * count * 2 / 5].say(lines[i]);
    while (clients.back().hear() != lines[i]) {  // so that the next one speaks later
    }
  }
  clients.pop_back();
  for (Peer& client : clients) {
    Strings heard;
    while (heard.size() < lines.size()) {
      const std::string line = client.hear();
      ASSERT_NE(line, "(end)");
      if (line != "(joining)") heard.push_back(line);
    }
    ASSERT_EQ(heard, lines);
  }
  EXPECT_EQ(server.end(), 0);
}

// --- nicknames ---

TEST(BroadcastNicknames, JoiningTalkingAndLeavingAreAnnouncedToAll) {
  Server server("broadcast_server", {"--nicknames", "0"});
  Peer ann = joinAs("ann", server.port);
  Peer bob = joinAs("밥", server.port);
  EXPECT_EQ(ann.hear(), "[밥 joined the chat]");
  bob.say("안녕");
  EXPECT_EQ(ann.hear(), "[밥 : 안녕]");
  EXPECT_EQ(bob.hear(), "[밥 : 안녕]");
  bob.socket.close();
  EXPECT_EQ(ann.hear(), "[밥 left the chat]");
}

TEST(BroadcastNicknames, TakenOrEmptyNamesAreRejectedWithoutAnAnnouncement) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer ann = joinAs("ann", server.port);
  for (const char* name : {"ann", "", "  "}) {
    Peer other(server.port);
    other.out.println(name);
    other.out.println("and a line after it");
    other.out.flush();
    EXPECT_NE(other.hear().find("nickname"), std::string::npos);
    EXPECT_EQ(other.hear(), "(end)");
  }
  ann.say("alone?");
  EXPECT_EQ(ann.hear(), "[ann : alone?]");
}

TEST(BroadcastNicknames, OnlyShortPlainTextIsAName) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer ann = joinAs("ann", server.port);
  const Strings bad{std::string(33, 'x'),
                    std::string(1000000, 'x'),
                    std::string(129, 'x'),
                    "열두글자열두글자열두글자열두글자열두글자열두글자열두글자열두글자열",
                    "tab\tbed",
                    "\x1b[2J",
                    "\x7f",
                    "\xC2\x9B",
                    "caf\xe9",
                    "\xff",
                    std::string("zero\0", 5)};
  for (const std::string& name : bad) {
    Peer other(server.port);
    other.out.println(name);
    other.out.println("and a line after it");
    other.out.flush();
    EXPECT_EQ(other.hear().rfind("the nickname is ", 0), 0u) << name.substr(0, 100);
    EXPECT_EQ(other.hear(), "(end)");
  }
  ann.say("alone?");
  EXPECT_EQ(ann.hear(), "[ann : alone?]");
}

TEST(BroadcastNicknames, NamesMayHave32Characters) {
  std::string smiles;
  for (int i = 0; i < 32; ++i) smiles += "🙂";
  for (const std::string& name : {std::string(32, 'x'), smiles}) {
    Server server("broadcast_server", {"0", "--nicknames"});
    Peer peer = joinAs(name, server.port);
    const std::string line(100 * 1000, 'x');  // lines may be longer than names
    peer.say(line);
    EXPECT_TRUE(peer.hear() == "[" + name + " : " + line + "]");
  }
}

TEST(BroadcastNicknames, ClientWithoutANameIsNotAnnounced) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer ann = joinAs("ann", server.port);
  { Peer silent(server.port); }
  {
    Peer half(server.port);
    half.out.print("half a na");
    half.out.flush();
    half.socket.shutdownOutput();
    EXPECT_EQ(half.hear(), "(end)");
  }
  Peer stillSilent(server.port);
  ann.say("alone?");
  EXPECT_EQ(ann.hear(), "[ann : alone?]");
}

TEST(BroadcastNicknames, ANameIsFreeAgainAfterItsOwnerHasLeft) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer ann = joinAs("ann", server.port);
  for (int i = 0; i < 20; ++i) {
    Peer bob = joinAs("bob", server.port);
    EXPECT_EQ(ann.hear(), "[bob joined the chat]");
    if (i % 2 == 0) bob.reset();
    bob.socket.close();
    EXPECT_EQ(ann.hear(), "[bob left the chat]");
  }
}

TEST(BroadcastNicknames, FirstLinesMayComeTogetherWithTheName) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer ann(server.port);
  ann.out.print("ann\none\ntwo\n");
  ann.out.flush();
  ann.socket.shutdownOutput();
  for (const char* line : {"[ann joined the chat]", "[ann : one]", "[ann : two]", "(end)"}) EXPECT_EQ(ann.hear(), line);
}

TEST(BroadcastNicknames, AnnouncementsStayInOrderWhileManyClientsComeAndGo) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer witness = joinAs("witness", server.port);
  std::vector<std::future<void>> storm;
  for (int i = 0; i < 8; ++i) {
    storm.push_back(std::async(std::launch::async, [i, &server] {
      for (int round = 0; round < 20; ++round) {
        Peer peer(server.port);
        peer.out.println("n" + std::to_string(i) + "-" + std::to_string(round));
        peer.out.println("hi");
        peer.out.flush();
        if (round % 2 == 0) peer.hear();
      }
    }));
  }
  std::vector<Strings> stories(8 * 20);
  for (int i = 0; i < 8 * 20 * 3; ++i) {
    const std::string line = witness.hear();
    const std::size_t dash = line.find('-');
    ASSERT_NE(dash, std::string::npos) << line;
    const std::size_t who = std::stoul(line.substr(2)) * 20 + std::stoul(line.substr(dash + 1));
    stories[who].push_back(line.substr(line.find(' ')));
  }
  for (std::future<void>& part : storm) part.get();
  for (const Strings& story : stories) EXPECT_EQ(story, (Strings{" joined the chat]", " : hi]", " left the chat]"}));
}

// --- who may connect ---

TEST(BroadcastLimits, ClientBeyondTheLimitIsNotifiedAndClosed) {
  Server server("broadcast_server", {"0", "--max-clients", "2"});
  Peer one(server.port);
  Peer two(server.port);
  Peer three(server.port);
  EXPECT_EQ(three.hear(), "server full");
  EXPECT_EQ(three.hear(), "(end)");
  for (Peer* peer : {&one, &two}) {
    peer->say("hello");
    EXPECT_EQ(peer->hear(), "hello");
  }
}

TEST(BroadcastLimits, ClientBeyondTheLimitThatSendsMuchIsNotifiedToo) {
  Server server("broadcast_server", {"0", "--max-clients", "1"});
  Peer one = join(server.port);
  for (int i = 0; i < 10; ++i) {
    Peer eager(server.port);
    eager.out.write(manyLines());
    eager.out.flush();
    EXPECT_EQ(eager.hear(), "server full");
    EXPECT_EQ(eager.hear(), "(end)");
  }
}

TEST(BroadcastLimits, ClientBeyondTheLimitCannotStayBySending) {
  Server server("broadcast_server", {"0", "--max-clients", "1"});
  Peer one = join(server.port);
  Peer stubborn(server.port);
  stubborn.socket.setWriteTimeout(std::chrono::seconds(30));
  while (stubborn.out.flush()) stubborn.out.println("let me in");  // until the server closes the connection
  EXPECT_NE(stubborn.out.error(), std::errc::timed_out);
}

// Plays a server that starts its clients' threads, or fails to.
struct Arrivals {
  void arrive() {
    places.expect();
    ++running;
  }
  bool begin() {
    visits.emplace_back(std::make_unique<example::Places::Visit>(places));
    return visits.back()->hasPlace();
  }
  void leave() {
    visits.erase(visits.begin());
    --running;
  }

  std::size_t running = 0;
  example::Places places{1, [this] { return running; }};
  std::vector<std::unique_ptr<example::Places::Visit>> visits;
};

TEST(Places, MatchTheClientLimit) {
  Arrivals arrivals;
  arrivals.arrive();
  EXPECT_TRUE(arrivals.begin());
  arrivals.arrive();
  EXPECT_FALSE(arrivals.begin());
  arrivals.leave();  // the first
  arrivals.arrive();
  EXPECT_TRUE(arrivals.begin());
}

TEST(Places, AreNeitherGainedNorLostWhenAThreadCannotStart) {
  Arrivals arrivals;
  for (int i = 0; i < 3; ++i) arrivals.places.expect();  // gets a place but no thread
  arrivals.arrive();
  EXPECT_TRUE(arrivals.begin());
  for (int i = 0; i < 3; ++i) arrivals.places.expect();  // gets neither a place nor a thread
  arrivals.arrive();
  EXPECT_FALSE(arrivals.begin());
}

TEST(Places, AreGivenInOrderOfArrivalAlthoughThreadsStartLater) {
  Arrivals arrivals;
  arrivals.arrive();
  auto second = std::async(std::launch::async, [&] { arrivals.places.expect(); });
  EXPECT_TRUE(arrivals.begin());
  second.get();
  EXPECT_FALSE(arrivals.begin());
}

TEST(BroadcastLimits, APlaceIsFreeAgainAfterAClientHasLeft) {
  Server server("broadcast_server", {"0", "--max-clients=1", "--nicknames"});
  joinAs("ann", server.port).socket.close();
  for (std::string answer = "server full"; answer == "server full";) {  // until the server notices
    Peer peer(server.port);
    peer.say("bob");
    answer = peer.hear();
    EXPECT_TRUE(answer == "server full" || answer == "[bob joined the chat]") << answer;
  }
}

// The reset may arrive before the client sees the connection established.
bool isResetBy(const Server& server) {
  try {
    Socket socket(InetAddress::getLoopbackAddress(), server.port);
    return socket.getInputStream().read() == -1 && !readsReportResets();
  } catch (const SocketException&) {
    return true;
  }
}

TEST(BroadcastLimits, OnlyAllowedNetworksMayConnect) {
  for (const char* network : {"127.0.0.1", "127.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0", "::ffff:127.0.0.0/104"}) {
    Server server("broadcast_server", {"0", "--allow", network});
    Peer peer(server.port);
    peer.say("hello");
    EXPECT_EQ(peer.hear(), "hello") << network;
  }
  for (const char* network : {"127.0.0.2", "10.0.0.0/8", "127.0.0.2/31", "128.0.0.0/1", "::/0", "::1"}) {
    Server server("broadcast_server", {"--allow", network, "0"});
    EXPECT_TRUE(isResetBy(server)) << network;
  }
}

TEST(BroadcastLimits, SeveralNetworksMayBeAllowed) {
  Server server("broadcast_server", {"--allow", "10.0.0.0/8", "0", "--allow=127.0.0.0/24"});
  Peer peer(server.port);
  peer.say("hello");
  EXPECT_EQ(peer.hear(), "hello");
}

TEST(BroadcastLimits, BadValuesGiveOneLineAndExitCodeTwo) {
  const std::vector<Strings> wrong{{"--allow", "localhost"},   {"--allow", "10.0.0.0/33"},  {"--allow", "10.0.0/8"},
                                   {"--allow", "10.0.0.0/"},   {"--allow", "::/129"},       {"--allow", ""},
                                   {"--allow", "10.0.0.0/-1"}, {"--allow", "10.0.0.0/8/8"}, {"--allow"},
                                   {"--queue", "0"},           {"--queue", "many"},         {"--max-clients", "0"},
                                   {"--max-clients=-1"},       {"--nicknames=yes"},         {"--queue=99999999999999"}};
  for (const Strings& arguments : wrong) {
    Process program(example("broadcast_server", arguments));
    EXPECT_EQ(program.wait(), 2) << ::testing::PrintToString(arguments);
    const std::string errors = program.err.readAll();
    EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
  }
}

// --- ending ---

TEST(BroadcastServer, EndsGracefullyWhileItsWritersWaitForADeafClient) {
  for (const StopSignal signal : gracefulStopSignals()) {
    Server server("broadcast_server", {"0", "--nicknames"});
    Peer ann = joinAs("ann", server.port);
    Peer deaf = joinAs("deaf", server.port);
    Peer unnamed(server.port);
    const std::string line(20000, 'x');
    for (int i = 0; i < 300; ++i) {  // more than the system buffers, less than the queue holds
      ann.say(line);
      ann.hear();
    }
    EXPECT_EQ(server.end(signal), 0);
    EXPECT_EQ(server.process.err.readAll(), "");
  }
}

// --- broadcast_client ---

TEST(BroadcastClient, SendsItsNameWithEveryLine) {
  Server server("broadcast_server");
  Peer other = join(server.port);
  Process program = client("broadcast_client", server.port, {"앤"});
  program.type("hello\n안녕\n");
  EXPECT_EQ(other.hear(), "앤:hello");
  EXPECT_EQ(other.hear(), "앤:안녕");
  EXPECT_EQ(program.out.readLine(), "앤:hello");
  other.say("an answer");
  EXPECT_EQ(program.out.readLine(), "앤:안녕");
  EXPECT_EQ(program.out.readLine(), "an answer");
}

TEST(BroadcastClient, SendsItsNicknameOnce) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Process program = client("broadcast_client", server.port, {"--nickname", "ann"});
  EXPECT_EQ(program.out.readLine(), "[ann joined the chat]");
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "[ann : hello]");
}

TEST(BroadcastClient, AtTheEndOfItsInputPrintsWhatStillArrives) {
  const auto attempt = [](Pace& pace) {
    ServerSocket server = loopbackServer();
    Process program = client("broadcast_client", server.getLocalPort(), {"ann"});
    Peer peer = acceptPeer(server);
    pace.step();
    program.endInput();
    EXPECT_EQ(peer.hear(), "(end)");
    const auto start = std::chrono::steady_clock::now();
    bool isPrinted = true;
    while (isPrinted && std::chrono::steady_clock::now() - start < 2s) {  // longer than a silent server may stay
      peer.say("one more");
      isPrinted = program.out.readLine() == "one more";
      pace.step();
    }
    peer.socket.close();
    return isPrinted && program.wait() == 0;
  };
  EXPECT_TRUE(succeedsUnlessHeldUp(250ms, attempt));
}

TEST(BroadcastClient, EndsAtTheEndOfItsInputAndLosesNothing) {
  Server server("broadcast_server");
  Peer other = join(server.port);
  Process program = client("broadcast_client", server.port, {"ann"});
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += std::to_string(i) + "\n";
  program.type(lines);
  program.endInput();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(other.hear(), "ann:" + std::to_string(i));
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.err.readAll(), "");
}

TEST(BroadcastClient, EndsAtTheEndOfItsInputAlthoughTheServerStays) {
  ServerSocket server = loopbackServer();
  Process program = client("broadcast_client", server.getLocalPort(), {"ann"});
  Peer peer = acceptPeer(server);
  program.type("hello\n");
  program.endInput();
  EXPECT_EQ(peer.hear(), "ann:hello");
  EXPECT_EQ(program.wait(), 0);
}

TEST(BroadcastClient, EverythingReachesAServerThatTalksAndReadsSlowly) {
  ServerSocket server = loopbackServer();
  Process program = client("broadcast_client", server.getLocalPort(), {"--nickname", "ann"});
  Peer peer = acceptPeer(server);
  const auto typist = std::async(std::launch::async, [&] {
    program.type(manyLines());
    program.endInput();
  });
  EXPECT_TRUE(hearWhileTalking(peer, program) == "ann\n" + manyLines());
  peer.socket.close();
  EXPECT_EQ(program.wait(), 0);
}

TEST(BroadcastClient, ServerThatLeavesBeforeItHasEverythingGivesExitCodeOne) {
  ServerSocket server = loopbackServer();
  Process program = client("broadcast_client", server.getLocalPort(), {"ann"});
  Peer peer = acceptPeer(server);
  std::atomic<int> typed{0};
  const auto typist = std::async(std::launch::async, [&] {
    for (; typed < 20; ++typed) program.type(manyLines());
  });
  EXPECT_NE(peer.hear(), "(end)");
  EXPECT_TRUE(eventually([&] {  // nobody takes any more
    const int before = typed;
    std::this_thread::sleep_for(300ms);
    return typed == before;
  }));
  peer.socket.shutdownOutput();
  EXPECT_EQ(program.wait(), 1);
  const std::string errors = program.err.readAll();
  EXPECT_EQ(errors, "broadcast_client: the server has not received everything\n");
}

TEST(BroadcastClient, EndsWithoutEnterWhenTheServerLeaves) {
  Server server("broadcast_server");
  Process program = client("broadcast_client", server.port, {"ann"});
  program.type("hello\n");
  EXPECT_EQ(program.out.readLine(), "ann:hello");
  server.end();
  EXPECT_EQ(program.wait(), 0);
}

TEST(BroadcastClient, ServerThatResetsGivesOneLineAndExitCodeOne) {
  if (!readsReportResets()) GTEST_SKIP() << "on this system a reset looks like an end";
  ServerSocket server = loopbackServer();
  Process program = client("broadcast_client", server.getLocalPort(), {"ann"});
  Peer peer = acceptPeer(server);
  peer.reset();
  EXPECT_EQ(program.wait(), 1);
  const std::string errors = program.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

TEST(BroadcastClient, PrintsLinesOfTheServersMaximumLength) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Process program = client("broadcast_client", server.port, {"ann", "--nickname"});
  EXPECT_EQ(program.out.readLine(), "[ann joined the chat]");
  const std::string line(1024 * 1024, 'x');
  const auto typist = std::async(std::launch::async, [&] { program.type(line + "\n"); });
  EXPECT_TRUE(program.out.readLine() == "[ann : " + line + "]");
  typist.wait();
}

}  // namespace
}  // namespace netlite::test
