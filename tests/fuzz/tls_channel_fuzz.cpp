// SPDX-License-Identifier: MIT
//
// Any bytes from the wire, in any chunks, to either side of a TLS connection, before or after its handshake. It must
// refuse them with an exception, and after the handshake none of them may reach the program. The input is the side and
// the time, the length of the plan, the plan (the sizes of the chunks), and the bytes themselves.
#include "base/errors.hpp"
#include "ssl/settings.hpp"
#include "ssl/tls_channel.hpp"
#include "tests/support/certificates.hpp"

#include <netlite/exceptions.hpp>

#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::ssl;
using netlite::fuzz::Plan;
using netlite::fuzz::require;

/// A wire in memory. What one side sends is in `sent`.
class MemoryWire final : public Wire {
 public:
  explicit MemoryWire(std::string_view plan) : plan_(plan) {}
  ~MemoryWire() = default;

  std::string input;
  bool hasEnded = false;
  std::string sent;

  std::size_t receive(void* buffer, std::size_t size, Deadline) override {
    const std::optional<std::size_t> count = tryReceive(buffer, size);
    if (!count) throwTimeout("receive");
    return *count;
  }

  std::optional<std::size_t> tryReceive(void* buffer, std::size_t size) override {
    if (input.empty()) return hasEnded ? std::optional<std::size_t>(0) : std::nullopt;
    const std::size_t count = std::min({size, input.size(), 1 + plan_.next() * plan_.next()});
    std::memcpy(buffer, input.data(), count);
    input.erase(0, count);
    return count;
  }

  void confirmEnd() override {}
  bool isInputShutDown() const noexcept override { return false; }

  void send(const char* data, std::size_t size, std::size_t& count, Deadline, std::size_t) override {
    sent.append(data + count, size - count);
    count = size;
  }

  std::size_t trySend(const char* data, std::size_t size) noexcept override {
    sent.append(data, size);
    return size;
  }

  std::string describe(const char* operation) const override { return operation; }
  std::uint32_t forkCount() const noexcept override { return 0; }

 private:
  Plan plan_;
};

std::shared_ptr<Setup> makeSetup() {
  static const test::TestCertificate authority(test::authorityOptions());
  static const test::TestCertificate certificate({}, &authority);
  auto identity = std::make_shared<Identity>();
  auto* const own = static_cast<X509*>(certificate.certificate());
  auto* const key = static_cast<EVP_PKEY*>(certificate.key());
  X509_up_ref(own);
  EVP_PKEY_up_ref(key);
  identity->certificate.reset(own);
  identity->key.reset(key);
  auto trusted = std::make_shared<Certificates>();
  auto* const root = static_cast<X509*>(authority.certificate());
  X509_up_ref(root);
  trusted->emplace_back(root);
  Settings settings;
  settings.identity = std::move(identity);
  settings.trusted.push_back(std::move(trusted));
  settings.clientAuth = ClientAuth::wanted;
  settings.applicationProtocols = "\x02h2";
  return std::make_shared<Setup>(std::move(settings));
}

struct Side {
  Side(TlsChannel::Side which, std::string_view plan)
      : channel(setup(), which, which == TlsChannel::Side::client ? "localhost" : "", "localhost"), wire(plan) {}

  static const std::shared_ptr<Setup>& setup() {
    static const std::shared_ptr<Setup> made = makeSetup();
    return made;
  }

  /// Goes on with the handshake. Whether it is complete.
  bool advance() {
    try {
      channel.handshake(wire, Deadline::at(Deadline::Clock::now()));
      return true;
    } catch (const SocketTimeoutException&) {
      return false;
    }
  }

  TlsChannel channel;
  MemoryWire wire;
};

void completeHandshake(Side& client, Side& server) {
  bool isClientDone = false;
  bool isServerDone = false;
  while (!isClientDone || !isServerDone) {
    isClientDone = client.advance();
    server.wire.input += std::exchange(client.wire.sent, {});
    isServerDone = server.advance();
    client.wire.input += std::exchange(server.wire.sent, {});
  }
}

// Reads until an exception says that no more can come. Returns what has reached the program.
std::size_t readAll(Side& side) {
  std::size_t total = 0;
  char buffer[100];
  try {
    for (;;) {
      const std::size_t count = side.channel.read(side.wire, buffer, sizeof buffer, Deadline::never());
      if (count == 0) return total;
      total += count;
      side.channel.available(side.wire);
    }
  } catch (const IOException&) {
  }
  return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool isServer = input[0] % 2 == 0;
  const bool isAfterHandshake = input[0] / 2 % 2 == 0;
  const std::size_t planSize = std::min<std::size_t>(data[1], size - 2);
  const std::string_view plan = input.substr(2, planSize);
  const std::string_view bytes = input.substr(2 + planSize);
  Side client(TlsChannel::Side::client, plan);
  Side server(TlsChannel::Side::server, plan);
  if (isAfterHandshake) completeHandshake(client, server);
  Side& attacked = isServer ? server : client;
  attacked.wire.input += bytes;
  attacked.wire.hasEnded = true;
  require(readAll(attacked) == 0);
  return 0;
}
