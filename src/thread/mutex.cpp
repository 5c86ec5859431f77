// SPDX-License-Identifier: MIT
#include <netlite/mutex.hpp>

#include "base/arguments.hpp"
#include "base/deadline.hpp"
#include "thread/word_mutex.hpp"

namespace netlite {

void Mutex::lock() { WordMutex::tryLockUntil(word_, Deadline::never()); }

bool Mutex::try_lock() noexcept { return WordMutex::tryLock(word_) || WordMutex::tryLockOfParent(word_); }

bool Mutex::try_lock_for(std::chrono::milliseconds timeout) {
  if (checkedTimeout(timeout).count() == 0) return try_lock();
  return WordMutex::tryLockUntil(word_, Deadline::within(timeout));
}

void Mutex::unlock() noexcept { WordMutex::unlock(word_); }

}  // namespace netlite
