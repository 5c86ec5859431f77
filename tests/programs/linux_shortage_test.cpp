// SPDX-License-Identifier: MIT
//
// Tests broadcast_server while it has no memory for new threads, and afterwards. Linux only: there a test can limit
// the memory of another process.
// Thread-safety: each test has its own programs.
#include "support/eventually.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace netlite::test {
namespace {

// While it lives, the program can allocate at most `more` bytes of address space.
class MemoryLimit {
 public:
  MemoryLimit(const Server& server, rlim_t more) : pid_(server.process.started().pid) { limit(used() + more); }
  ~MemoryLimit() { limit(RLIM_INFINITY); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  void limit(rlim_t size) const {
    const rlimit value{size, RLIM_INFINITY};
    EXPECT_EQ(::prlimit(pid_, RLIMIT_AS, &value, nullptr), 0);
  }

  rlim_t used() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/statm");
    rlim_t pages = 0;
    status >> pages;
    return pages * 4096;
  }

  const int pid_;
};

TEST(BroadcastShortage, ANicknameIsFreeAfterItsWriterCouldNotBeStarted) {
  Server server("broadcast_server", {"0", "--nicknames"});
  Peer bob(server.port);
  bob.say("bob");
  EXPECT_EQ(bob.hear(), "[bob joined the chat]");  // so the server's own threads have started
  {
    const MemoryLimit limit(server, 3 * 1024 * 1024);  // a reader's stack fits, a writer's does not
    Peer ann(server.port);
    ann.say("ann");
    ann.awaitClose();
  }
  Peer ann(server.port);
  ann.say("ann");
  EXPECT_EQ(ann.hear(), "[ann joined the chat]");
  EXPECT_EQ(server.end(), 0);
}

TEST(BroadcastShortage, NoPlaceIsGainedOrLostWhenAThreadCannotBeStarted) {
  Server server("broadcast_server", {"0", "--max-clients", "1"});
  Peer one(server.port);
  one.say("hello");
  EXPECT_EQ(one.hear(), "hello");
  for (int i = 0; i < 3; ++i) {
    const MemoryLimit limit(server, 0);
    Peer(server.port).awaitClose();  // beyond the limit, with no thread to report it
  }
  Peer two(server.port);
  EXPECT_EQ(two.hear(), "server full");
  one.socket.close();
  EXPECT_TRUE(eventually([&] {
    Peer three(server.port);
    three.say("hello");
    return three.hear() == "hello";
  }));
  EXPECT_EQ(server.end(), 0);
}

}  // namespace
}  // namespace netlite::test
