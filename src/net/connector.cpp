// SPDX-License-Identifier: MIT
//
// The race of connection attempts.
// Thread-safety: see the header.
#include "net/connector.hpp"

#include "address/conversion.hpp"
#include "base/errors.hpp"
#include "platform/socket.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <utility>

namespace netlite {

namespace {

// RFC 8305 section 5: the recommended Connection Attempt Delay.
constexpr std::chrono::milliseconds kAttemptDelay{250};

}  // namespace

Connector::Connector(SocketCore& core, AttemptSockets& sockets, std::string target, Deadline deadline)
    : core_(core), sockets_(sockets), target_(std::move(target)), deadline_(deadline) {}

Connector::~Connector() {
  for (const Attempt& attempt : attempts_) sockets_.discard(attempt.handle);
}

Established Connector::connect(std::vector<InetSocketAddress> remotes) {
  remotes_ = std::move(remotes);
  for (;;) {
    if (mayStart()) {
      if (startNext()) break;
    } else {
      waitForAttempts();
      if (collectReady()) break;
    }
    if (attempts_.empty() && next_ == remotes_.size()) throwFailure();
  }
  Attempt winner = std::move(attempts_.back());
  attempts_.pop_back();
  platform::setBlocking(winner.handle, true);
  return {winner.handle, std::move(winner_local_), std::move(winner.remote)};
}

bool Connector::mayStart() const {
  if (next_ == remotes_.size() || attempts_.size() == platform::kMaxWaitEntries) return false;
  return attempts_.empty() || Deadline::Clock::now() >= next_start_;
}

// Returns whether the new attempt is connected already. If so, it is the last of attempts_.
bool Connector::startNext() {
  const InetSocketAddress remote = remotes_[next_++];
  platform::Family family = familyFor(remote.getAddress());
  Attempt attempt{platform::kNoHandle, remote, false};
  attempts_.reserve(attempts_.size() + 1);  // before there is a descriptor that could be lost
  const platform::Result<platform::Handle> opened = sockets_.open(family);
  if (!opened) {
    failures_.push_back({remote, opened.error()});
    return false;
  }
  attempt.handle = *opened;
  attempts_.push_back(std::move(attempt));
  next_start_ = Deadline::Clock::now() + kAttemptDelay;
  std::error_code error = platform::setBlocking(*opened, false);
  if (!error) {
    const platform::Transfer started = platform::connect(*opened, family, toPlatform(remote));
    if (started.outcome == platform::Outcome::wouldBlock) return false;
    error = started.outcome == platform::Outcome::failed ? started.error() : checkConnected(attempts_.back());
  }
  if (error) drop(attempts_.size() - 1, error);
  return !error;
}

void Connector::waitForAttempts() {
  platform::WaitEntry entries[platform::kMaxWaitEntries];
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    entries[i] = {attempts_[i].handle, platform::Interest::writable, false};
  }
  const bool more = next_ < remotes_.size() && attempts_.size() < platform::kMaxWaitEntries;
  const Deadline until = more ? earlier(deadline_, Deadline::at(next_start_)) : deadline_;
  const SocketCore::Waited waited = core_.wait(entries, attempts_.size(), until);
  for (std::size_t i = 0; i < attempts_.size(); ++i) attempts_[i].isFinished = entries[i].ready;
  if (waited.result == SocketCore::WaitResult::timedOut && !deadline_.hasPassed()) return;  // time for the next attempt
  throwUnlessReady(waited, [this] { return "connect to " + target_; });
}

// Returns whether an attempt is connected. If so, it is the last of attempts_.
bool Connector::collectReady() {
  for (std::size_t i = attempts_.size(); i-- > 0;) {
    if (!attempts_[i].isFinished) continue;
    std::error_code error = platform::connectResult(attempts_[i].handle);
    if (!error) error = checkConnected(attempts_[i]);
    if (!error) {
      std::swap(attempts_[i], attempts_.back());
      return true;
    }
    drop(i, error);
  }
  return false;
}

// TCP may connect a socket to itself if nothing listens on the remote port and the system chooses the same port as the
// local one (RFC 793's simultaneous open). That is never intended, so it counts as refused.
std::error_code Connector::checkConnected(const Attempt& attempt) {
  const platform::Result<platform::Address> local = platform::localAddress(attempt.handle);
  if (!local) return local.error();
  winner_local_ = inetSocketAddress(*local);
  if (winner_local_ == attempt.remote) return std::make_error_code(std::errc::connection_refused);
  return {};
}

void Connector::drop(std::size_t index, std::error_code error) {
  failures_.push_back({attempts_[index].remote, error});
  sockets_.discard(attempts_[index].handle);
  attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(index));
  next_start_ = Deadline::Clock::now();  // the next attempt need not wait
}

// Throws the first failure, whose address the system ranks highest; the others are appended to the message.
void Connector::throwFailure() const {
  std::string what = "connect to " + failures_.front().remote.toString();
  for (std::size_t i = 1; i < failures_.size(); ++i) {
    what += (i == 1 ? " (then " : "; ") + failures_[i].remote.toString() + ": " + failures_[i].error.message();
  }
  if (failures_.size() > 1) what += ")";
  throwSocketError(Operation::connect, what, failures_.front().error);
}

std::vector<InetSocketAddress> interleaved(const std::vector<InetAddress>& addresses, int port) {
  std::vector<InetSocketAddress> first;
  std::vector<InetSocketAddress> second;
  for (const InetAddress& address : addresses) {
    (address.isIPv6() == addresses.front().isIPv6() ? first : second).emplace_back(address, port);
  }
  std::vector<InetSocketAddress> result;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) result.push_back(first[i]);
    if (i < second.size()) result.push_back(second[i]);
  }
  return result;
}

}  // namespace netlite
