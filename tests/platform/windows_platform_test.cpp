// SPDX-License-Identifier: MIT
//
// Interfaces, errors, handles, ports and wakers of windows/, as far as no public function shows them.
#include "platform/platform.hpp"

#include "address/conversion.hpp"
#include "platform/native_address.hpp"
#include "platform/windows/utf16.hpp"
#include "support/loopback.hpp"
#include "support/system.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using platform::Family;
using platform::Handle;
using platform::Outcome;

TEST(InterfaceIndexTest, KnowsTheLoopbackInterface) { EXPECT_EQ(platform::interfaceIndex(loopbackInterface()), 1U); }

TEST(StackMemoryTest, IsAlignedAndZeroAndReadsAsZerosOnceDiscarded) {
  const std::size_t page = platform::pageSize();
  for (const std::size_t alignment : {16 * page, 1024 * page}) {
    const auto reserved = platform::reserveStacks(16 * page, alignment);
    ASSERT_TRUE(reserved);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*reserved) % alignment, 0U);
    const std::string zeros(16 * page, '\0');
    EXPECT_EQ(std::memcmp(*reserved, zeros.data(), zeros.size()), 0);
    std::memset(*reserved, 'x', 16 * page);
    platform::discardPages(*reserved, 16 * page);
    EXPECT_EQ(std::memcmp(*reserved, zeros.data(), zeros.size()), 0);
  }
}

TEST(StackMemoryTest, AGuardedPageCannotBeUsed) {
  const std::size_t page = platform::pageSize();
  const auto reserved = platform::reserveStacks(16 * page, 16 * page);
  ASSERT_TRUE(reserved);
  ASSERT_TRUE(platform::guardPages(*reserved, page, platform::Guard::mapping));
  char* const memory = static_cast<char*>(*reserved);
  EXPECT_EQ(::IsBadWritePtr(memory, 1), TRUE);
  EXPECT_EQ(::IsBadWritePtr(memory + page, 1), FALSE);
}

// ---- errors ---------------------------------------------------------------------------------------------------------

struct Condition {
  int number;
  std::errc condition;
};

void PrintTo(const Condition& entry, std::ostream* out) { *out << entry.number; }

class SystemErrorTest : public testing::TestWithParam<Condition> {};

// Given as numbers, so that a wrong name in the source fails the test.
INSTANTIATE_TEST_SUITE_P(
    Numbers, SystemErrorTest,
    testing::Values(Condition{4, std::errc::too_many_files_open}, Condition{5, std::errc::permission_denied},
                    Condition{6, std::errc::bad_file_descriptor}, Condition{8, std::errc::not_enough_memory},
                    Condition{14, std::errc::not_enough_memory}, Condition{64, std::errc::connection_reset},
                    Condition{87, std::errc::invalid_argument}, Condition{121, std::errc::timed_out},
                    Condition{995, std::errc::operation_canceled},
                    Condition{996, std::errc::resource_unavailable_try_again},
                    Condition{997, std::errc::operation_in_progress}, Condition{1225, std::errc::connection_refused},
                    Condition{1231, std::errc::network_unreachable}, Condition{1232, std::errc::host_unreachable},
                    Condition{1234, std::errc::connection_refused}, Condition{1236, std::errc::connection_aborted},
                    Condition{1450, std::errc::no_buffer_space}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    Winsock, SystemErrorTest,
    testing::Values(
        Condition{10004, std::errc::interrupted}, Condition{10009, std::errc::bad_file_descriptor},
        Condition{10013, std::errc::permission_denied}, Condition{10014, std::errc::bad_address},
        Condition{10022, std::errc::invalid_argument}, Condition{10024, std::errc::too_many_files_open},
        Condition{10035, std::errc::operation_would_block}, Condition{10036, std::errc::operation_in_progress},
        Condition{10037, std::errc::connection_already_in_progress}, Condition{10038, std::errc::not_a_socket},
        Condition{10039, std::errc::destination_address_required}, Condition{10040, std::errc::message_size},
        Condition{10041, std::errc::wrong_protocol_type}, Condition{10042, std::errc::no_protocol_option},
        Condition{10043, std::errc::protocol_not_supported}, Condition{10044, std::errc::not_supported},
        Condition{10045, std::errc::operation_not_supported}, Condition{10046, std::errc::address_family_not_supported},
        Condition{10047, std::errc::address_family_not_supported}, Condition{10048, std::errc::address_in_use},
        Condition{10049, std::errc::address_not_available}, Condition{10050, std::errc::network_down},
        Condition{10051, std::errc::network_unreachable}, Condition{10052, std::errc::network_reset},
        Condition{10053, std::errc::connection_aborted}, Condition{10054, std::errc::connection_reset},
        Condition{10055, std::errc::no_buffer_space}, Condition{10056, std::errc::already_connected},
        Condition{10057, std::errc::not_connected}, Condition{10058, std::errc::broken_pipe},
        Condition{10059, std::errc::resource_unavailable_try_again}, Condition{10060, std::errc::timed_out},
        Condition{10061, std::errc::connection_refused}, Condition{10062, std::errc::too_many_symbolic_link_levels},
        Condition{10063, std::errc::filename_too_long}, Condition{10064, std::errc::host_unreachable},
        Condition{10065, std::errc::host_unreachable}, Condition{10066, std::errc::directory_not_empty},
        Condition{10067, std::errc::resource_unavailable_try_again}, Condition{10091, std::errc::network_down},
        Condition{10092, std::errc::not_supported}, Condition{10101, std::errc::connection_reset},
        Condition{10102, std::errc::no_message_available}, Condition{10103, std::errc::operation_canceled},
        Condition{10110, std::errc::no_message_available}, Condition{10111, std::errc::operation_canceled},
        Condition{10112, std::errc::connection_refused}, Condition{11001, std::errc::no_such_device_or_address},
        Condition{11002, std::errc::resource_unavailable_try_again},
        Condition{11004, std::errc::no_such_device_or_address}),
    testing::PrintToStringParamName());

TEST_P(SystemErrorTest, ComparesWithTheStandardsCondition) {
  EXPECT_EQ(platform::systemError(GetParam().number), GetParam().condition);
  EXPECT_EQ(platform::systemError(GetParam().number).value(), GetParam().number);
}

TEST(SystemErrorTest, AnyOtherNumberEqualsNoCondition) {
  EXPECT_FALSE(platform::systemError(10093) == std::errc::invalid_argument);
  EXPECT_EQ(platform::systemError(10093).default_error_condition().value(), 10093);
}

TEST(SystemErrorTest, HasTheSystemsSentenceWithoutItsFullStop) {
  const std::string message = platform::systemError(ERROR_ACCESS_DENIED).message();
  EXPECT_GT(message.size(), 3U);
  EXPECT_EQ(message.find_last_of(".\r\n"), std::string::npos) << message;
}

TEST(SystemErrorTest, ANumberWithoutASentenceIsAnUnknownError) {
  EXPECT_EQ(platform::systemError(123456789).message(), "Unknown error 123456789");
}

TEST(ResolverErrorTest, ComparesWithTheStandardsConditions) {
  EXPECT_EQ(platform::resolverError(EAI_NONAME), std::errc::no_such_device_or_address);
  EXPECT_EQ(platform::resolverError(EAI_AGAIN), std::errc::resource_unavailable_try_again);
  EXPECT_EQ(platform::resolverError(EAI_MEMORY), std::errc::not_enough_memory);
  EXPECT_STREQ(platform::resolverError(EAI_NONAME).category().name(), "resolver");
}

// ---- text -----------------------------------------------------------------------------------------------------------

TEST(Utf16Test, TextSurvivesTheRoundTrip) {
  EXPECT_EQ(platform::toUtf16("h\xED\x95\x9C\xF0\x9F\x98\x80"), L"h\xD55C\xD83D\xDE00");
  EXPECT_EQ(platform::toUtf8(L"h\xD55C\xD83D\xDE00"), "h\xED\x95\x9C\xF0\x9F\x98\x80");
  EXPECT_EQ(platform::toUtf16(""), L"");
  EXPECT_EQ(platform::toUtf8(L""), "");
}

TEST(Utf16Test, InvalidUtf8BecomesAnEmptyText) { EXPECT_EQ(platform::toUtf16("a\xFF"), L""); }

// ---- handles --------------------------------------------------------------------------------------------------------

// Several threads make the program's first call to Winsock concurrently.
TEST(StartTest, AnyCallMayBeTheFirstFromAnyThread) {
  std::promise<void> go;
  const std::shared_future<void> start(go.get_future());
  std::vector<std::future<std::error_code>> opened;
  for (int i = 0; i < 8; ++i) {
    opened.push_back(std::async(std::launch::async, [start] {
      start.wait();
      const platform::Result<Handle> socket = platform::openStream(Family::ipv4);
      if (socket) platform::close(*socket);
      return socket.error();
    }));
  }
  go.set_value();
  for (std::future<std::error_code>& one : opened) EXPECT_FALSE(one.get());
}

TEST(StartTest, ALookupMayBeTheFirst) { EXPECT_TRUE(platform::resolve("localhost")); }

TEST(StartTest, AReverseLookupMayBeTheFirst) {
  EXPECT_NO_THROW(platform::reverseLookup(toPlatform(InetAddress::getLoopbackAddress())));
}

bool isInheritable(Handle handle) {
  DWORD flags = 0;
  EXPECT_TRUE(::GetHandleInformation(reinterpret_cast<HANDLE>(handle), &flags));
  return (flags & HANDLE_FLAG_INHERIT) != 0;
}

TEST(HandleTest, NoSocketIsInherited) {
  ServerSocket server = loopbackServer();
  const Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  const Socket accepted = server.accept();
  const DatagramSocket datagrams;
  for (const Handle handle :
       {server.nativeHandle(), client.nativeHandle(), accepted.nativeHandle(), datagrams.nativeHandle()}) {
    EXPECT_FALSE(isInheritable(handle));
  }
}

TEST(HandleTest, NoWakerIsInherited) {
  const platform::Result<platform::Waker> opened = platform::openWaker();
  ASSERT_TRUE(opened);
  EXPECT_FALSE(isInheritable(opened->waiting));
  platform::closeWaker(*opened);
}

TEST(HandleTest, ALingeringCloseReleasesTheHandle) {
  Pair pair = connectedPair();
  pair.client.setSoLinger(true, 10);
  pair.client.getOutputStream().write("last words");
  const Handle handle = pair.client.nativeHandle();
  pair.client.close();
  EXPECT_EQ(receive(pair.server, 10), "last words");
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
  int type = 0;
  int size = sizeof type;
  EXPECT_NE(::getsockopt(static_cast<SOCKET>(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size), 0);
}

// ---- ports ----------------------------------------------------------------------------------------------------------

// Whether another socket can bind to the port with SO_REUSEADDR.
bool canBeTaken(int type, const InetSocketAddress& local) {
  const SOCKET thief = ::socket(AF_INET, type, 0);
  const BOOL on = TRUE;
  ::setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, reinterpret_cast<const char*>(&on), sizeof on);
  sockaddr_storage native{};
  const int size = platform::toNative(toPlatform(local), Family::ipv4, native);
  const bool taken = ::bind(thief, reinterpret_cast<const sockaddr*>(&native), size) == 0;
  ::closesocket(thief);
  return taken;
}

int exclusive(Handle handle) {
  int value = 0;
  int size = sizeof value;
  ::getsockopt(static_cast<SOCKET>(handle), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, reinterpret_cast<char*>(&value), &size);
  return value;
}

TEST(PortTest, AListenersPortCannotBeTaken) {
  const ServerSocket server = loopbackServer();
  EXPECT_FALSE(canBeTaken(SOCK_STREAM, server.getLocalSocketAddress()));
  EXPECT_NE(exclusive(server.nativeHandle()), 0);
}

TEST(PortTest, ADatagramSocketsPortCannotBeTaken) {
  const DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  EXPECT_FALSE(canBeTaken(SOCK_DGRAM, socket.getLocalSocketAddress()));
  EXPECT_NE(exclusive(socket.nativeHandle()), 0);
}

TEST(PortTest, TheSharedPortOfADatagramSocketCanBeTaken) {
  DatagramSocket socket = DatagramSocket::unbound();
  socket.setReuseAddress(true);
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  EXPECT_TRUE(canBeTaken(SOCK_DGRAM, socket.getLocalSocketAddress()));
}

// ---- waiting --------------------------------------------------------------------------------------------------------

class WakerTest : public testing::Test {
 protected:
  WakerTest() : waker_(*platform::openWaker()), idle_(*platform::openDatagram(Family::ipv4)) {
    platform::bind(idle_, Family::ipv4, toPlatform(InetAddress::getLoopbackAddress()));
  }
  ~WakerTest() override {
    platform::closeWaker(waker_);
    platform::close(idle_);
  }

  // How long a wait lasts when no input arrives.
  std::chrono::milliseconds wait(std::chrono::milliseconds timeout) const {
    platform::WaitEntry entry{idle_, platform::Interest::readable, true};
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(platform::wait(&entry, 1, waker_, timeout));
    EXPECT_FALSE(entry.ready);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  }

  static constexpr auto kLong = std::chrono::milliseconds(20s);
  static constexpr auto kSoon = std::chrono::milliseconds(10s);

  const platform::Waker waker_;
  const Handle idle_;
};

TEST_F(WakerTest, ASignalEndsTheNextWait) {
  platform::signalWaker(waker_);
  EXPECT_LT(wait(kLong), kSoon);
}

TEST_F(WakerTest, ASignalEndsAWaitInProgress) {
  std::thread signaller([this] { platform::signalWaker(waker_); });
  EXPECT_LT(wait(kLong), kSoon);
  signaller.join();
}

TEST_F(WakerTest, MoreSignalsThanAnyQueueHoldsEndTheNextWait) {
  for (int i = 0; i < 20000; ++i) platform::signalWaker(waker_);
  EXPECT_LT(wait(kLong), kSoon);
}

TEST_F(WakerTest, AWaitConsumesTheSignal) {
  platform::signalWaker(waker_);
  wait(kLong);
  EXPECT_GE(wait(50ms), 30ms);  // the clock ticks every 16 ms
}

TEST_F(WakerTest, AResetDrainsTheSignals) {
  for (int i = 0; i < 3; ++i) platform::signalWaker(waker_);
  wait(kLong);  // they have arrived
  platform::signalWaker(waker_);
  platform::resetWaker(waker_);
  wait(50ms);
  EXPECT_GE(wait(50ms), 30ms);
}

TEST_F(WakerTest, AThreadKeepsItsWakerUntilItsEnd) {
  platform::Waker kept;
  std::thread([&] {
    EXPECT_EQ(platform::keptWaker().waiting, platform::kNoHandle);
    ASSERT_TRUE(platform::keepWaker(*platform::openWaker()));
    kept = platform::keptWaker();
  }).join();
  EXPECT_NE(kept.waiting, platform::kNoHandle);
  DWORD flags = 0;
  EXPECT_FALSE(::GetHandleInformation(reinterpret_cast<HANDLE>(kept.waiting), &flags));
}

TEST(WaitTest, ARefusedConnectIsReadyAndReportsItsReason) {
  const Handle handle = *platform::openStream(Family::ipv4);
  const DeadPort dead;
  ASSERT_EQ(platform::connect(handle, Family::ipv4, toPlatform(dead.address())).outcome, Outcome::wouldBlock);
  platform::WaitEntry entry{handle, platform::Interest::writable, false};
  const auto giveUp = std::chrono::steady_clock::now() + 20s;
  while (!entry.ready && std::chrono::steady_clock::now() < giveUp) platform::wait(&entry, 1, {}, 1s);
  EXPECT_TRUE(entry.ready);
  EXPECT_EQ(platform::connectResult(handle), std::errc::connection_refused);
  platform::close(handle);
}

// A connection whose client has shut down its output and does not read yet, and whose server has filled all buffers.
Pair halfClosedAndFull() {
  Pair pair = connectedPair();
  pair.client.shutdownOutput();
  const Handle server = pair.server.nativeHandle();
  platform::WaitEntry end{server, platform::Interest::readable, false};
  while (!end.ready) platform::wait(&end, 1, {}, 1s);
  // The system moves the bytes from one buffer to another, which makes room once more.
  const std::string much(1024 * 1024, 'x');
  for (bool moved = true; moved;) {
    moved = false;
    while (platform::send(server, much.data(), much.size()).outcome == Outcome::done) moved = true;
    std::this_thread::sleep_for(20ms);
  }
  return pair;
}

TEST(WaitTest, AWriterIsNotWokenByAPeerThatOnlyReads) {
  const Pair pair = halfClosedAndFull();
  platform::WaitEntry room{pair.server.nativeHandle(), platform::Interest::writable, true};
  EXPECT_FALSE(platform::wait(&room, 1, {}, 0ms));
  EXPECT_FALSE(room.ready);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(platform::wait(&room, 1, {}, 50ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);  // the clock ticks every 16 ms
}

TEST(WaitTest, AWriterIsWokenByAPeerThatOnlyReadsOnceThereIsRoom) {
  Pair pair = halfClosedAndFull();
  std::thread reader([&] { pair.client.getInputStream().skip(16 * 1024 * 1024); });
  platform::WaitEntry room{pair.server.nativeHandle(), platform::Interest::writable, false};
  const auto giveUp = std::chrono::steady_clock::now() + 20s;
  while (!room.ready && std::chrono::steady_clock::now() < giveUp) platform::wait(&room, 1, {}, 1s);
  EXPECT_TRUE(room.ready);
  pair.server.close();
  reader.join();
}

TEST(WaitTest, PollingNeedsNoWaker) {
  Pair pair = connectedPair();
  platform::WaitEntry entry{pair.client.nativeHandle(), platform::Interest::writable, false};
  EXPECT_FALSE(platform::wait(&entry, 1, {}, 0ms));
  EXPECT_TRUE(entry.ready);
}

}  // namespace
