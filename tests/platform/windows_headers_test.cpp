// SPDX-License-Identifier: MIT
//
// netlite and the headers of Windows do not get into each other's way: here netlite comes first, in
// support/windows/headers_first.cpp last. Both see all of windows.h's macros; of these libstdc++ takes min and max
// away.
#include <netlite/netlite.hpp>

#if defined(_WINDOWS_) || defined(_WINSOCK2API_) || defined(_WINSOCKAPI_) || defined(_INC_WINDOWS) || \
    defined(_WINDEF_) || defined(min) || defined(max) || defined(ERROR) || defined(interface) || defined(SOCKET_ERROR)
#error "netlite lets the headers of Windows out"
#endif

#include <winsock2.h>
// After winsock2.h, or it would bring the old winsock.h.
#include <windows.h>

#include <gtest/gtest.h>

#include <string>

#if !defined(ERROR) || !defined(SOCKET_ERROR)
#error "netlite takes macros of Windows away"
#endif

namespace netlite::test {

std::string conversationAfterWindowsHeaders();

}  // namespace netlite::test

TEST(WindowsHeadersTest, NetliteMayComeFirst) {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  EXPECT_NE(static_cast<SOCKET>(server.nativeHandle()), INVALID_SOCKET);
}

TEST(WindowsHeadersTest, NetliteMayComeLast) { EXPECT_EQ(netlite::test::conversationAfterWindowsHeaders(), "hello"); }
