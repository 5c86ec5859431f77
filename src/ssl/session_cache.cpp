// SPDX-License-Identifier: MIT
//
// The sessions that a client may resume, the newest first.
// Thread-safety: see the header.
#include "ssl/session_cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace netlite::ssl {

void SessionCache::put(const std::string& server, OwnedSession session) {
  const MutexLock lock(mutex_);
  entries_.push_front({server, std::move(session)});
  std::size_t ofServer = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool isSurplus = entry->server == server && ++ofServer > kMaxSessionsOfServer;
    entry = isSurplus ? entries_.erase(entry) : std::next(entry);
  }
  if (entries_.size() > kMaxSessions) entries_.pop_back();
}

OwnedSession SessionCache::take(const std::string& server) {
  const MutexLock lock(mutex_);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&server](const Entry& entry) { return entry.server == server; });
  if (found == entries_.end()) return nullptr;
  OwnedSession session = std::move(found->session);
  entries_.erase(found);
  return session;
}

}  // namespace netlite::ssl
