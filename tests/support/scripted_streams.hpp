// SPDX-License-Identifier: MIT
//
// Streams for the tests of readers and writers: a scripted input, an input that blocks until it is closed, and an
// output that records each call and can block. Copies share their state, so a test keeps one copy and hands out
// another.
// Thread-safety: BlockingInputStream and RecordingOutputStream may be used from any thread, ScriptedInputStream from
// one thread at a time.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/output_stream.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace netlite::test {

inline std::error_code codeOf(std::errc condition) { return std::make_error_code(condition); }

/// An input stream that follows a script: each read() takes the next step, or a part of it if the buffer is small. The
/// stream ends after the last step.
class ScriptedInputStream : public InputStream {
 public:
  /// These bytes have arrived.
  ScriptedInputStream& gives(std::string bytes) { return add({std::move(bytes), {}, true}); }
  /// These bytes arrive while a read waits for them.
  ScriptedInputStream& givesLate(std::string bytes) { return add({std::move(bytes), {}, false}); }
  ScriptedInputStream& timesOut() {
    return add({{}, [] { throw SocketTimeoutException(codeOf(std::errc::timed_out), "read"); }, false});
  }
  ScriptedInputStream& isReset() {
    return add({{}, [] { throw SocketException(codeOf(std::errc::connection_reset), "read"); }, false});
  }
  ScriptedInputStream& ends() { return add({{}, {}, false}); }

  /// Calls `action` at the beginning of every read.
  void beforeRead(std::function<void()> action) { script_->beforeRead = std::move(action); }
  /// Calls `action` in every available(); it may throw.
  void inAvailable(std::function<void()> action) { script_->inAvailable = std::move(action); }
  /// Makes close() throw.
  void failToClose() { script_->failsToClose = true; }
  /// Whether a read takes everything that has arrived, as a socket's does. The default is true.
  void setPrefersLargeReads(bool prefers) { script_->prefersLargeReads = prefers; }
  /// Sets whether awaitInput() finds the stream idle.
  void setIdle(bool idle) { script_->idle = idle; }

  /// The buffer size of each read.
  const std::vector<std::size_t>& readSizes() const { return script_->readSizes; }
  std::size_t readCount() const { return script_->readSizes.size(); }
  int availableCount() const { return script_->availableCount; }
  int closeCount() const { return script_->closeCount; }
  /// The argument of each awaitInput().
  const std::vector<std::chrono::milliseconds>& patiences() const { return script_->patiences; }

  using InputStream::read;

  std::size_t read(void* buffer, std::size_t size) override {
    script_->readSizes.push_back(size);
    if (script_->beforeRead) script_->beforeRead();
    if (script_->steps.empty()) return 0;
    Step& step = script_->steps.front();
    if (step.bytes.empty()) return endOrThrow();
    const std::size_t count = step.bytes.copy(static_cast<char*>(buffer), size);
    step.bytes.erase(0, count);
    if (step.bytes.empty()) script_->steps.pop_front();
    return count;
  }

  std::size_t available() override {
    ++script_->availableCount;
    if (script_->inAvailable) script_->inAvailable();
    if (script_->steps.empty() || !script_->steps.front().hasArrived) return 0;
    return script_->steps.front().bytes.size();
  }

  bool awaitInput(std::chrono::milliseconds patience) override {
    script_->patiences.push_back(patience);
    return !script_->idle;
  }

  bool prefersLargeReads() const noexcept override { return script_->prefersLargeReads; }

  void close() override {
    ++script_->closeCount;
    if (script_->failsToClose) throw IOException(codeOf(std::errc::io_error), "close");
  }

 protected:
  void unread(std::string bytes) override { script_->steps.push_front({std::move(bytes), {}, true}); }

 private:
  struct Step {
    std::string bytes;
    std::function<void()> failure;  // instead of bytes; neither means the end of the stream
    bool hasArrived = false;
  };

  struct Script {
    std::deque<Step> steps;
    std::function<void()> beforeRead;
    std::function<void()> inAvailable;
    bool failsToClose = false;
    bool idle = false;
    bool prefersLargeReads = true;
    std::vector<std::size_t> readSizes;
    int availableCount = 0;
    int closeCount = 0;
    std::vector<std::chrono::milliseconds> patiences;
  };

  ScriptedInputStream& add(Step step) {
    script_->steps.push_back(std::move(step));
    return *this;
  }

  std::size_t endOrThrow() {
    const Step step = std::move(script_->steps.front());
    script_->steps.pop_front();
    if (step.failure) step.failure();
    return 0;
  }

  std::shared_ptr<Script> script_ = std::make_shared<Script>();
};

/// An input stream whose read() blocks until close() and then throws.
class BlockingInputStream : public InputStream {
 public:
  /// Returns when a thread is in read().
  void waitForReader() const {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->reading; });
  }

  using InputStream::read;

  std::size_t read(void*, std::size_t) override {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->reading = true;
    state_->changed.notify_all();
    state_->changed.wait(lock, [this] { return state_->closed; });
    throw SocketException(codeOf(std::errc::operation_canceled), "read");
  }

  void close() override {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->closed = true;
    state_->changed.notify_all();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool reading = false;  // guarded by mutex, as is closed
    bool closed = false;
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// An output stream that records its calls, and fails or blocks on demand.
class RecordingOutputStream : public OutputStream {
 public:
  /// The next write takes `count` bytes and times out; later writes succeed unless the test says otherwise.
  RecordingOutputStream& timesOutAfter(std::size_t count) { return add({std::errc::timed_out, count}); }
  /// The next write takes nothing and throws a SocketException.
  RecordingOutputStream& fails(std::errc reason) { return add({reason, 0}); }
  /// The next write takes everything.
  RecordingOutputStream& succeeds() { return add({std::errc(), 0}); }
  void failToFlush() { state_->failsToFlush = true; }
  void failToClose() { state_->failsToClose = true; }

  /// Makes writes wait for release().
  void block() {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->blocked = true;
  }
  void release() {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->blocked = false;
    state_->changed.notify_all();
  }
  /// Returns when a thread is in write().
  void waitForWriter() const {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->writing; });
  }

  /// The bytes that each write accepted.
  std::vector<std::string> writes() const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->writes;
  }
  std::string bytes() const {
    std::string all;
    for (const std::string& write : writes()) all += write;
    return all;
  }
  int flushCount() const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->flushCount;
  }
  int closeCount() const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    return state_->closeCount;
  }

  using OutputStream::write;

  void write(const void* data, std::size_t size) override {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->writing = true;
    state_->changed.notify_all();
    state_->changed.wait(lock, [this] { return !state_->blocked; });
    const std::string_view bytes(static_cast<const char*>(data), size);
    const Outcome outcome = nextOutcome();
    if (outcome.reason == std::errc()) {
      state_->writes.emplace_back(bytes);
      return;
    }
    if (outcome.taken != 0) state_->writes.emplace_back(bytes.substr(0, outcome.taken));
    if (outcome.reason != std::errc::timed_out) throw SocketException(codeOf(outcome.reason), "write");
    throw SocketTimeoutException(codeOf(outcome.reason), "write", outcome.taken);
  }

  void flush() override {
    std::lock_guard<std::mutex> lock(state_->mutex);
    ++state_->flushCount;
    if (state_->failsToFlush) throw IOException(codeOf(std::errc::no_space_on_device), "flush");
  }

  void close() override {
    std::lock_guard<std::mutex> lock(state_->mutex);
    ++state_->closeCount;
    if (state_->failsToClose) throw IOException(codeOf(std::errc::io_error), "close");
  }

 private:
  struct Outcome {
    std::errc reason;  // errc() is success
    std::size_t taken;
  };

  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Outcome> outcomes;  // guarded by mutex, as is the rest
    std::vector<std::string> writes;
    bool writing = false;
    bool blocked = false;
    bool failsToFlush = false;
    bool failsToClose = false;
    int flushCount = 0;
    int closeCount = 0;
  };

  RecordingOutputStream& add(Outcome outcome) {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->outcomes.push_back(outcome);
    return *this;
  }

  Outcome nextOutcome() {
    if (state_->outcomes.empty()) return {std::errc(), 0};
    const Outcome outcome = state_->outcomes.front();
    state_->outcomes.pop_front();
    return outcome;
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace netlite::test
