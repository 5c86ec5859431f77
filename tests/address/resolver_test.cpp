// SPDX-License-Identifier: MIT
//
// Lookups: what reaches the resolver, its failures, and deadlines. The tests replace the system's resolver.
#include "address/resolver.hpp"
#include "support/running_threads.hpp"

#include <netlite/exceptions.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <vector>

namespace {

using netlite::confirmedHostName;
using netlite::Deadline;
using netlite::InetAddress;
using netlite::resolveHost;
using netlite::SocketTimeoutException;
using netlite::UnknownHostException;
using netlite::platform::Address;
using netlite::platform::Addresses;
using Resolved = netlite::platform::Result<Addresses>;
using namespace netlite::test;
using namespace std::chrono_literals;

Resolved found(const std::string&) {
  Address address;
  address.bytes = {192, 0, 2, 1};
  return Addresses{address};
}

Resolved fails(const std::string&) { return std::make_error_code(std::errc::resource_unavailable_try_again); }

Resolved runsOutOfMemory(const std::string&) { throw std::bad_alloc(); }

Resolved mustNotBeAsked(const std::string& host) {
  ADD_FAILURE() << "the resolver was asked for " << host;
  return found(host);
}

// A resolver that hangs until the test lets it answer. The library's threads may still be inside it when the test or
// the program ends, so it is never destroyed.
class HangingResolver {
 public:
  static HangingResolver& instance() {
    static HangingResolver& resolver = *new HangingResolver;
    return resolver;
  }

  static Resolved lookUp(const std::string& host) { return instance().answer(host); }

  void letItAnswer() {
    std::lock_guard<std::mutex> lock(mutex_);
    answers_ = true;
    changed_.notify_all();
  }

  void hang() {
    std::lock_guard<std::mutex> lock(mutex_);
    answers_ = false;
    asked_ = 0;
  }

  int lookupCount() {
    std::lock_guard<std::mutex> lock(mutex_);
    return asked_;
  }

  void waitUntilAsked() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return asked_ > 0; });
  }

 private:
  Resolved answer(const std::string& host) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return answers_; });
    return found(host);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool answers_ = false;  // guarded by mutex_
  int asked_ = 0;         // guarded by mutex_
};

class HangingResolverTest : public testing::Test {
 protected:
  HangingResolverTest() { resolver_.hang(); }

  // Under Wine a program may hang if it ends while one of its threads is ending.
  ~HangingResolverTest() override {
    resolver_.letItAnswer();
    if (threadsAreVisible()) threadsFallTo(threads_before_);
  }

  static std::vector<InetAddress> ask(const std::string& host, std::chrono::milliseconds timeout) {
    return resolveHost(host, Deadline::after(timeout), HangingResolver::lookUp);
  }

  HangingResolver& resolver_ = HangingResolver::instance();
  const std::size_t threads_before_ = threadsAreVisible() ? baselineThreads() : 0;
};

TEST(ResolverTest, ALiteralIsNotLookedUp) {
  EXPECT_EQ(resolveHost("192.0.2.1", Deadline::never(), mustNotBeAsked).front().toString(), "/192.0.2.1");
  EXPECT_EQ(resolveHost("[fe80::1%3]", Deadline::after(1h), mustNotBeAsked).front().toString(), "/fe80::1%3");
}

TEST(ResolverTest, AnInvalidHostNameIsNotLookedUp) {
  for (const char* host :
       {"", "127.1", "0x7f.1", "1.2.3.4.", "localhost:80", "[localhost]", "a b", "fe80::1%nowhere"}) {
    EXPECT_THROW(resolveHost(host, Deadline::never(), mustNotBeAsked), UnknownHostException) << host;
    EXPECT_THROW(resolveHost(host, Deadline::after(1h), mustNotBeAsked), UnknownHostException) << host;
  }
}

TEST(ResolverTest, ANameIsLookedUp) {
  EXPECT_EQ(resolveHost("example", Deadline::never(), found).front().toString(), "example/192.0.2.1");
}

TEST(ResolverTest, ANameIsLookedUpWithinADeadline) {
  EXPECT_EQ(resolveHost("example", Deadline::after(1h), found).front().toString(), "example/192.0.2.1");
}

void expectFailureToBeReported(Deadline deadline) {
  try {
    resolveHost("example", deadline, fails);
    FAIL() << "resolveHost() threw nothing";
  } catch (const UnknownHostException& exception) {
    EXPECT_EQ(exception.host(), "example");
    EXPECT_TRUE(exception.code() == std::errc::resource_unavailable_try_again);
    EXPECT_EQ(exception.what(), "look up example: " + exception.code().message());
  }
}

TEST(ResolverTest, AFailureIsReported) { expectFailureToBeReported(Deadline::never()); }

TEST(ResolverTest, AFailureWithinADeadlineIsReported) { expectFailureToBeReported(Deadline::after(1h)); }

TEST(ResolverTest, OutOfMemoryInTheBackgroundThreadReachesTheCaller) {
  EXPECT_THROW(resolveHost("example", Deadline::after(1h), runsOutOfMemory), std::bad_alloc);
}

TEST(ResolverTest, EachLookupAsksTheResolverAgain) {
  static std::atomic<int> asked{0};
  const auto counts = [](const std::string& host) {
    ++asked;
    return found(host);
  };
  for (int i = 0; i < 100; ++i) resolveHost("example", Deadline::after(1h), counts);
  EXPECT_EQ(asked, 100);
}

TEST_F(HangingResolverTest, TheDeadlineEndsTheWait) {
  const Deadline deadline = Deadline::after(20ms);
  try {
    resolveHost("deadline", deadline, HangingResolver::lookUp);
    FAIL() << "resolveHost() threw nothing";
  } catch (const SocketTimeoutException& exception) {
    EXPECT_TRUE(deadline.hasPassed());
    EXPECT_STREQ(exception.what(), "look up deadline: Timed out");
    EXPECT_TRUE(exception.code() == std::errc::timed_out);
  }
}

TEST_F(HangingResolverTest, ARetryJoinsTheLookupInProgress) {
  EXPECT_THROW(ask("retry", 1ms), SocketTimeoutException);
  resolver_.waitUntilAsked();
  for (int i = 0; i < 20; ++i) EXPECT_THROW(ask("retry", 1ms), SocketTimeoutException);
  EXPECT_EQ(resolver_.lookupCount(), 1);
}

TEST_F(HangingResolverTest, ASharedLookupAnswersEveryCaller) {
  EXPECT_THROW(ask("joined", 1ms), SocketTimeoutException);
  std::vector<std::future<std::vector<InetAddress>>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::async(std::launch::async, [] { return ask("joined", 1h); }));
  }
  resolver_.letItAnswer();
  for (auto& result : waiting) EXPECT_EQ(result.get().front().toString(), "joined/192.0.2.1");
}

TEST_F(HangingResolverTest, ADifferentHostIsLookedUpIndependently) {
  EXPECT_THROW(ask("hanging", 1ms), SocketTimeoutException);
  EXPECT_EQ(resolveHost("other", Deadline::after(1h), found).front().getHostName(), "other");
}

[[noreturn]] void exitWhileALookupHangs() {
  HangingResolver::instance().hang();
  try {
    resolveHost("exit", Deadline::after(1ms), HangingResolver::lookUp);
  } catch (const SocketTimeoutException&) {
    std::exit(0);
  }
  std::exit(1);
}

TEST(ResolverDeathTest, ALookupInProgressDoesNotDelayProgramExit) {
  // Run in a new process: a forked one would not have this process's threads.
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(exitWhileALookupHangs(), testing::ExitedWithCode(0), "");
}

// The address that found() returns.
InetAddress documentationAddress() { return InetAddress::getByName("192.0.2.1"); }

std::string nameIsExample(const Address&) { return "example"; }
std::string nameIsANumber(const Address&) { return "127.1"; }
std::string noName(const Address&) { return ""; }

TEST(ConfirmedHostNameTest, ANameThatResolvesToTheAddressIsReturned) {
  EXPECT_EQ(confirmedHostName(documentationAddress(), nameIsExample, found), "example");
}

TEST(ConfirmedHostNameTest, ANameThatResolvesToAnotherAddressIsNotReturned) {
  EXPECT_EQ(confirmedHostName(InetAddress::getByName("192.0.2.66"), nameIsExample, found), "");
}

TEST(ConfirmedHostNameTest, ANameThatDoesNotResolveIsNotReturned) {
  EXPECT_EQ(confirmedHostName(documentationAddress(), nameIsExample, fails), "");
}

TEST(ConfirmedHostNameTest, ANumericNameIsNotLookedUp) {
  EXPECT_EQ(confirmedHostName(documentationAddress(), nameIsANumber, mustNotBeAsked), "");
}

TEST(ConfirmedHostNameTest, AnEmptyNameIsNotLookedUp) {
  EXPECT_EQ(confirmedHostName(documentationAddress(), noName, mustNotBeAsked), "");
}

TEST(LocalHostNameTest, IsNotEmpty) { EXPECT_FALSE(netlite::localHostName().empty()); }

}  // namespace
