// SPDX-License-Identifier: MIT
//
// fork and TLS: the keys of a connection change with every record, so one process may use it.
#include "support/posix/forked.hpp"
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace netlite::test {

namespace {

TEST(SslForkTest, AChildThatClosesItsCopyLeavesTheConnectionToTheParent) {
  TlsContexts contexts;
  Pair pair = tlsPair(contexts.client, contexts.server);
  EXPECT_TRUE(holdsInChild([&] {
    pair.client.close();
    return true;
  }));
  EXPECT_TRUE(holdsInChild([&] {
    const Socket destroyed = std::move(pair.client);
    return true;
  }));
  pair.client.getOutputStream().write("x");
  EXPECT_EQ(pair.server.getInputStream().read(), 'x');
  pair.server.getOutputStream().write("y");
  EXPECT_EQ(pair.client.getInputStream().read(), 'y');
}

TEST(SslForkTest, AChildServesAClientThatTheParentHasAccepted) {
  TlsContexts contexts;
  Pair pair = halfTlsPair(contexts.server);
  const ::pid_t child = ::fork();
  if (child == 0) {
    pair.client.close();
    pair.server.getOutputStream().write("served");
    pair.server.close();
    ::_exit(0);
  }
  pair.server.close();
  Socket client = contexts.client.createSocket(std::move(pair.client), "localhost");
  EXPECT_EQ(client.getInputStream().readAllBytes(), "served");
  ::waitpid(child, nullptr, 0);
}

TEST(SslForkTest, AChildConnectsAnew) {
  TlsContexts contexts;
  Pair before = tlsPair(contexts.client, contexts.server);
  EXPECT_TRUE(holdsInChild([&] {
    Pair pair = tlsPair(contexts.client, contexts.server);
    pair.client.getOutputStream().write("x");
    return pair.server.getInputStream().read() == 'x';
  }));
}

}  // namespace

}  // namespace netlite::test
