// SPDX-License-Identifier: MIT
//
// SessionCache: the sessions that a client may resume.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "base/thread_annotations.hpp"
#include "ssl/annotated_mutex.hpp"
#include "ssl/openssl.hpp"

#include <cstddef>
#include <list>
#include <string>

namespace netlite::ssl {

/// A ticket is used once, so that an observer cannot tell by it which connections are of the same client (RFC 8446
/// appendix C.4).
class SessionCache {
 public:
  /// Keeps a session, in place of the oldest if there are too many.
  ///
  /// @param server the host and the port that it may be resumed with
  void put(const std::string& server, OwnedSession session) NETLITE_EXCLUDES(mutex_);

  /// Removes and returns the newest session for the server; null if there is none.
  OwnedSession take(const std::string& server) NETLITE_EXCLUDES(mutex_);

 private:
  struct Entry {
    std::string server;
    OwnedSession session;
  };

  static constexpr std::size_t kMaxSessions = 256;
  static constexpr std::size_t kMaxSessionsOfServer = 4;

  AnnotatedMutex mutex_;
  std::list<Entry> entries_ NETLITE_GUARDED_BY(mutex_);  // the newest first
};

}  // namespace netlite::ssl
