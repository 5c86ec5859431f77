// SPDX-License-Identifier: MIT
//
// Error codes of posix/ that no public function shows.
#include "platform/platform.hpp"

#include <gtest/gtest.h>

#include <netdb.h>

#include <cerrno>
#include <system_error>

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

}  // namespace
