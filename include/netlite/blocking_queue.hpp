// SPDX-License-Identifier: MIT
//
// BlockingQueue: passes elements from thread to thread, java.util.concurrent.BlockingQueue in C++.
#pragma once

#include <netlite/condition.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/export.hpp>
#include <netlite/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace netlite {

/// Passes elements from thread to thread, of either kind, first in, first out: java.util.concurrent.BlockingQueue in
/// C++.
///
/// ```cpp
/// netlite::BlockingQueue<std::string> lines(100);
/// netlite::Thread consumer = netlite::Thread::startVirtualThread([&] {
///   while (auto line = lines.poll(std::chrono::milliseconds::max())) std::cout << *line << '\n';
/// });
/// lines.put("hello");
/// lines.close();  // the consumer gets what is left, and then no more
/// consumer.join();
/// ```
///
/// Java's queues cannot be closed. This one can: threads that wait to put an element throw, and threads that take get
/// what is left. Elements may be of a type that can only be moved.
///
/// Thread-safety: every member may be called from any thread, except construction and destruction.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
template <typename T>
class BlockingQueue {
 public:
  /// The capacity of a queue without a limit.
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  /// Creates an empty queue.
  ///
  /// @param capacity the number of elements that it can hold, at least 1
  /// @throws std::invalid_argument `capacity` is 0
  explicit BlockingQueue(std::size_t capacity = kNoLimit) : capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("capacity of a queue is 0");
  }
  BlockingQueue(const BlockingQueue&) = delete;
  BlockingQueue& operator=(const BlockingQueue&) = delete;

  /// Appends an element. Blocks while the queue is full; close() ends the waiting.
  ///
  /// @throws QueueClosedException the queue is closed; `element` is not moved from
  void put(T&& element) { append(kForever, std::move(element)); }

  /// Appends a copy of an element, otherwise as put(T&&).
  ///
  /// @throws QueueClosedException the queue is closed
  void put(const T& element) { append(kForever, element); }

  /// Appends an element. Blocks while the queue is full, until the time is over; close() ends the waiting.
  ///
  /// @param element the element; not moved from unless it was appended
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return whether the element was appended
  /// @throws std::invalid_argument `timeout` is negative
  /// @throws QueueClosedException  the queue is closed
  bool offer(T&& element, std::chrono::milliseconds timeout = kNoWait) { return append(timeout, std::move(element)); }

  /// Appends a copy of an element, otherwise as offer(T&&, timeout).
  ///
  /// @throws std::invalid_argument `timeout` is negative
  /// @throws QueueClosedException  the queue is closed
  bool offer(const T& element, std::chrono::milliseconds timeout = kNoWait) { return append(timeout, element); }

  /// Removes the first element and returns it. Blocks while the queue is empty; close() ends the waiting.
  ///
  /// @throws QueueClosedException the queue is closed and empty
  T take() {
    std::unique_lock<Mutex> lock(mutex_);
    appended_.wait(lock, [this] { return canRemove(); });
    if (elements_.empty()) throw QueueClosedException("queue is closed");
    return remove();
  }

  /// Removes the first element and returns it. Blocks while the queue is empty, until the time is over; close() ends
  /// the waiting.
  ///
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return the element; none if the queue remained empty, or is closed and empty
  /// @throws std::invalid_argument `timeout` is negative
  std::optional<T> poll(std::chrono::milliseconds timeout = kNoWait) {
    std::unique_lock<Mutex> lock(mutex_);
    appended_.wait_for(lock, timeout, [this] { return canRemove(); });
    if (elements_.empty()) return std::nullopt;
    return remove();
  }

  /// Closes the queue for new elements; what it holds can still be taken. Ends the waiting of all threads. Harmless if
  /// the queue is already closed.
  void close() {
    const std::lock_guard<Mutex> lock(mutex_);
    closed_ = true;
    appended_.notify_all();
    removed_.notify_all();
  }

 private:
  static constexpr std::chrono::milliseconds kNoWait{0};
  static constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();

  bool canRemove() const { return closed_ || !elements_.empty(); }
  bool canAppend() const { return closed_ || elements_.size() < capacity_; }

  template <typename Element>
  bool append(std::chrono::milliseconds timeout, Element&& element) {
    std::unique_lock<Mutex> lock(mutex_);
    const bool hasRoom = removed_.wait_for(lock, timeout, [this] { return canAppend(); });
    if (closed_) throw QueueClosedException("queue is closed");
    if (!hasRoom) return false;
    elements_.push_back(std::forward<Element>(element));
    appended_.notify_one();
    return true;
  }

  T remove() {
    T first = takeFirst();
    elements_.pop_front();
    removed_.notify_one();
    return first;
  }

  // An element that cannot be moved stays, so another thread is woken for it.
  T takeFirst() {
    try {
      return std::move(elements_.front());
    } catch (...) {
      appended_.notify_one();
      throw;
    }
  }

  const std::size_t capacity_;
  Mutex mutex_;
  Condition appended_;      // or closed_
  Condition removed_;       // or closed_
  std::deque<T> elements_;  // guarded by mutex_, and so is the next one
  bool closed_ = false;
};

}  // namespace netlite
