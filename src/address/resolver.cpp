// SPDX-License-Identifier: MIT
//
// Look-ups, and the ones under way in the background.
// Thread-safety: the look-ups under way are shared; their mutex guards them.
#include "address/resolver.hpp"

#include "address/address_text.hpp"
#include "base/errors.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace netlite {

namespace {

using platform::Resolved;

// The look-ups that run in the background, so that a program that tries again and again while its resolver hangs waits
// for one thread and does not start one after another.
struct LookUpsUnderWay {
  std::mutex mutex;
  std::map<std::string, std::shared_future<Resolved>> by_host;  // guarded by mutex
};

LookUpsUnderWay& underWay() {
  // Never destroyed: a look-up may end while the program does.
  static LookUpsUnderWay& instance = *new LookUpsUnderWay;
  return instance;
}

class ForgetAtEnd {
 public:
  explicit ForgetAtEnd(const std::string& host) : host_(host) {}
  ForgetAtEnd(const ForgetAtEnd&) = delete;
  ForgetAtEnd& operator=(const ForgetAtEnd&) = delete;
  ~ForgetAtEnd() {
    std::lock_guard<std::mutex> lock(underWay().mutex);
    underWay().by_host.erase(host_);
  }

 private:
  const std::string& host_;
};

void detachThread(std::packaged_task<Resolved()> task, const std::string& what) try {
  std::thread(std::move(task)).detach();
} catch (const std::system_error& error) {
  throw IOException(error.code(), what);
}

std::shared_future<Resolved> startLookUp(const std::string& host, LookUp lookUp) {
  std::packaged_task<Resolved()> task([host, lookUp] {
    const ForgetAtEnd forget(host);  // before the result is told: whoever asks again after that asks anew
    return lookUp(host);
  });
  std::shared_future<Resolved> result = task.get_future().share();
  detachThread(std::move(task), "look up " + host);
  return result;
}

std::shared_future<Resolved> startOrJoinLookUp(const std::string& host, LookUp lookUp) {
  LookUpsUnderWay& look_ups = underWay();
  std::lock_guard<std::mutex> lock(look_ups.mutex);
  const auto found = look_ups.by_host.find(host);
  if (found != look_ups.by_host.end()) return found->second;
  return look_ups.by_host.emplace(host, startLookUp(host, lookUp)).first->second;
}

Resolved lookUpUntil(const std::string& host, Deadline deadline, LookUp lookUp) {
  const std::shared_future<Resolved> result = startOrJoinLookUp(host, lookUp);
  if (result.wait_until(deadline.time()) == std::future_status::timeout) throwTimeout("look up " + host);
  return result.get();
}

[[noreturn]] void throwNotAHost(const std::string& host) {
  throw UnknownHostException(Error::unknownHost, "look up " + quotedText(host), host);
}

std::uint32_t scopeIdOf(const AddressLiteral& literal, const std::string& host) {
  if (!literal.scope) return 0;
  const std::optional<std::uint32_t> number = parseDecimal(*literal.scope);
  const std::uint32_t id = number ? *number : platform::interfaceIndex(std::string(*literal.scope));
  if (id == 0) throwNotAHost(host);
  return id;
}

bool contains(const std::vector<InetAddress>& addresses, const InetAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

}  // namespace

std::vector<InetAddress> resolveHost(const std::string& host, Deadline deadline, LookUp lookUp) {
  if (const std::optional<AddressLiteral> literal = parseAddressLiteral(host)) {
    return {InetAddress::getByAddress("", literal->bytes.data(), literal->size, scopeIdOf(*literal, host))};
  }
  if (!isHostName(host)) throwNotAHost(host);
  Resolved result = deadline.isNever() ? lookUp(host) : lookUpUntil(host, deadline, lookUp);
  if (result.addresses.empty()) throw UnknownHostException(result.error, "look up " + host, host);
  return std::move(result.addresses);
}

std::string confirmedHostName(const InetAddress& address, ReverseLookUp reverseLookUp, LookUp lookUp) {
  const std::string name = reverseLookUp(address).name;
  const bool leadsBack = isHostName(name) && contains(lookUp(name).addresses, address);
  return leadsBack ? name : "";
}

std::string localHostName() {
  platform::LocalHostName result = platform::localHostName();
  if (result.error) throw UnknownHostException(result.error, "look up this machine's own name");
  return std::move(result.name);
}

}  // namespace netlite
