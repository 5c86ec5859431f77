// SPDX-License-Identifier: MIT
//
// The accept loop and its threads.
// Thread-safety: see the header.
#include <netlite/tcp_server.hpp>

#include "base/arguments.hpp"
#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "base/unwinding.hpp"
#include "net/socket_internals.hpp"
#include "net/stream_socket.hpp"
#include "thread/arena.hpp"
#include "thread/forked.hpp"
#include "thread/no_fork.hpp"
#include "thread/os_thread.hpp"
#include "thread/strand.hpp"
#include "thread/strand_memory.hpp"
#include "thread/virtual_scheduler.hpp"
#include "thread/virtual_thread.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <list>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace netlite {

namespace {

// How long to wait for descriptors, memory or threads after they ran out; doubled each time they are still missing.
// Each accepted client reduces it, to zero after four, so that a server at its limit can still accept one client at a
// time, and reports one shortage only once.
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kMaxPause{1000};

// Whether memory, descriptors or threads have run out, or accept has failed for another reason.
bool isShortage(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::system_error&) {
    return true;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

bool isSocketClosed(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const IOException& exception) {
    return exception.code() == std::errc::operation_canceled;
  } catch (...) {
    return false;
  }
}

}  // namespace

// The state that the server shares with its threads; the last of them to leave destroys it.
class TcpServer::State : public std::enable_shared_from_this<TcpServer::State> {
 public:
  State(ServerSocket server, Handler handler, Options options);

  bool start() NETLITE_EXCLUDES(mutex_);
  void stop(Deadline grace) NETLITE_EXCLUDES(mutex_);
  void awaitEnd() NETLITE_EXCLUDES(mutex_);
  int localPort() const { return server_.getLocalPort(); }
  std::size_t connectionCount() NETLITE_EXCLUDES(mutex_);

 private:
  struct Client {
    explicit Client(Socket accepted) : socket(std::move(accepted)), state(Socket::Internals::state(socket)) {}

    Socket socket;  // used only by the client's own thread; the handler may move it away
    const std::shared_ptr<StreamSocket> state;
    OsThread thread;  // guarded by mutex_
  };

  using Clients = std::list<Client, StrandAllocator<Client>>;

  class Accepting;
  class Serving;
  class Waiting;

  OsThread startThread(std::size_t stackSize, std::function<void()> body, const char* what) const;
  void acceptClients() NETLITE_EXCLUDES(mutex_);
  bool waitForRoom() NETLITE_EXCLUDES(mutex_);
  bool welcomes(const InetSocketAddress& remote);
  void acceptOne();
  Clients acceptClient();
  void startClient(Clients accepted) NETLITE_EXCLUDES(mutex_);
  OsThread startClientsThread(std::function<void()> body);
  void serve(Clients::iterator client);
  void leave(Clients::iterator client) NETLITE_EXCLUDES(mutex_);
  static void move(Clients& from, Clients::iterator client, Clients& to) noexcept;
  void pauseAfter(const std::exception_ptr& failure) NETLITE_EXCLUDES(mutex_);
  void report(const std::exception_ptr& failure);

  bool hasRoom() const NETLITE_REQUIRES(mutex_) {
    return options_.maxConnections == 0 || clients_.size() < options_.maxConnections;
  }
  bool othersHaveEnded() const NETLITE_REQUIRES(mutex_);
  void awaitOthers(Deadline deadline) NETLITE_REQUIRES(mutex_);
  void closeClients() NETLITE_REQUIRES(mutex_);
  std::shared_ptr<StreamSocket> nextOpen() NETLITE_REQUIRES(mutex_);
  void joinEnded() NETLITE_REQUIRES(mutex_);
  void forgetThreadsOfParent() NETLITE_REQUIRES(mutex_);

  std::string name() const;

  bool isOwnThread() const noexcept { return current_strand.server == this; }

  ServerSocket server_;
  const Handler handler_;
  const Options options_;

  WordMutex mutex_;
  WordCondition room_;   // a client has left, or stopping_: for the accept thread
  WordCondition ended_;  // notified while stopping_: for Waiting threads
  Clients clients_ NETLITE_GUARDED_BY(mutex_);
  std::size_t waiting_clients_ NETLITE_GUARDED_BY(mutex_) = 0;  // threads of clients_ that are Waiting
  bool accepting_ NETLITE_GUARDED_BY(mutex_) = false;           // the accept thread has not left its loop
  bool acceptor_waiting_ NETLITE_GUARDED_BY(mutex_) = false;    // it is Waiting
  bool stopping_ NETLITE_GUARDED_BY(mutex_) = false;
  bool started_ NETLITE_GUARDED_BY(mutex_) = false;
  OsThread ended_client_ NETLITE_GUARDED_BY(mutex_);  // of the last client to leave, joined by the next
  OsThread acceptor_ NETLITE_GUARDED_BY(mutex_);
  int joining_ NETLITE_GUARDED_BY(mutex_) = 0;  // threads in joinEnded
  Forked forked_ NETLITE_GUARDED_BY(mutex_);
  virtual_scheduler::Prepared next_thread_;  // used only by the accept thread, as the next one
  std::chrono::milliseconds pause_{0};       // used only by the accept thread; 0 while there is no shortage
};

// Marks a thread of this server that is in stop() or run(): the others must not wait for it. Created and destroyed with
// mutex_ held.
class TcpServer::State::Waiting {
 public:
  explicit Waiting(State& server) NETLITE_REQUIRES(server.mutex_) : server_(server) { count(+1); }
  ~Waiting() { count(-1); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void count(int change)
      NETLITE_NO_THREAD_SAFETY_ANALYSIS {  // the analysis does not see whose mutex_ the destructor has
    if (!server_.isOwnThread()) return;
    if (current_strand.client != nullptr) {
      server_.waiting_clients_ += static_cast<std::size_t>(change);
    } else {
      server_.acceptor_waiting_ = change > 0;
    }
    server_.ended_.notifyAll();
  }

  State& server_;
};

// The accept thread's time in its loop. Its end is noted even if the thread is forced to unwind, for example by a
// filter that calls pthread_exit.
class TcpServer::State::Accepting {
 public:
  explicit Accepting(State& server) noexcept : server_(server) {
    current_strand.server = &server_;
    VirtualThread::setLazyName(lazyText(name_));
  }
  ~Accepting() {
    VirtualThread::setLazyName({});
    const WordMutexLock lock(server_.mutex_);
    server_.accepting_ = false;
    server_.ended_.notifyAll();
    current_strand.server = nullptr;
  }
  Accepting(const Accepting&) = delete;
  Accepting& operator=(const Accepting&) = delete;

 private:
  struct Name {
    State& server;
    std::string operator()() const { return "acceptor of " + server.name(); }
  };

  State& server_;
  const Name name_{server_};
};

// A client's thread's time in its handler. Closes the client's connection even if the thread is forced to unwind.
class TcpServer::State::Serving {
 public:
  Serving(State& server, Clients::iterator client) : server_(server.shared_from_this()), client_(client) {
    current_strand.server = server_.get();
    current_strand.client = &*client_;
    VirtualThread::setLazyName(lazyText(name_));
  }
  ~Serving() {
    VirtualThread::setLazyName({});
    // Destroyed, not close()d: close() would query a local address that no Socket is left to ask for.
    { const Socket ended(std::move(client_->socket)); }
    server_->leave(client_);
    current_strand.server = current_strand.client = nullptr;
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  struct Name {
    const State& server;
    const StreamSocket& client;
    std::string operator()() const {
      const std::optional<InetSocketAddress> remote = client.remote();
      return "client " + (remote ? remote->toString() + " " : std::string()) + "of " + server.name();
    }
  };

  const std::shared_ptr<State> server_;  // keeps the state alive; until now the stop() that waits for this client did
  const Clients::iterator client_;
  const Name name_{*server_, *client_->state};
};

// "port 3000", or the address of a Unix-domain server.
std::string TcpServer::State::name() const {
  return server_.isUnixDomain() ? server_.getUnixDomainAddress().toString() : "port " + std::to_string(localPort());
}

TcpServer::State::State(ServerSocket server, Handler handler, Options options)
    : server_(std::move(server)), handler_(std::move(handler)), options_(std::move(options)) {
  if (!server_.isBound() || server_.isClosed()) throw std::invalid_argument("server socket is not listening");
  if (!handler_) throw std::invalid_argument("handler is empty");
  server_.setSoTimeout(std::chrono::milliseconds(0));
  if (options_.acceptFilter) {
    server_.setAcceptFilter([this](const InetSocketAddress& remote) { return welcomes(remote); });
  }
}

// Returns false if the server is already stopped.
bool TcpServer::State::start() {
  const WordMutexLock lock(mutex_);
  forgetThreadsOfParent();
  if (stopping_) return false;
  if (started_) return true;
  acceptor_ = startThread(
      0, [self = shared_from_this()] { self->acceptClients(); }, "start the server's thread");
  started_ = accepting_ = true;
  return true;
}

// A virtual thread needs no joining: it has left the state when it is known to have ended.
OsThread TcpServer::State::startThread(std::size_t stackSize, std::function<void()> body, const char* what) const {
  if (!options_.virtualThreads) return OsThread(stackSize, std::move(body), what);
  if (!virtual_scheduler::isAvailable()) {
    return OsThread(virtual_scheduler::stackSizeOfSubstitute(stackSize), std::move(body), what);
  }
  virtual_scheduler::start(nullptr, stackSize, std::move(body));
  return OsThread();
}

void TcpServer::State::acceptClients() {
  const Accepting accepting(*this);
  while (waitForRoom()) acceptOne();
}

// Returns false once the server is stopping.
bool TcpServer::State::waitForRoom() {
  const WordMutexLock lock(mutex_);
  while (!stopping_ && !hasRoom()) room_.wait(mutex_);
  return !stopping_;
}

bool TcpServer::State::welcomes(const InetSocketAddress& remote) {
  bool isWelcome = false;
  const std::exception_ptr failure = failureOf([&] { isWelcome = options_.acceptFilter(remote); });
  if (failure != nullptr) report(failure);
  return isWelcome;
}

void TcpServer::State::acceptOne() {
  const std::exception_ptr failure = failureOf([this] {
    startClient(acceptClient());
    pause_ = std::min(pause_, kFirstPause) / 2;
  });
  if (failure == nullptr) return;
  if (isShortage(failure)) return pauseAfter(failure);
  if (!server_.isClosed()) report(failure);  // the server socket's own filter has thrown
}

// A virtual thread takes its stack before the client comes, so that the client's objects can be put there.
TcpServer::State::Clients TcpServer::State::acceptClient() {
  const bool isVirtual = options_.virtualThreads && virtual_scheduler::isAvailable();
  if (isVirtual && !next_thread_) next_thread_ = virtual_scheduler::Prepared(options_.threadStackSize);
  const UseArena used(next_thread_.arena());
  Clients accepted;
  accepted.emplace_back(server_.accept());
  return accepted;
}

void TcpServer::State::startClient(Clients accepted) {
  const Clients::iterator client = accepted.begin();
  const WordMutexLock lock(mutex_);
  if (stopping_) return;
  move(accepted, client, clients_);
  try {
    client->thread = startClientsThread([this, client] { serve(client); });
  } catch (...) {
    move(clients_, client, accepted);
    throw;
  }
}

OsThread TcpServer::State::startClientsThread(std::function<void()> body) {
  if (!next_thread_) return startThread(options_.threadStackSize, std::move(body), "start a client's thread");
  next_thread_.start(std::move(body));
  return OsThread();
}

void TcpServer::State::serve(Clients::iterator client) {
  const Serving serving(*this, client);
  const std::exception_ptr failure = failureOf([&] { handler_(client->socket); });
  if (failure != nullptr) report(failure);
}

// Each client's thread joins the one that left before it, so that at most one ended thread waits to be joined.
// startClient holds the lock until it has stored the thread, so the thread is known here.
void TcpServer::State::leave(Clients::iterator client) {
  Clients gone;
  OsThread previous;
  {
    const WordMutexLock lock(mutex_);
    previous = std::exchange(ended_client_, std::move(client->thread));
    move(clients_, client, gone);
    room_.notifyOne();
    if (stopping_) ended_.notifyAll();  // otherwise a thread in run() would wake for each client that leaves
  }
  previous.join();
}

// Not during a fork: a child reads the list in forgetThreadsOfParent() and has to find it whole.
void TcpServer::State::move(Clients& from, Clients::iterator client, Clients& to) noexcept {
  const NoFork whole;
  to.splice(to.end(), from, client);
}

// Descriptors, memory or threads have run out. They may be available again at any moment, and certainly when a client
// leaves.
void TcpServer::State::pauseAfter(const std::exception_ptr& failure) {
  if (server_.isClosed()) return;
  if (pause_.count() == 0) report(failure);
  pause_ = std::clamp(pause_ * 2, kFirstPause, kMaxPause);
  const Deadline end = Deadline::after(pause_);
  const WordMutexLock lock(mutex_);
  const std::size_t clients = clients_.size();
  while (!stopping_ && clients_.size() >= clients && room_.waitUntil(mutex_, end)) {
  }
}

// What onError throws is dropped: nothing is left that could report it.
void TcpServer::State::report(const std::exception_ptr& failure) {
  if (!options_.onError || (server_.isClosed() && isSocketClosed(failure))) return;
  static_cast<void>(failureOf([&] { options_.onError(failure); }));
}

void TcpServer::State::stop(Deadline grace) {
  const WordMutexLock lock(mutex_);
  forgetThreadsOfParent();
  stopping_ = true;
  server_.close();
  room_.notifyOne();
  ended_.notifyAll();
  const Waiting waiting(*this);
  awaitOthers(grace);
  closeClients();
  awaitOthers(Deadline::never());
  joinEnded();
}

void TcpServer::State::awaitEnd() {
  const WordMutexLock lock(mutex_);
  const Waiting waiting(*this);
  while (!stopping_) ended_.wait(mutex_);
  awaitOthers(Deadline::never());
  joinEnded();
}

void TcpServer::State::awaitOthers(Deadline deadline) {
  while (!othersHaveEnded() && ended_.waitUntil(mutex_, deadline)) {
  }
}

// Releases the lock meanwhile, since a close may linger. Allocates nothing: the destructor calls it, and must not
// throw.
void TcpServer::State::closeClients() {
  while (const std::shared_ptr<StreamSocket> open = nextOpen()) {
    mutex_.unlock();
    open->close();
    mutex_.lock();
  }
}

// The next socket to close, or null. The caller's own client stays open. Moves the client to the end of the list, which
// keeps the next search short.
std::shared_ptr<StreamSocket> TcpServer::State::nextOpen() {
  const auto isOpen = [](const Client& client) {
    return &client != current_strand.client && !client.state->isClosed();
  };
  const auto client = std::find_if(clients_.begin(), clients_.end(), isOpen);
  if (client == clients_.end()) return nullptr;
  move(clients_, client, clients_);
  return client->state;
}

// A thread of the server must wait neither for itself nor for other threads of the server that are waiting as well.
bool TcpServer::State::othersHaveEnded() const {
  if (!isOwnThread()) return clients_.empty() && !accepting_;
  return clients_.size() == waiting_clients_ && (!accepting_ || acceptor_waiting_);
}

// Returns when all ended threads are joined, including those that another thread is joining.
void TcpServer::State::joinEnded() {
  OsThread client = std::move(ended_client_);
  OsThread acceptor;
  if (!accepting_) acceptor = std::move(acceptor_);
  ++joining_;
  mutex_.unlock();
  client.join();
  acceptor.join();
  mutex_.lock();
  --joining_;
  ended_.notifyAll();
  while (joining_ != 0) ended_.wait(mutex_);
}

// A forked child has a copy of the server, but none of its threads, except one that called fork in a handler. The
// copies of the clients' sockets are closed, which the parent does not notice.
void TcpServer::State::forgetThreadsOfParent() {
  if (!forked_.notice()) return;
  Clients others;
  for (auto client = clients_.begin(); client != clients_.end();) {
    const auto current = client++;
    if (&*current != current_strand.client) move(clients_, current, others);
  }
  waiting_clients_ = 0;
  joining_ = 0;
  started_ = accepting_ = acceptor_waiting_ = false;
}

std::size_t TcpServer::State::connectionCount() {
  const WordMutexLock lock(mutex_);
  forgetThreadsOfParent();
  return clients_.size();
}

TcpServer::TcpServer(ServerSocket server, Handler handler)
    : TcpServer(std::move(server), std::move(handler), Options()) {}

TcpServer::TcpServer(ServerSocket server, Handler handler, Options options)
    : state_(std::make_shared<State>(std::move(server), std::move(handler), std::move(options))) {}

TcpServer::~TcpServer() { state_->stop(Deadline::at(Deadline::Clock::now())); }

void TcpServer::start() {
  if (!state_->start()) throwSocketError("start server", Error::socketClosed);
}

void TcpServer::run() {
  const std::shared_ptr<State> kept = state_;  // a handler may destroy the server meanwhile
  kept->start();                               // if the server is already stopped, only its end has to be awaited
  kept->awaitEnd();
}

void TcpServer::stop(std::chrono::milliseconds grace) {
  checkedTimeout(grace);
  const std::shared_ptr<State> kept = state_;
  const auto now = Deadline::Clock::now();
  kept->stop(grace.count() == 0 ? Deadline::at(now) : Deadline::after(now, grace));
}

int TcpServer::getLocalPort() const { return state_->localPort(); }

std::size_t TcpServer::connectionCount() const { return state_->connectionCount(); }

}  // namespace netlite
