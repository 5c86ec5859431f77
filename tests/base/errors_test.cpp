// SPDX-License-Identifier: MIT
//
// netlite's own error codes, and the exception that each failure is thrown as.
#include "base/errors.hpp"

#include <netlite/exceptions.hpp>

#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using namespace netlite;
using netlite::test::thrownBy;

std::error_code codeOf(std::errc condition) { return std::make_error_code(condition); }

TEST(ErrorsTest, EachErrorEqualsItsCondition) {
  EXPECT_TRUE(make_error_code(Error::socketClosed) == std::errc::operation_canceled);
  EXPECT_TRUE(make_error_code(Error::streamClosed) == std::errc::operation_canceled);
  EXPECT_TRUE(make_error_code(Error::timedOut) == std::errc::timed_out);
  EXPECT_TRUE(make_error_code(Error::endOfStream) == std::errc::no_message_available);
  EXPECT_TRUE(make_error_code(Error::lineTooLong) == std::errc::message_size);
  EXPECT_TRUE(make_error_code(Error::malformedText) == std::errc::illegal_byte_sequence);
  EXPECT_TRUE(make_error_code(Error::textTooLong) == std::errc::message_size);
  EXPECT_TRUE(make_error_code(Error::unknownHost) == std::errc::no_such_device_or_address);
  EXPECT_TRUE(make_error_code(Error::notConnected) == std::errc::not_connected);
  EXPECT_TRUE(make_error_code(Error::alreadyConnected) == std::errc::already_connected);
  EXPECT_TRUE(make_error_code(Error::connecting) == std::errc::connection_already_in_progress);
  EXPECT_TRUE(make_error_code(Error::notBound) == std::errc::invalid_argument);
  EXPECT_TRUE(make_error_code(Error::alreadyBound) == std::errc::invalid_argument);
  EXPECT_TRUE(make_error_code(Error::inputShutDown) == std::errc::not_connected);
  EXPECT_TRUE(make_error_code(Error::outputShutDown) == std::errc::broken_pipe);
}

TEST(ErrorsTest, DifferentErrorsAreNotEqual) {
  EXPECT_NE(make_error_code(Error::socketClosed), make_error_code(Error::streamClosed));
  EXPECT_FALSE(make_error_code(Error::timedOut) == std::errc::connection_refused);
}

TEST(ErrorsTest, ErrorsHaveTheirOwnCategory) {
  EXPECT_STREQ(make_error_code(Error::timedOut).category().name(), "netlite");
}

TEST(ErrorsTest, TheMessageOfAClosedSocketIsThatOfJava) {
  EXPECT_EQ(make_error_code(Error::socketClosed).message(), "Socket closed");
}

TEST(ErrorsTest, AnUnknownErrorNumberHasAMessage) {
  const std::error_code code(4711, make_error_code(Error::timedOut).category());
  EXPECT_FALSE(code.message().empty());
  EXPECT_TRUE(code == std::errc::io_error);
}

TEST(ThrowSocketErrorTest, ABindFailureThrowsABindException) {
  EXPECT_THROW(throwSocketError(Operation::bind, "bind", codeOf(std::errc::address_in_use)), BindException);
}

TEST(ThrowSocketErrorTest, AConnectFailureThrowsAConnectException) {
  EXPECT_THROW(throwSocketError(Operation::connect, "connect", codeOf(std::errc::connection_refused)),
               ConnectException);
}

TEST(ThrowSocketErrorTest, AnUnreachableHostOrNetworkThrowsANoRouteToHostException) {
  EXPECT_THROW(throwSocketError(Operation::connect, "connect", codeOf(std::errc::host_unreachable)),
               NoRouteToHostException);
  EXPECT_THROW(throwSocketError(Operation::other, "write", codeOf(std::errc::network_unreachable)),
               NoRouteToHostException);
}

TEST(ThrowSocketErrorTest, AnyOtherFailureThrowsAPlainSocketException) {
  const auto exception = thrownBy<SocketException>(
      [] { throwSocketError(Operation::other, "read from /127.0.0.1:80", codeOf(std::errc::connection_reset)); });
  EXPECT_EQ(exception.what(), "read from /127.0.0.1:80: " + codeOf(std::errc::connection_reset).message());
  EXPECT_TRUE(exception.code() == std::errc::connection_reset);
}

TEST(ThrowSocketErrorTest, TheMessageOfANetliteErrorIsReported) {
  const auto exception = thrownBy<SocketException>([] { throwSocketError("read", Error::socketClosed); });
  EXPECT_STREQ(exception.what(), "read: Socket closed");
}

TEST(ThrowTimeoutTest, ReportsTheOperationAndTheBytes) {
  const auto exception = thrownBy<SocketTimeoutException>([] { throwTimeout("write to /127.0.0.1:80", 7); });
  EXPECT_STREQ(exception.what(), "write to /127.0.0.1:80: Timed out");
  EXPECT_TRUE(exception.code() == std::errc::timed_out);
  EXPECT_EQ(exception.bytesTransferred(), 7U);
}

}  // namespace
