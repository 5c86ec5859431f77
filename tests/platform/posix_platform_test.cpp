// SPDX-License-Identifier: MIT
//
// What posix/ does and no public function shows: error codes, and the order of things at the end of a thread.
#include "platform/platform.hpp"

#include <gtest/gtest.h>

#include <netdb.h>

#include <cerrno>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

namespace {

using namespace netlite;

TEST(ResolverErrorTest, ComparesWithTheStandardsConditions) {
  EXPECT_TRUE(platform::resolverError(EAI_NONAME) == std::errc::no_such_device_or_address);
  EXPECT_TRUE(platform::resolverError(EAI_AGAIN) == std::errc::resource_unavailable_try_again);
  EXPECT_TRUE(platform::resolverError(EAI_MEMORY) == std::errc::not_enough_memory);
}

TEST(ResolverErrorTest, AnyOtherErrorEqualsNoCondition) {
  EXPECT_FALSE(platform::resolverError(EAI_FAIL) == std::errc::no_such_device_or_address);
}

TEST(ResolverErrorTest, HasTheSystemsMessage) {
  EXPECT_EQ(platform::resolverError(EAI_NONAME).message(), gai_strerror(EAI_NONAME));
  EXPECT_STREQ(platform::resolverError(EAI_NONAME).category().name(), "resolver");
}

TEST(SystemErrorTest, ComparesWithTheStandardsConditions) {
  EXPECT_TRUE(platform::systemError(ECONNREFUSED) == std::errc::connection_refused);
}

struct AtThreadEnd {
  ~AtThreadEnd() { action(); }
  std::function<void()> action;
};

TEST(CallAtThreadEndTest, ComesAfterTheDestructorsOfLaterThreadLocals) {
  std::string order;
  std::thread([&order] {
    const auto note = [](void* text) { *static_cast<std::string*>(text) += "function"; };
    EXPECT_TRUE(platform::callAtThreadEnd(note, &order));
    thread_local AtThreadEnd local{[&order] { order += "thread_local "; }};
    EXPECT_TRUE(local.action);
  }).join();
  EXPECT_EQ(order, "thread_local function");
}

TEST(CallAtThreadEndTest, IsRefusedOnceTheThreadIsEnding) {
  bool isFirstCalled = false;
  bool isCalled = false;
  bool isAccepted = true;
  std::thread([&] {
    const auto note = [](void* flag) { *static_cast<bool*>(flag) = true; };
    thread_local AtThreadEnd last{
        [&isAccepted, &isCalled, note] { isAccepted = platform::callAtThreadEnd(note, &isCalled); }};
    EXPECT_TRUE(last.action);
    EXPECT_TRUE(platform::callAtThreadEnd(note, &isFirstCalled));
  }).join();
  EXPECT_TRUE(isFirstCalled);
  EXPECT_FALSE(isAccepted);
  EXPECT_FALSE(isCalled);
}

}  // namespace
