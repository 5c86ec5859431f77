// SPDX-License-Identifier: MIT
//
// netlite and the Windows headers can be included in either order: here netlite comes first, in
// support/windows/headers_first.cpp it comes last. Both files see all macros of windows.h except min and max, which
// libstdc++ undefines.
#include <netlite/netlite.hpp>

#if defined(_WINDOWS_) || defined(_WINSOCK2API_) || defined(_WINSOCKAPI_) || defined(_INC_WINDOWS) || \
    defined(_WINDEF_) || defined(min) || defined(max) || defined(ERROR) || defined(interface) || defined(SOCKET_ERROR)
#error "netlite includes the headers of Windows"
#endif

#include <winsock2.h>
// After winsock2.h, or it would include the old winsock.h.
#include <windows.h>

#include <gtest/gtest.h>

#include <string>

#if !defined(ERROR) || !defined(SOCKET_ERROR)
#error "netlite undefines macros of Windows"
#endif

namespace netlite::test {

std::string conversationAfterWindowsHeaders();

}  // namespace netlite::test

TEST(WindowsHeadersTest, NetliteMayComeFirst) {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  EXPECT_NE(static_cast<SOCKET>(server.nativeHandle()), INVALID_SOCKET);
}

TEST(WindowsHeadersTest, NetliteMayComeLast) { EXPECT_EQ(netlite::test::conversationAfterWindowsHeaders(), "hello"); }
