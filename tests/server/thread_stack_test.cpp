// SPDX-License-Identifier: MIT
//
// TcpServer in a program with large thread-local storage, which some systems place on the stack of each thread.
#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // far more than anything here takes
constexpr std::size_t kClients = 3;

thread_local char thread_locals[512 * 1024];

// Uses both ends of the storage, and answers.
void answer(Socket& client) {
  char& last = thread_locals[sizeof thread_locals - 1];
  thread_locals[0] = static_cast<char>(client.getInputStream().read());
  last = thread_locals[0];
  client.getOutputStream().write(last);
}

class ThreadStackTest : public testing::TestWithParam<std::size_t> {};

std::string nameOf(const testing::TestParamInfo<std::size_t>& size) { return std::to_string(size.param) + "Bytes"; }

INSTANTIATE_TEST_SUITE_P(, ThreadStackTest, testing::Values(0, 1, 16 * 1024, 256 * 1024), nameOf);

TEST_P(ThreadStackTest, HasRoomBesidesThreadLocalStorage) {
  TcpServer::Options options;
  options.threadStackSize = GetParam();
  options.onError = [](std::exception_ptr) { ADD_FAILURE() << "a client's thread could not be started"; };
  TcpServer server(loopbackServer(), answer, options);
  server.start();
  for (std::size_t i = 0; i < kClients; ++i) {
    Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
    client.setSoTimeout(kPatience);
    client.getOutputStream().write('x');
    EXPECT_EQ(client.getInputStream().read(), 'x');
  }
}

}  // namespace
}  // namespace netlite::test
