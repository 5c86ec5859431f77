// SPDX-License-Identifier: MIT
//
// Tests reply_server and the two udp_upper programs.
// Thread-safety: each test has its own programs and files.
#include "examples/support/answers.hpp"
#include "examples/support/loop_guard.hpp"
#include "support/programs.hpp"
#include "support/unused_port.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace netlite::test {
namespace {

// --- reply_server ---

// A temporary file.
class File {
 public:
  explicit File(const std::string& content) { std::ofstream(path_, std::ios::binary) << content; }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string name() const { return path_.u8string(); }

 private:
  // Unique, as tests run in parallel.
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      std::filesystem::u8path("netlite_답장_" + std::to_string(std::random_device()()) + ".txt");
};

TEST(ReplyServer, HasBuiltInReplies) {
  Server server("reply_server");
  Peer peer(server.port);
  peer.say("gibberish");
  const std::string defaultReply = peer.hear();
  peer.say("hello");
  EXPECT_NE(peer.hear(), defaultReply);
  peer.say("안녕하세요");
  EXPECT_EQ(peer.hear(), "안녕하세요, 반갑습니다!");
}

TEST(ReplyServer, FileReplacesTheBuiltInReplies) {
  const File file(
      "# greetings\n\nhi = hello there\n  \na = b = c\nempty = \n안녕 = 반가워요\n #hash = kept\nlast = no end");
  Server server("reply_server", {"0", file.name()});
  Peer peer(server.port);
  const auto ask = [&](const std::string& sentence) {
    peer.say(sentence);
    return peer.hear();
  };
  const std::string defaultReply = ask("gibberish");
  EXPECT_EQ(ask("hi"), "hello there");
  EXPECT_EQ(ask("a"), "b = c") << "the first ' = ' separates";
  EXPECT_EQ(ask("empty"), "");
  EXPECT_EQ(ask("안녕"), "반가워요");
  EXPECT_EQ(ask(" #hash"), "kept");
  EXPECT_EQ(ask("last"), "no end");
  for (const char* other : {"Hi", "hi ", "h", "hello", "# greetings", ""}) EXPECT_EQ(ask(other), defaultReply) << other;
}

TEST(ReplyServer, FileMayComeFromWindows) {
  const File file("\xEF\xBB\xBFhi = hello\r\n\r\n# x\r\nbye = see you\r\n");
  Server server("reply_server", {"0", file.name()});
  Peer peer(server.port);
  peer.say("hi");
  EXPECT_EQ(peer.hear(), "hello");
  peer.say("bye");
  EXPECT_EQ(peer.hear(), "see you");
}

TEST(ReplyServer, MalformedFileGivesOneLineWithItsPositionAndExitCodeTwo) {
  for (const std::string bad : {"no separator", "no=spaces", " = no sentence", "hi = again"}) {
    const File file("hi = hello\n# comment\n" + bad + "\n");
    Process program(example("reply_server", {"0", file.name()}));
    EXPECT_EQ(program.wait(), 2) << bad;
    EXPECT_EQ(program.output, "");
    const std::string errors = program.err.readAll();
    EXPECT_EQ(errors.rfind(file.name() + ":3: ", 0), 0u) << errors;
    EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
  }
}

TEST(ReplyServer, MissingFileGivesOneLineAndExitCodeTwo) {
  for (const std::string name : {"/no/such/file.txt", "/tmp", ""}) {
    Process program(example("reply_server", {"0", name}));
    EXPECT_EQ(program.wait(), 2);
    const std::string errors = program.err.readAll();
    EXPECT_EQ(errors.rfind(name + ":0: ", 0), 0u) << errors;
    EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
  }
}

TEST(ReplyServer, AnswersManyClientsAndManyLinesAtATime) {
  Server server("reply_server");
  Peer one(server.port);
  Peer two(server.port);
  for (int i = 0; i < 1000; ++i) two.out.println("안녕하세요");
  two.out.flush();
  one.say("hello");
  EXPECT_EQ(one.hear(), "Hello! Nice to meet you.");
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(two.hear(), "안녕하세요, 반갑습니다!");
}

// --- udp_upper_server ---

InetSocketAddress loopback(int port) { return InetSocketAddress(InetAddress::getLoopbackAddress(), port); }

// The other side of a UDP program.
struct UdpPeer {
  explicit UdpPeer(int port = 0, const InetAddress& address = InetAddress::getLoopbackAddress())
      : socket(port, address) {
    socket.setSoTimeout(std::chrono::seconds(30));
  }

  std::string ask(int port, std::string_view text) {
    socket.send(DatagramPacket(text, loopback(port)));
    return hear();
  }

  /// Receives the next datagram and stores its source in `sender`.
  std::string hear() {
    DatagramPacket packet(65535);
    socket.receive(packet);
    sender = packet.getSocketAddress();
    return std::string(packet.getData());
  }

  void answer(std::string_view text) { socket.send(DatagramPacket(text, sender)); }

  DatagramSocket socket;
  InetSocketAddress sender;
};

TEST(UdpUpperServer, ChangesAToZAndNothingElse) {
  Server server("udp_upper_server");
  UdpPeer peer;
  EXPECT_EQ(peer.ask(server.port, "hello"), "HELLO");
  EXPECT_EQ(peer.ask(server.port, "`az{ AZ 09 안녕 é\n"), "`AZ{ AZ 09 안녕 é\n");
  std::string bytes;
  std::string expected;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    expected += static_cast<char>(i >= 'a' && i <= 'z' ? i - 32 : i);
  }
  EXPECT_EQ(peer.ask(server.port, bytes), expected);
}

TEST(UdpUpperServer, AnswersEmptyAndMaximalDatagrams) {
  Server server("udp_upper_server");
  UdpPeer peer;
  EXPECT_EQ(peer.ask(server.port, ""), "");
  EXPECT_TRUE(peer.ask(server.port, std::string(65507, 'x')) == std::string(65507, 'X'));
  EXPECT_EQ(peer.ask(server.port, "x"), "X");
}

TEST(UdpUpperServer, AnswersAllClientsAlthoughSomeAreGone) {
  Server server("udp_upper_server");
  std::vector<UdpPeer> gone(50);  // kept open, so that no other socket gets their ports and answers
  for (UdpPeer& peer : gone) {
    peer.socket.send(DatagramPacket("gone before the answer", loopback(server.port)));
    peer.socket.connect(peer.socket.getLocalSocketAddress());  // the system then refuses datagrams from others
  }
  UdpPeer one;
  UdpPeer two;
  EXPECT_EQ(one.ask(server.port, "one"), "ONE");
  EXPECT_EQ(two.ask(server.port, "two"), "TWO");
  EXPECT_EQ(server.end(), 0);
  EXPECT_EQ(server.process.err.readAll(), "");
}

// Sends datagrams back, as another udp_upper_server would, until none arrives. Returns their number.
int mirror(UdpPeer& peer) {
  constexpr int kMaxRounds = 10000;
  peer.socket.setSoTimeout(std::chrono::milliseconds(500));
  int rounds = 0;
  try {
    for (; rounds < kMaxRounds; ++rounds) peer.answer(peer.hear());
  } catch (const SocketTimeoutException&) {  // or the machine stood still: the last answer is still to come
  }
  peer.socket.setSoTimeout(std::chrono::seconds(30));
  return rounds;
}

TEST(UdpUpperServer, DoesNotAnswerAnotherServerForever) {
  Server server("udp_upper_server");
  UdpPeer other;
  other.socket.send(DatagramPacket("hello", loopback(server.port)));  // as if the other server had asked
  EXPECT_LE(mirror(other), 2 * example::LoopGuard::kAllowance);
  EXPECT_EQ(other.ask(server.port, "hello"), "HELLO");
  std::string answer = other.ask(server.port, "HELLO AGAIN");
  while (answer == "HELLO") answer = other.hear();
  EXPECT_EQ(answer, "HELLO AGAIN");
  EXPECT_EQ(UdpPeer().ask(server.port, "HELLO"), "HELLO");
}

TEST(UdpUpperServer, AnswersTheSameUpperCaseTextEveryTime) {
  Server server("udp_upper_server");
  UdpPeer peer;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(peer.ask(server.port, "안녕 ABC"), "안녕 ABC");
}

TEST(UdpUpperServer, AnswersManyDifferentTexts) {
  Server server("udp_upper_server");
  UdpPeer peer;
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(peer.ask(server.port, std::to_string(i)), std::to_string(i));
}

TEST(LoopGuard, AllowsOneMoreAfterTheRenewalTime) {
  example::LoopGuard guard;
  auto now = example::LoopGuard::Clock::now();
  for (int i = 0; i < example::LoopGuard::kAllowance; ++i) EXPECT_TRUE(guard.admits(loopback(1), "X", now));
  EXPECT_FALSE(guard.admits(loopback(1), "X", now));
  EXPECT_TRUE(guard.admits(loopback(2), "X", now));
  EXPECT_TRUE(guard.admits(loopback(1), "Y", now));
  now += example::LoopGuard::kRenewal;
  EXPECT_TRUE(guard.admits(loopback(1), "X", now));
  EXPECT_FALSE(guard.admits(loopback(1), "X", now));
}

TEST(UdpUpperServer, PortInUseGivesOneLineAndExitCodeOne) {
  const Server first("udp_upper_server");
  Process second(example("udp_upper_server", {first.portText()}));
  EXPECT_EQ(second.wait(), 1);
  const std::string errors = second.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

// --- udp_upper_client ---

Process udpClient(const UdpPeer& server, const std::vector<std::string>& more = {}) {
  return client("udp_upper_client", server.socket.getLocalPort(), more);
}

TEST(UdpUpperClient, PrintsTheAnswerToEachLine) {
  Server server("udp_upper_server");
  Process program = client("udp_upper_client", server.port);
  program.type("hello\n\n안녕 abc\n");
  EXPECT_EQ(program.out.readLine(), "HELLO");
  EXPECT_EQ(program.out.readLine(), "");
  EXPECT_EQ(program.out.readLine(), "안녕 ABC");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.err.readAll(), "");
}

TEST(UdpUpperClient, TriesAgainWhenADatagramIsLost) {
  UdpPeer server;
  Process program = udpClient(server, {"--timeout", "50", "--tries=1000"});
  program.type("hello\n");
  for (int lost = 0; lost < 3; ++lost) EXPECT_EQ(server.hear(), "hello");
  server.answer("HELLO");
  EXPECT_EQ(program.out.readLine(), "HELLO");
}

TEST(UdpUpperClient, GivesUpAfterTheLastTry) {
  UdpPeer server;
  Process program = udpClient(server, {"--timeout=20", "--tries=2"});
  program.type("hello\n");
  EXPECT_EQ(program.wait(), 1);  // its input is still open
  EXPECT_EQ(program.output, "");
  const std::string errors = program.err.readAll();
  EXPECT_NE(errors.find("after 2 tries\n"), std::string::npos) << errors;
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
  EXPECT_EQ(server.hear(), "hello");
  EXPECT_EQ(server.hear(), "hello");
  server.socket.setSoTimeout(std::chrono::milliseconds(1));
  EXPECT_THROW(server.hear(), SocketTimeoutException);
}

TEST(UdpUpperClient, MissingServerGivesOneLineAndExitCodeOne) {
  const int port = UdpPeer().socket.getLocalPort();
  Process program = client("udp_upper_client", port, {"--timeout=20"});
  program.type("hello\n");
  EXPECT_EQ(program.wait(), 1);
  const std::string errors = program.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

TEST(UdpUpperClient, FindsAServerThatStartsLater) {
  const int port = unusedPort();
  Process program = client("udp_upper_client", port, {"--timeout=50", "--tries=1000"});
  program.type("hello\n");
  UdpPeer late(port);
  EXPECT_EQ(late.hear(), "hello");
  late.answer("HELLO");
  EXPECT_EQ(program.out.readLine(), "HELLO");
}

TEST(UdpUpperClient, LateDuplicateIsNotTakenForTheNextAnswer) {
  UdpPeer server;
  Process program = udpClient(server, {"--timeout", "50", "--tries=1000"});
  program.type("one\n");
  server.hear();
  server.hear();  // it has tried again
  server.answer("ONE");
  EXPECT_EQ(program.out.readLine(), "ONE");
  const InetSocketAddress first = server.sender;
  program.type("two\n");
  while (server.hear() != "two") {
  }
  server.socket.send(DatagramPacket("ONE", first));  // the late duplicate, to the right port
  server.answer("ONE");                              // and to the port where a careless server may send it
  server.answer("TWO");
  EXPECT_EQ(program.out.readLine(), "TWO");
}

TEST(UdpUpperClient, TheServersUpperCaseMayDiffer) {
  UdpPeer server;
  Process program = udpClient(server, {"--timeout=30000"});
  for (const auto& [line, answer] : {std::pair("straße", "STRASSE"), std::pair("STRASSE", "STRASSE"),
                                     std::pair("café", "CAFÉ"), std::pair("istanbul", "İSTANBUL")}) {
    program.type(std::string(line) + "\n");
    EXPECT_EQ(server.hear(), line);
    server.answer(answer);
    EXPECT_EQ(program.out.readLine(), answer);
  }
}

TEST(UdpUpperClient, TwoLinesMayHaveTheSameAnswer) {
  UdpPeer server;
  Process program = udpClient(server, {"--timeout", "50", "--tries=1000"});
  int tries = 0;  // for the second line
  auto answering = std::async(std::launch::async, [&] {
    for (;; server.answer("CAFÉ")) tries += server.hear() == "café";
  });
  for (const char* line : {"CAFÉ\n", "café\n"}) {
    program.type(line);
    EXPECT_EQ(program.out.readLine(), "CAFÉ");
  }
  server.socket.close();
  EXPECT_THROW(answering.get(), SocketException);
  EXPECT_GE(tries, 2);  // the first answer might be a duplicate, which would not be sent again for the next try
}

TEST(Answers, ADuplicateIsTheAnswerToAnotherLine) {
  example::Answers answers;
  EXPECT_EQ(answers.match("하나", "하나"), example::Match::answer);
  answers.note("하나", "하나");
  answers.note("CAFÉ", "CAFÉ");
  EXPECT_EQ(answers.match("하나", "하나"), example::Match::answer);
  EXPECT_EQ(answers.match("둘", "둘"), example::Match::answer);
  EXPECT_EQ(answers.match("둘", "하나"), example::Match::doubtful);
  EXPECT_EQ(answers.match("café", "CAFÉ"), example::Match::doubtful);
  EXPECT_EQ(answers.match("two", "하나"), example::Match::none);
  EXPECT_EQ(answers.match("two", "something else"), example::Match::answer);
}

// If the name has only one address, this test adds nothing to the others.
TEST(UdpUpperClient, TriesEveryAddressOfAName) {
  for (const InetAddress& address : InetAddress::getAllByName("localhost")) {
    UdpPeer server(0, address);
    Process program(
        example("udp_upper_client", {"localhost", std::to_string(server.socket.getLocalPort()), "--timeout=30000"}));
    for (const std::string line : {"one", "two"}) {
      program.type(line + "\n");
      EXPECT_EQ(server.hear(), line);
      server.answer(example::upperCase(line));
      EXPECT_EQ(program.out.readLine(), example::upperCase(line)) << address;
    }
  }
}

TEST(UdpUpperClient, AnswersOfStrangersAreIgnored) {
  UdpPeer server;
  UdpPeer stranger;
  Process program = udpClient(server, {"--timeout=5000"});
  program.type("hello\n");
  server.hear();
  stranger.sender = server.sender;
  stranger.answer("LIES");
  server.answer("HELLO");
  EXPECT_EQ(program.out.readLine(), "HELLO");
}

TEST(UdpUpperClient, LineThatFitsNoDatagramGivesOneLineAndExitCodeOne) {
  Server server("udp_upper_server");
  Process program = client("udp_upper_client", server.port);
  program.type(std::string(65507, 'x') + "\n" + std::string(65508, 'x') + "\n");
  EXPECT_TRUE(program.out.readLine() == std::string(65507, 'X'));
  EXPECT_EQ(program.wait(), 1);
  const std::string errors = program.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

TEST(UdpUpperClient, StopSignalsEndItGracefullyEvenWhileItWaits) {
  for (const StopSignal signal : gracefulStopSignals()) {
    UdpPeer server;
    Process program = udpClient(server, {"--timeout=60000"});
    program.type("hello\n");
    server.hear();
    program.send(signal);
    EXPECT_EQ(program.wait(), 0);
  }
}

}  // namespace
}  // namespace netlite::test
