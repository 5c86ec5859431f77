// SPDX-License-Identifier: MIT
//
// The memory of connections: what an idle one has, and what happens where it runs out.
#include "support/counted_memory.hpp"
#include "support/openssl_peer.hpp"
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <vector>

namespace netlite::test {

namespace {

// OpenSSL's own memory, of all threads together, and how much more the calling thread may take.
std::atomic<long> openssl_bytes{0};
thread_local long openssl_allowed = kUnlimited;

constexpr std::size_t kHeader = alignof(std::max_align_t);

void* allocate(std::size_t size, const char*, int) {
  if (openssl_allowed != kUnlimited && --openssl_allowed < 0) return nullptr;
  auto* const memory = static_cast<char*>(std::malloc(size + kHeader));
  if (memory == nullptr) return nullptr;
  *reinterpret_cast<std::size_t*>(memory) = size;
  openssl_bytes += static_cast<long>(size);
  return memory + kHeader;
}

void release(void* memory, const char*, int) {
  if (memory == nullptr) return;
  char* const start = static_cast<char*>(memory) - kHeader;
  openssl_bytes -= static_cast<long>(*reinterpret_cast<std::size_t*>(start));
  std::free(start);
}

void* reallocate(void* memory, std::size_t size, const char* file, int line) {
  void* const larger = allocate(size, file, line);
  if (larger == nullptr || memory == nullptr) return larger;
  const std::size_t old = *reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - kHeader);
  std::memcpy(larger, memory, std::min(old, size));
  release(memory, file, line);
  return larger;
}

// Before OpenSSL allocates anything.
const bool is_counted = CRYPTO_set_mem_functions(allocate, reallocate, release) == 1;

long totalBytes() { return bytesInUse() + openssl_bytes; }

void exchange(Pair& pair, std::size_t size) {
  const std::string text(size, 'x');
  for (int i = 0; i < 2; ++i) {
    Socket& from = i == 0 ? pair.client : pair.server;
    Socket& to = i == 0 ? pair.server : pair.client;
    const JoinedThread writer([&] { from.getOutputStream().write(text); });
    EXPECT_EQ(receive(to, size), text);
  }
}

TEST(SslMemoryTest, AnIdleConnectionGivesItsBuffersBack) {
  ASSERT_TRUE(is_counted);
  TlsContexts contexts;
  Pair pair = tlsPair(contexts.client, contexts.server);
  exchange(pair, 1);
  const long before = totalBytes();
  exchange(pair, 5'000'000);
  EXPECT_LE(totalBytes() - before, 4096);
}

// With TLS 1.3 the client finds its session tickets in front of it.
TEST(SslMemoryTest, TheFirstAnswerLeavesNoBuffers) {
  TlsContexts contexts;
  Pair first = tlsPair(contexts.client, contexts.server);
  exchange(first, 1);  // the sessions of the others replace its own
  Pair pair = tlsPair(contexts.client, contexts.server);
  const long before = totalBytes();
  exchange(pair, 1);
  EXPECT_LE(totalBytes() - before, 4096);
}

TEST(SslMemoryTest, AnIdleConnectionHasLittleBesidesOpenSslsState) {
  TlsContexts contexts;
  constexpr int kPairs = 10;
  std::vector<Pair> plain;
  std::vector<Pair> secured;
  plain.push_back(connectedPair());
  secured.push_back(tlsPair(contexts.client, contexts.server));
  long before = bytesInUse();
  for (int i = 0; i < kPairs; ++i) plain.push_back(connectedPair());
  const long ofPlain = bytesInUse() - before;
  before = bytesInUse();
  for (int i = 0; i < kPairs; ++i) {
    secured.push_back(tlsPair(contexts.client, contexts.server));
    exchange(secured.back(), 100'000);
  }
  const long ofSecured = bytesInUse() - before;
  std::printf("bytes of a socket: plain %ld, TLS %ld\n", ofPlain / kPairs / 2, ofSecured / kPairs / 2);
  EXPECT_LE((ofSecured - ofPlain) / kPairs / 2, 8192);
}

// Otherwise a peer that keeps sending would make this side allocate without a bound.
void expectBytesAreNotKeptAfter(const std::function<void(OpenSslPeer&)>& end) {
  TlsContexts contexts;
  PeerAndSocket both(contexts.server);
  both.peer->write("hello");
  end(*both.peer);
  both.peer->sendRaw(std::string(40'000, '?'));  // all of this finds room in the system's buffers
  std::string buffer(10'000, ' ');
  const long bytes = totalBytes();
  const long count = allocations();
  EXPECT_EQ(both.socket.getInputStream().read(&buffer[0], buffer.size()), 5u);
  EXPECT_LE(allocations() - count, 3);
  EXPECT_LE(totalBytes() - bytes, 40'000);  // OpenSSL's buffers for two records
}

TEST(SslMemoryTest, BytesAfterTheEndAreNotKept) {
  expectBytesAreNotKeptAfter([](OpenSslPeer& peer) { peer.sayCloseNotify(); });
}

TEST(SslMemoryTest, BytesAfterADamagedRecordAreNotKept) {
  expectBytesAreNotKeptAfter([](OpenSslPeer& peer) {
    peer.damageRecord(0);
    peer.write("damaged");
  });
}

TEST(SslMemoryTest, AnEndedConnectionLeavesNothing) {
  TlsContexts contexts;
  ServerSocket listener = tlsServer(contexts.server);  // sessions are kept for each port
  const auto once = [&] {
    Socket plain(InetAddress::getLoopbackAddress(), listener.getLocalPort());
    Pair pair{Socket(), listener.accept()};
    {
      const JoinedThread serversSide([&] { SSLSession::of(pair.server); });
      pair.client = contexts.client.createSocket(std::move(plain), "localhost");
    }
    exchange(pair, 10'000);
  };
  for (int i = 0; i < 10; ++i) once();  // with sessions and what is made once
  const long before = totalBytes();
  for (int i = 0; i < 10; ++i) once();
  EXPECT_LE(totalBytes() - before, 4096);
}

/// Fails one allocation after another of the server's side, until it has enough. Whatever fails, it throws.
template <typename Allow, typename Forbid>
void survivesOutOfMemory(long step, Allow allow, Forbid forbid) {
  TlsContexts contexts;
  bool succeeded = false;
  for (long max = 0; !succeeded && max < 100'000; max += step) {
    Pair pair = halfTlsPair(contexts.server);
    const JoinedThread clientsSide([&] {
      failureOf([&] {
        pair.client = contexts.client.createSocket(std::move(pair.client), "localhost");
        pair.client.getOutputStream().write("question");
        receive(pair.client, 6);
        pair.client.close();
      });
    });
    char question[8];
    allow(max);
    try {
      SocketInputStream in = pair.server.getInputStream();
      SocketOutputStream out = pair.server.getOutputStream();
      in.readFully(question, sizeof question);
      out.write("answer", 6);
      succeeded = true;
    } catch (const std::bad_alloc&) {
    } catch (const IOException&) {
    }
    forbid();
    pair.server.close();
  }
  EXPECT_TRUE(succeeded);
}

TEST(SslMemoryTest, AServerSurvivesThatOpenSslRunsOutOfMemory) {
  survivesOutOfMemory(
      7, [](long max) { openssl_allowed = max; }, [] { openssl_allowed = kUnlimited; });
}

TEST(SslMemoryTest, AServerSurvivesThatItsOwnMemoryRunsOut) {
  survivesOutOfMemory(
      1, [](long max) { allowAllocations(max); }, [] { allowAllocations(kUnlimited); });
}

}  // namespace

}  // namespace netlite::test
