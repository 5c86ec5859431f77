// SPDX-License-Identifier: MIT
//
// The exceptions: their messages, their codes, and their class hierarchy.
#include <netlite/exceptions.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>

namespace {

using namespace netlite;

const std::error_code kRefused = std::make_error_code(std::errc::connection_refused);

template <class Derived, class Base>
constexpr bool kIsA = std::is_base_of_v<Base, Derived>;

TEST(ExceptionsTest, TheHierarchyIsThatOfJava) {
  static_assert(kIsA<IOException, std::system_error>);
  static_assert(kIsA<EOFException, IOException>);
  static_assert(kIsA<LineTooLongException, IOException>);
  static_assert(kIsA<UTFDataFormatException, IOException>);
  static_assert(kIsA<UnknownHostException, IOException>);
  static_assert(kIsA<InterruptedIOException, IOException>);
  static_assert(kIsA<SocketTimeoutException, InterruptedIOException>);
  static_assert(kIsA<SocketException, IOException>);
  static_assert(kIsA<BindException, SocketException>);
  static_assert(kIsA<ConnectException, SocketException>);
  static_assert(kIsA<NoRouteToHostException, SocketException>);
  static_assert(kIsA<PortUnreachableException, SocketException>);
}

TEST(ExceptionsTest, TimeoutsAndUnknownHostsAreNotSocketExceptions) {
  static_assert(!kIsA<SocketTimeoutException, SocketException>);
  static_assert(!kIsA<UnknownHostException, SocketException>);
}

TEST(ExceptionsTest, ThoseOfThreadsAreRuntimeErrorsAndNoIOExceptions) {
  static_assert(kIsA<TimeoutException, std::runtime_error> && !kIsA<TimeoutException, IOException>);
  static_assert(kIsA<RejectedExecutionException, std::runtime_error> && !kIsA<RejectedExecutionException, IOException>);
  static_assert(kIsA<QueueClosedException, std::runtime_error> && !kIsA<QueueClosedException, IOException>);
  static_assert(kIsA<IllegalStateException, std::runtime_error> && !kIsA<IllegalStateException, IOException>);
  EXPECT_STREQ(TimeoutException("too late").what(), "too late");
}

TEST(ExceptionsTest, IllegalArgumentExceptionIsInvalidArgument) {
  static_assert(std::is_same_v<IllegalArgumentException, std::invalid_argument>);
}

TEST(ExceptionsTest, WhatReturnsTheTextAndTheReason) {
  const ConnectException exception(kRefused, "connect to localhost/127.0.0.1:9");
  EXPECT_EQ(exception.what(), "connect to localhost/127.0.0.1:9: " + kRefused.message());
}

TEST(ExceptionsTest, TheCodeComparesWithStandardConditions) {
  EXPECT_TRUE(SocketException(kRefused, "read").code() == std::errc::connection_refused);
}

TEST(ExceptionsTest, TheCodeIsNeverZero) {
  EXPECT_TRUE(IOException(std::error_code(), "read").code() == std::errc::io_error);
}

TEST(ExceptionsTest, AnUnknownHostExceptionNamesTheHost) {
  EXPECT_EQ(UnknownHostException(kRefused, "look up example", "example").host(), "example");
  EXPECT_EQ(UnknownHostException(kRefused, "look up example").host(), "");
}

TEST(ExceptionsTest, ATimeoutReportsTheBytesTransferred) {
  EXPECT_EQ(SocketTimeoutException(kRefused, "write", 42).bytesTransferred(), 42U);
  EXPECT_EQ(SocketTimeoutException(kRefused, "write").bytesTransferred(), 0U);
  EXPECT_EQ(EOFException(kRefused, "read", 42).bytesTransferred(), 42U);
  EXPECT_EQ(EOFException(kRefused, "read").bytesTransferred(), 0U);
}

template <class Exception>
void throwIt() {
  throw Exception(kRefused, "thrown");
}

TEST(ExceptionsTest, EachCanBeCaughtAsAnIOException) {
  EXPECT_THROW(throwIt<EOFException>(), IOException);
  EXPECT_THROW(throwIt<LineTooLongException>(), IOException);
  EXPECT_THROW(throwIt<UTFDataFormatException>(), IOException);
  EXPECT_THROW(throwIt<UnknownHostException>(), IOException);
  EXPECT_THROW(throwIt<SocketTimeoutException>(), IOException);
  EXPECT_THROW(throwIt<PortUnreachableException>(), IOException);
}

TEST(ExceptionsTest, ACopyKeepsMessageCodeAndHost) {
  const UnknownHostException exception(kRefused, "look up example", "example");
  const UnknownHostException copy = exception;
  EXPECT_STREQ(copy.what(), exception.what());
  EXPECT_EQ(copy.code(), exception.code());
  EXPECT_EQ(copy.host(), "example");
}

}  // namespace
