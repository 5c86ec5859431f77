// SPDX-License-Identifier: MIT
//
// Lookups, in the calling thread or in the background.
// Thread-safety: the lookups in progress are shared; a lock guards them.
#include "address/resolver.hpp"

#include "address/address_text.hpp"
#include "address/conversion.hpp"
#include "base/errors.hpp"
#include "base/no_destructor.hpp"
#include "base/thread_annotations.hpp"
#include "thread/activity.hpp"
#include "thread/forked.hpp"
#include "thread/os_thread.hpp"
#include "thread/virtual_thread.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace netlite {

namespace {

using platform::Addresses;
using platform::Result;

// A lookup in a separate thread; that thread and each waiting caller own it together.
class BackgroundLookup {
 public:
  void end(std::optional<Result<Addresses>> result, std::exception_ptr failure) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    result_ = std::move(result);
    failure_ = std::move(failure);
    ended_.notifyAll();
  }

  /// Returns nothing when the deadline came first.
  std::optional<Result<Addresses>> await(Deadline deadline) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    while (!result_ && failure_ == nullptr && ended_.waitUntil(mutex_, deadline)) {
    }
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    return result_;
  }

 private:
  WordMutex mutex_;
  WordCondition ended_;
  std::optional<Result<Addresses>> result_ NETLITE_GUARDED_BY(mutex_);
  std::exception_ptr failure_ NETLITE_GUARDED_BY(mutex_);  // memory has run out
};

using SharedLookup = std::shared_ptr<BackgroundLookup>;

// The lookups that run in the background. Callers that look up the same host share one, so that a program that tries
// again and again while its resolver hangs does not collect threads.
class LookupsInProgress {
 public:
  SharedLookup startOrJoin(const std::string& host, Lookup lookup) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    forgetThoseOfParent();
    SharedLookup& entry = (*by_host_)[host];
    if (entry == nullptr) entry = start(host, lookup);
    return entry;
  }

  void forget(const std::string& host) NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    by_host_->erase(host);
  }

 private:
  // Their threads do not exist in a forked child, so they would never end. The map is left unread: one of those threads
  // may have been changing it.
  void forgetThoseOfParent() NETLITE_REQUIRES(mutex_) {
    if (forked_.notice()) by_host_.reset();
  }

  SharedLookup start(const std::string& host, Lookup lookup) NETLITE_REQUIRES(mutex_);

  WordMutex mutex_;
  NoDestructor<std::map<std::string, SharedLookup>> by_host_ NETLITE_GUARDED_BY(mutex_);
  Forked forked_ NETLITE_GUARDED_BY(mutex_);
};

LookupsInProgress& lookupsInProgress() {
  static NoDestructor<LookupsInProgress> lookups;  // a lookup may end while the program does
  return *lookups;
}

void lookUp(BackgroundLookup& started, const std::string& host, Lookup lookup) {
  std::optional<Result<Addresses>> result;
  std::exception_ptr failure;
  try {
    result.emplace(lookup(host));
  } catch (...) {
    failure = std::current_exception();
  }
  lookupsInProgress().forget(host);  // before the callers get the result, so that a later caller starts a new lookup
  started.end(std::move(result), std::move(failure));
}

SharedLookup LookupsInProgress::start(const std::string& host, Lookup lookup) {
  auto started = std::make_shared<BackgroundLookup>();
  try {
    OsThread(
        0, [started, host, lookup] { lookUp(*started, host, lookup); }, "look up")
        .detach();
  } catch (...) {
    by_host_->erase(host);
    throw;
  }
  return started;
}

Result<Addresses> lookUpUntil(const std::string& host, Deadline deadline, Lookup lookup) {
  SharedLookup started;
  try {
    started = lookupsInProgress().startOrJoin(host, lookup);
  } catch (const std::system_error& error) {
    throw IOException(error.code(), "look up " + host);
  }
  const auto what = [&host] { return "look up " + host; };
  const Activity lookingUp(lazyText(what));
  std::optional<Result<Addresses>> result = started->await(deadline);
  if (!result) throwTimeout("look up " + host);
  return *std::move(result);
}

[[noreturn]] void throwNotAHost(const std::string& host) {
  throw UnknownHostException(Error::unknownHost, "look up " + quotedText(host), host);
}

// Scope 0 is the default zone (RFC 4007 section 11.2), which is the same as no scope.
std::uint32_t scopeIdOf(const AddressLiteral& literal, const std::string& host) {
  if (!literal.scope) return 0;
  if (const std::optional<std::uint32_t> number = parseDecimal(*literal.scope)) return *number;
  const std::uint32_t id = platform::interfaceIndex(std::string(*literal.scope));
  if (id == 0) throwNotAHost(host);
  return id;
}

std::vector<InetAddress> named(const Addresses& addresses, const std::string& host) {
  std::vector<InetAddress> result;
  result.reserve(addresses.size());
  for (const platform::Address& address : addresses) result.push_back(inetAddress(address, host));
  return result;
}

}  // namespace

std::vector<InetAddress> resolveHost(const std::string& host, Deadline deadline, Lookup lookup) {
  if (const std::optional<AddressLiteral> literal = parseAddressLiteral(host)) {
    return {InetAddress::getByAddress("", literal->bytes.data(), literal->size, scopeIdOf(*literal, host))};
  }
  if (!isHostName(host)) throwNotAHost(host);
  const Result<Addresses> found =
      deadline.isNever() && VirtualThread::current() == nullptr ? lookup(host) : lookUpUntil(host, deadline, lookup);
  if (!found) throw UnknownHostException(found.error(), "look up " + host, host);
  return named(*found, host);
}

std::string confirmedHostName(const InetAddress& address, ReverseLookup reverseLookup, Lookup lookup) {
  const platform::Address wanted = toPlatform(address);
  const std::string name = reverseLookup(wanted);
  if (!isHostName(name)) return "";
  const Result<Addresses> found = lookup(name);
  const bool resolvesBack = found && std::find(found->begin(), found->end(), wanted) != found->end();
  return resolvesBack ? name : "";
}

std::string localHostName() {
  platform::Result<std::string> name = platform::localHostName();
  if (!name) throw UnknownHostException(name.error(), "look up this machine's own name");
  return std::move(*name);
}

}  // namespace netlite
