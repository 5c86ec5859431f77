// SPDX-License-Identifier: MIT
//
// Unix-domain sockets between processes of POSIX systems: paths of dead and of living servers, races for them, forks,
// permissions, credentials, and Linux's abstract names.
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/posix/forked.hpp"
#include "support/scratch_folder.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

// A socket of the system without netlite, bound to a path.
class RawSocket {
 public:
  RawSocket(int type, const UnixDomainSocketAddress& address) : descriptor_(::socket(AF_UNIX, type, 0)) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    std::strncpy(native.sun_path, address.getPath().c_str(), sizeof native.sun_path - 1);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&native), sizeof native) != 0) {
      throw std::system_error(errno, std::generic_category(), "bind");
    }
  }
  ~RawSocket() { ::close(descriptor_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void listen(int backlog) const { ::listen(descriptor_, backlog); }

  bool hasClientInItsQueue() const {
    ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
    const int accepted = ::accept(descriptor_, nullptr, nullptr);
    if (accepted >= 0) ::close(accepted);
    return accepted >= 0;
  }

  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

class PosixUnixDomainTest : public testing::Test {
 protected:
  UnixDomainSocketAddress addressOf(const std::string& name) const { return UnixDomainSocketAddress(folder_ / name); }

  // Leaves a path as a server that was killed does.
  void leaveDeadPath() const { RawSocket(SOCK_STREAM, address_).listen(1); }

  void expectInUse() const {
    const auto exception = thrownBy<BindException>([&] { ServerSocket server(address_); });
    EXPECT_EQ(exception.code(), std::errc::address_in_use) << exception.what();
    EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
  }

  const ScratchFolder folder_;
  const UnixDomainSocketAddress address_ = addressOf("s");
};

bool reaches(ServerSocket& server, const UnixDomainSocketAddress& address) {
  const Socket client(address);
  server.setSoTimeout(10s);
  return server.accept().isConnected();
}

// ---- dead paths -----------------------------------------------------------------------------------------------------

TEST_F(PosixUnixDomainTest, ConnectingToADeadPathIsRefused) {
  leaveDeadPath();
  const auto exception = thrownBy<ConnectException>([&] { Socket client(address_); });
  EXPECT_EQ(exception.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(exception.what()), "connect to " + address_.toString() + ": Connection refused");
}

TEST_F(PosixUnixDomainTest, ADeadPathIsReplaced) {
  leaveDeadPath();
  ServerSocket server(address_);
  EXPECT_TRUE(reaches(server, address_));
  EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
}

TEST_F(PosixUnixDomainTest, TheDeadPathOfADatagramSocketIsReplaced) {
  { RawSocket dead(SOCK_DGRAM, address_); }
  ServerSocket server(address_);
  EXPECT_TRUE(reaches(server, address_));
}

TEST_F(PosixUnixDomainTest, ThePathOfAKilledServerIsReplaced) {
  Gate listening;
  const pid_t child = ::fork();
  if (child == 0) {
    const ServerSocket server(address_);
    listening.open();
    ::pause();
    ::_exit(0);
  }
  listening.pass();
  expectInUse();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ServerSocket server(address_);
  EXPECT_TRUE(reaches(server, address_));
}

TEST_F(PosixUnixDomainTest, ADeadPathInTheWorkingDirectoryIsReplaced) {
  leaveDeadPath();
  EXPECT_TRUE(holdsInChild([&] {
    fs::current_path(folder_.path());
    ServerSocket server(UnixDomainSocketAddress("s"));
    return reaches(server, UnixDomainSocketAddress("s"));
  }));
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(PosixUnixDomainTest, ADeadPathInAFolderBehindASymbolicLinkIsReplaced) {
  leaveDeadPath();
  const ScratchFolder other;
  fs::create_directory_symlink(folder_.path(), other / "link");
  ServerSocket server(UnixDomainSocketAddress(other / "link/s"));
  EXPECT_TRUE(reaches(server, address_));
}

// ---- living paths ---------------------------------------------------------------------------------------------------

TEST_F(PosixUnixDomainTest, AListeningSocketKeepsItsPathAndSeesNothing) {
  const RawSocket living(SOCK_STREAM, address_);
  living.listen(5);
  expectInUse();
  EXPECT_FALSE(living.hasClientInItsQueue());
}

TEST_F(PosixUnixDomainTest, ASocketWithAFullQueueKeepsItsPath) {
  const RawSocket living(SOCK_STREAM, address_);
  living.listen(0);
  const Socket queued(address_);
  expectInUse();
  EXPECT_TRUE(living.hasClientInItsQueue());
  EXPECT_FALSE(living.hasClientInItsQueue());
}

TEST_F(PosixUnixDomainTest, ASocketThatDoesNotListenYetKeepsItsPath) {
  const RawSocket living(SOCK_STREAM, address_);
  expectInUse();
  living.listen(5);
  const Socket client(address_);
  EXPECT_TRUE(living.hasClientInItsQueue());
}

TEST_F(PosixUnixDomainTest, ADatagramSocketKeepsItsPathAndSeesNothing) {
  const RawSocket living(SOCK_DGRAM, address_);
  expectInUse();
  char byte = 0;
  EXPECT_EQ(::recv(living.descriptor(), &byte, 1, MSG_DONTWAIT), -1);
}

TEST_F(PosixUnixDomainTest, ConnectingToADatagramSocketThrowsAConnectException) {
  const RawSocket living(SOCK_DGRAM, address_);
  EXPECT_THROW(Socket{address_}, ConnectException);
}

#if defined(__linux__) || defined(__FreeBSD__)
TEST_F(PosixUnixDomainTest, ASocketOfPacketsKeepsItsPathAndSeesNothing) {
  const RawSocket living(SOCK_SEQPACKET, address_);
  living.listen(5);
  expectInUse();
  EXPECT_FALSE(living.hasClientInItsQueue());
}
#endif

TEST_F(PosixUnixDomainTest, ASymbolicLinkIsInUseAndNotTouched) {
  { RawSocket dead(SOCK_STREAM, addressOf("dead")); }
  for (const char* target : {"dead", "nowhere", "."}) {
    fs::create_symlink(target, address_.getPath());
    EXPECT_EQ(thrownBy<BindException>([&] { ServerSocket server(address_); }).code(), std::errc::address_in_use);
    EXPECT_EQ(fs::read_symlink(address_.getPath()), target);
    fs::remove(address_.getPath());
  }
  EXPECT_EQ(folder_.files(), std::set<std::string>{"dead"});
}

TEST_F(PosixUnixDomainTest, AServerCanBeReachedThroughASymbolicLink) {
  ServerSocket server(addressOf("real"));
  fs::create_symlink("real", address_.getPath());
  EXPECT_TRUE(reaches(server, address_));
}

TEST_F(PosixUnixDomainTest, APipeIsInUseAndNotTouched) {
  ::mkfifo(address_.getPath().c_str(), 0600);
  expectInUse();
  EXPECT_TRUE(fs::is_fifo(address_.getPath()));
}

// ---- races ----------------------------------------------------------------------------------------------------------

// What the processes of a race share.
struct Race {
  static constexpr int kProcesses = 20;

  std::atomic<int> round{0};     // counted up to start one
  std::atomic<int> tried{0};     // how many have tried in this round
  std::atomic<int> winners{0};   // how many have the path
  std::atomic<int> strange{0};   // how many have met another error than "in use"
  std::atomic<int> released{0};  // how many have closed in this round
  std::atomic<bool> isTried{false};
};

void awaitThat(const std::function<bool()>& condition) {
  while (!condition()) ::usleep(50);
}

// One process of the race: tries once a round, and keeps the path until all have tried.
void compete(Race& race, const UnixDomainSocketAddress& address, int rounds) {
  for (int round = 1; round <= rounds; ++round) {
    awaitThat([&] { return race.round >= round; });
    std::optional<ServerSocket> server;
    try {
      server.emplace(address);
      ++race.winners;
    } catch (const BindException& exception) {
      if (exception.code() != std::errc::address_in_use) ++race.strange;
    }
    ++race.tried;
    awaitThat([&] { return race.isTried.load(); });
    server.reset();
    ++race.released;
    awaitThat([&] { return !race.isTried.load(); });
  }
}

Race& sharedRace() {
  void* const memory = ::mmap(nullptr, sizeof(Race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (memory) Race;
}

class RaceTest : public PosixUnixDomainTest {
 protected:
  // @param prepare makes the path that a round is about
  void run(int processes, int rounds, const std::function<void()>& prepare) {
    Race& race = sharedRace();
    std::vector<std::unique_ptr<ForkedChild>> children;
    for (int i = 0; i < processes; ++i) {
      children.push_back(std::make_unique<ForkedChild>([&] {
        compete(race, address_, rounds);
        return 0;
      }));
    }
    for (int round = 1; round <= rounds; ++round) {
      prepare();
      race.tried = race.winners = race.released = 0;
      race.round = round;
      awaitThat([&] { return race.tried == processes; });
      EXPECT_EQ(race.winners, 1) << "in round " << round;
      EXPECT_NO_THROW(Socket{address_}) << "in round " << round;
      EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
      race.isTried = true;
      awaitThat([&] { return race.released == processes; });
      EXPECT_TRUE(folder_.files().empty());
      race.isTried = false;
    }
    EXPECT_EQ(race.strange, 0);
    for (const auto& child : children) EXPECT_EQ(child->exitCode(), 0);
  }
};

TEST_F(RaceTest, OfTwoServersExactlyOneReplacesADeadPath) {
  run(2, 300, [&] { leaveDeadPath(); });
}

TEST_F(RaceTest, OfTwentyServersExactlyOneReplacesADeadPath) {
  run(Race::kProcesses, 60, [&] { leaveDeadPath(); });
}

TEST_F(RaceTest, OfTwentyServersExactlyOneTakesAFreePath) {
  run(Race::kProcesses, 60, [] {});
}

TEST_F(RaceTest, OfTheThreadsOfAProcessExactlyOneReplacesADeadPath) {
  for (int round = 0; round < 100; ++round) {
    leaveDeadPath();
    std::atomic<int> winners{0};
    std::atomic<int> tried{0};
    constexpr int kThreads = 4;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        std::optional<ServerSocket> server;
        try {
          server.emplace(address_);
          ++winners;
        } catch (const BindException&) {
        }
        ++tried;
        while (tried < kThreads) std::this_thread::yield();
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
  }
}

// While it lives, another process holds the folder's lock.
class HeldLock {
 public:
  explicit HeldLock(const std::string& folder)
      : holder_([this, folder] {
          const int descriptor = ::open(folder.c_str(), O_RDONLY);
          ::flock(descriptor, LOCK_EX);
          held_.open();
          released_.pass();
          return 0;
        }) {
    held_.pass();
  }
  ~HeldLock() { released_.open(); }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  Gate held_;
  Gate released_;
  ForkedChild holder_;  // the last field, since the child uses the others
};

TEST_F(PosixUnixDomainTest, AForeignLockOfTheFolderDelaysABindButDoesNotPreventIt) {
  const HeldLock lock(folder_.path());
  ServerSocket server(address_);
  EXPECT_TRUE(reaches(server, address_));
}

TEST_F(PosixUnixDomainTest, ABindThatWaitsForTheLockHoldsNoCarrier) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  const HeldLock lock(folder_.path());
  EXPECT_TRUE(holdsInChild([this] {
    VirtualThreads::setParallelism(1);
    std::atomic<int> others{0};
    std::atomic<bool> isBound{false};
    const Thread binding = Thread::startVirtualThread([&] {
      const ServerSocket server(address_);
      isBound = true;
    });
    const Thread other = Thread::startVirtualThread([&] {
      for (; !isBound; ++others) Thread::sleep(5ms);
    });
    return binding.join(40s) && other.join(40s) && others > 10;
  }));
}

TEST_F(PosixUnixDomainTest, UnderAForeignLockADeadPathIsNotReplaced) {
  leaveDeadPath();
  {
    const HeldLock lock(folder_.path());
    expectInUse();
  }
  EXPECT_NO_THROW(ServerSocket{address_});
}

// ---- forks ----------------------------------------------------------------------------------------------------------

TEST_F(PosixUnixDomainTest, AChildThatClosesItsCopyRemovesNothing) {
  ServerSocket server(address_);
  EXPECT_TRUE(holdsInChild([&] {
    server.close();
    return server.isClosed();
  }));
  EXPECT_TRUE(reaches(server, address_));
  server.close();
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(PosixUnixDomainTest, AChildThatDestroysItsCopyRemovesNothing) {
  auto server = std::make_unique<ServerSocket>(address_);
  EXPECT_TRUE(holdsInChild([&] {
    server.reset();
    return true;
  }));
  EXPECT_TRUE(reaches(*server, address_));
}

TEST_F(PosixUnixDomainTest, AGrandchildRemovesNothingEither) {
  ServerSocket server(address_);
  EXPECT_TRUE(holdsInChild([&] {
    return holdsInChild([&] {
      server.close();
      return true;
    });
  }));
  EXPECT_TRUE(reaches(server, address_));
}

TEST_F(PosixUnixDomainTest, AChildThatStopsItsCopyOfATcpServerRemovesNothing) {
  TcpServer server(ServerSocket(address_), [](Socket& client) { client.getOutputStream().write("x"); });
  server.start();
  EXPECT_TRUE(holdsInChild([&] {
    server.stop(0ms);
    return true;
  }));
  Socket client(address_);
  EXPECT_EQ(receive(client, 1), "x");
}

TEST_F(PosixUnixDomainTest, AChildRemovesThePathThatItHasCreated) {
  ServerSocket server;  // made by the parent, bound by the child
  EXPECT_TRUE(holdsInChild([&] {
    server.bind(address_);
    const bool existed = fs::exists(address_.getPath());
    server.close();
    return existed && !fs::exists(address_.getPath());
  }));
}

TEST_F(PosixUnixDomainTest, AParentThatClosesItsCopyRemovesThePathAndTheChildKeepsServing) {
  ServerSocket server(address_);
  Socket client(address_);
  Gate closed;
  ForkedChild child([&] {
    closed.pass();
    server.accept().getOutputStream().write("x");
    return 0;
  });
  server.close();
  EXPECT_TRUE(folder_.files().empty());
  closed.open();
  EXPECT_EQ(receive(client, 1), "x");
  EXPECT_EQ(child.exitCode(), 0);
}

TEST_F(PosixUnixDomainTest, APathWhoseParentHasDiedIsInUseWhileAChildHasTheSocket) {
  Gate ready;
  Gate end;
  const int code = exitCodeOf([&] {
    static ServerSocket server(address_);  // not destroyed: the child ends like a crashing one
    if (::fork() == 0) {
      ready.open();
      end.pass();
      ::_exit(0);
    }
    ready.pass();
    return 0;
  });
  EXPECT_EQ(code, 0);
  expectInUse();
  end.open();
  EXPECT_TRUE(eventually([&] {
    try {
      ServerSocket server(address_);
      return true;
    } catch (const BindException&) {
      return false;
    }
  }));
}

// ---- permissions ----------------------------------------------------------------------------------------------------

constexpr uid_t kNobody = 65534;

// Whether `check` returns true in a child of a user without rights.
bool holdsForNobody(const std::function<bool()>& check) {
  return holdsInChild([&] { return ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0 && check(); });
}

class PermissionTest : public PosixUnixDomainTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    if (runsUnderQemu()) GTEST_SKIP() << "qemu-user translates no permissions";
    setMode(folder_.path(), 0755);
  }

  static void setMode(const std::string& path, mode_t mode) { ::chmod(path.c_str(), mode); }

  // The code of the exception that binding throws, or none.
  std::error_code errorOfBind() const {
    try {
      ServerSocket server(address_);
      return {};
    } catch (const BindException& exception) {
      return exception.code();
    }
  }
};

TEST_F(PermissionTest, BindingWithoutPermissionIsABindException) {
  EXPECT_TRUE(holdsForNobody([&] { return errorOfBind() == std::errc::permission_denied; }));
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(PermissionTest, ConnectingWithoutPermissionIsAConnectException) {
  const ServerSocket server(address_);
  setMode(address_.getPath(), 0600);
  EXPECT_TRUE(holdsForNobody([&] {
    return thrownBy<ConnectException>([&] { Socket client(address_); }).code() == std::errc::permission_denied;
  }));
}

TEST_F(PermissionTest, ADeadPathThatMayNotBeRemovedIsInUse) {
  leaveDeadPath();
  setMode(address_.getPath(), 0777);
  setMode(folder_.path(), 01777);
  EXPECT_TRUE(holdsForNobody([&] { return errorOfBind() == std::errc::address_in_use; }));
  EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
}

TEST_F(PermissionTest, APathOfUnknownLifeIsInUse) {
  leaveDeadPath();
  setMode(address_.getPath(), 0600);
  setMode(folder_.path(), 0777);
  EXPECT_TRUE(holdsForNobody([&] { return errorOfBind() == std::errc::address_in_use; }));
  EXPECT_EQ(folder_.files(), std::set<std::string>{"s"});
}

TEST_F(PermissionTest, AFolderThatCannotBeReadTakesANewPath) {
  setMode(folder_.path(), 0733);
  EXPECT_TRUE(holdsForNobody([&] { return !errorOfBind(); }));
  EXPECT_TRUE(folder_.files().empty());
}

TEST_F(PermissionTest, CredentialsNameAnotherUser) {
  ServerSocket server(address_);
  setMode(address_.getPath(), 0777);
  Gate done;
  ForkedChild child([&] {
    if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) return 1;
    const Socket client(address_);
    done.pass();
    return client.getPeerCredentials().uid == 0 ? 0 : 1;
  });
  const PeerCredentials peer = server.accept().getPeerCredentials();
  EXPECT_EQ(peer.uid, kNobody);
  EXPECT_EQ(peer.gid, kNobody);
  done.open();
  EXPECT_EQ(child.exitCode(), 0);
}

TEST_F(PosixUnixDomainTest, ThePathHasThePermissionsThatTheUmaskLeaves) {
  for (const mode_t mask : {mode_t{0077}, mode_t{0002}, mode_t{0}}) {
    const mode_t before = ::umask(mask);
    const ServerSocket server(address_);
    ::umask(before);
    struct stat found {};
    ASSERT_EQ(::lstat(address_.getPath().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0777U & ~mask);
  }
}

// ---- credentials ----------------------------------------------------------------------------------------------------

TEST_F(PosixUnixDomainTest, CredentialsNameThePeersUserAndProcess) {
  ServerSocket server(address_);
  Gate done;
  pid_t child = 0;
  Gate ended;
  child = ::fork();
  if (child == 0) {
    const Socket client(address_);
    const PeerCredentials peer = client.getPeerCredentials();
    done.pass();
    ::_exit(peer.pid == ::getppid() || peer.pid == -1 ? 0 : 1);
  }
  const auto [uid, gid, pid] = server.accept().getPeerCredentials();
  EXPECT_EQ(uid, ::geteuid());
  EXPECT_EQ(gid, ::getegid());
#ifdef __linux__
  EXPECT_EQ(pid, child);
#else
  EXPECT_TRUE(pid == child || pid == -1);
#endif
  done.open();
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(PosixUnixDomainTest, CredentialsOfAClosedSocketThrow) {
  const ServerSocket server(address_);
  Socket client(address_);
  client.close();
  EXPECT_EQ(thrownBy<SocketException>([&] { client.getPeerCredentials(); }).code(), std::errc::operation_canceled);
}

// ---- Linux ----------------------------------------------------------------------------------------------------------

#ifdef __linux__

UnixDomainSocketAddress uniqueAbstractName(const std::string& name) {
  return UnixDomainSocketAddress::abstractName("netlite-test-" + name + "-" + std::to_string(::getpid()));
}

TEST(AbstractNameTest, BytesPassAndNoFileIsMade) {
  const ScratchFolder folder;
  const auto address = uniqueAbstractName("bytes");
  ServerSocket server(address);
  Socket client(address);
  Socket accepted = server.accept();
  client.getOutputStream().write("x");
  EXPECT_EQ(receive(accepted, 1), "x");
  EXPECT_EQ(accepted.getUnixDomainAddress(), address);
  EXPECT_TRUE(folder.files().empty());
}

TEST(AbstractNameTest, AnyBytesUpToTheLimitAreAName) {
  const std::string name = std::string("\0a/\xff", 4) + std::to_string(::getpid()) + std::string(90, 'x');
  const auto address = UnixDomainSocketAddress::abstractName(name);
  ServerSocket server(address);
  EXPECT_TRUE(reaches(server, address));
  const auto shorter = UnixDomainSocketAddress::abstractName(name.substr(0, name.size() - 1));
  EXPECT_THROW(Socket{shorter}, ConnectException);
}

TEST(AbstractNameTest, ANameInUseIsABindExceptionAndIsFreeAfterClose) {
  const auto address = uniqueAbstractName("in-use");
  ServerSocket server(address);
  EXPECT_EQ(thrownBy<BindException>([&] { ServerSocket other(address); }).code(), std::errc::address_in_use);
  server.close();
  EXPECT_NO_THROW(ServerSocket{address});
}

TEST(AbstractNameTest, ConnectingWhereNothingListensIsRefused) {
  const auto address = uniqueAbstractName("nothing");
  const auto exception = thrownBy<ConnectException>([&] { Socket client(address); });
  EXPECT_EQ(exception.code(), std::errc::connection_refused);
  EXPECT_EQ(std::string(exception.what()), "connect to " + address.toString() + ": Connection refused");
}

TEST(AbstractNameTest, DiffersFromAPathOfTheSameText) {
  const ScratchFolder folder;
  const ServerSocket server(UnixDomainSocketAddress(folder / "s"));
  EXPECT_THROW(Socket{UnixDomainSocketAddress::abstractName(folder / "s")}, ConnectException);
}

TEST_F(PosixUnixDomainTest, OnLinuxThePeersWritesFailAfterShutdownInput) {
  Pair pair = unixDomainPair();
  pair.server.shutdownInput();
  const auto exception = thrownBy<SocketException>([&] { pair.client.getOutputStream().write("x"); });
  EXPECT_EQ(exception.code(), std::errc::broken_pipe);
  pair.server.getOutputStream().write("y");
  EXPECT_EQ(receive(pair.client, 1), "y");
}

#endif

TEST_F(PosixUnixDomainTest, ReplacingLeavesNoDescriptor) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not show the open descriptors";
  const auto before = openDescriptors();
  for (int i = 0; i < 3; ++i) {
    leaveDeadPath();
    const ServerSocket server(address_);
    EXPECT_THROW(ServerSocket{address_}, BindException);
    EXPECT_EQ(openDescriptors().size(), before.size() + 1);
  }
  EXPECT_TRUE(descriptorsReturnTo(before));
}

}  // namespace
