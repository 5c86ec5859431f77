// SPDX-License-Identifier: MIT
//
// The accept loop and its threads.
// Thread-safety: see the header.
#include <netlite/tcp_server.hpp>

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "net/stream_socket.hpp"
#include "platform/platform.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace netlite {

namespace {

// How long to wait for descriptors, memory or threads after they ran out; doubled each time they still have not come.
// With each client it falls, to none after four: a server at its limit may take one at a time, and one lack is told
// once.
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{1000};

bool saysClosed(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const IOException& exception) {
    return exception.code() == std::errc::operation_canceled;
  } catch (...) {
    return false;
  }
}

}  // namespace

// What the server shares with its threads; the last of them to leave takes it away.
class TcpServer::Service : public std::enable_shared_from_this<TcpServer::Service> {
 public:
  Service(ServerSocket server, Handler handler, Options options);
  ~Service();

  bool start();
  void stop(Deadline grace);
  void awaitEnd();
  int localPort() const { return server_.getLocalPort(); }
  std::size_t connectionCount() const;

 private:
  struct Client {
    explicit Client(Socket accepted) : socket(std::move(accepted)), connection(socket.connection_) {}

    Socket socket;  // its thread's alone: the handler may move it away
    const std::shared_ptr<StreamSocket> connection;
    platform::Thread thread = 0;  // guarded by mutex_
  };

  using Clients = std::list<Client>;
  using Lock = std::unique_lock<std::mutex>;

  // A thread of this server that is waiting in stop() or run(): the others must not wait for it. Made and destroyed
  // with mutex_ held.
  class Waiting;

  void acceptClients();
  bool waitForRoom();
  bool welcomes(const InetSocketAddress& remote);
  void acceptOne();
  void startClient(Socket socket);
  void serve(Clients::iterator client);
  void leave(Clients::iterator client);
  void pauseAfter(const std::exception_ptr& failure);
  void report(const std::exception_ptr& failure) noexcept;
  void closeClients(Lock& lock);
  bool othersEnded() const;
  void joinEnded(Lock& lock);

  static thread_local Service* current_;        // the service that this thread works for
  static thread_local Client* current_client_;  // and whom it serves

  ServerSocket server_;
  const Handler handler_;
  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable room_;                  // a client has left, or stopping_: what the accept thread waits for
  std::condition_variable ended_;                 // told while stopping_: what Waiting threads wait for
  Clients clients_;                               // guarded by mutex_
  std::size_t waiting_clients_ = 0;               // guarded by mutex_: threads of clients_ that are Waiting
  bool accepting_ = false;                        // guarded by mutex_: the accept thread has not left its loop
  bool acceptor_waiting_ = false;                 // guarded by mutex_: it is Waiting
  bool stopping_ = false;                         // guarded by mutex_
  bool started_ = false;                          // guarded by mutex_
  std::optional<platform::Thread> ended_client_;  // guarded by mutex_: the last to leave, joined by the next
  std::optional<platform::Thread> acceptor_;      // guarded by mutex_
  int joining_ = 0;                               // guarded by mutex_: threads in joinEnded
  std::chrono::milliseconds pause_{0};            // used by the accept thread alone; 0 when a lack is over
};

thread_local TcpServer::Service* TcpServer::Service::current_ = nullptr;
thread_local TcpServer::Service::Client* TcpServer::Service::current_client_ = nullptr;

class TcpServer::Service::Waiting {
 public:
  explicit Waiting(Service& service) : service_(service) { count(+1); }
  ~Waiting() { count(-1); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void count(int change) {
    if (current_ != &service_) return;
    if (current_client_ != nullptr) {
      service_.waiting_clients_ += static_cast<std::size_t>(change);
    } else {
      service_.acceptor_waiting_ = change > 0;
    }
    service_.ended_.notify_all();
  }

  Service& service_;
};

TcpServer::Service::Service(ServerSocket server, Handler handler, Options options)
    : server_(std::move(server)), handler_(std::move(handler)), options_(std::move(options)) {
  if (!server_.isBound() || server_.isClosed()) throw std::invalid_argument("server socket is not listening");
  if (!handler_) throw std::invalid_argument("handler is empty");
  server_.setSoTimeout(std::chrono::milliseconds(0));
  if (options_.acceptFilter) {
    server_.setAcceptFilter([this](const InetSocketAddress& remote) { return welcomes(remote); });
  }
}

// Only a thread of the service's own can be the last to hold it, if it is not joined yet: it may not join itself.
TcpServer::Service::~Service() {
  if (ended_client_) platform::detachThread(*ended_client_);
  if (acceptor_) platform::detachThread(*acceptor_);
}

// False if it is stopped already.
bool TcpServer::Service::start() {
  Lock lock(mutex_);
  if (stopping_) return false;
  if (started_) return true;
  const platform::StartedThread started = platform::startThread(0, [self = shared_from_this()] {
    current_ = self.get();
    self->acceptClients();
  });
  if (started.error) throw std::system_error(started.error, "start the server's thread");
  acceptor_ = started.thread;
  started_ = true;
  accepting_ = true;
  return true;
}

void TcpServer::Service::acceptClients() {
  while (waitForRoom()) acceptOne();
  Lock lock(mutex_);
  accepting_ = false;
  ended_.notify_all();
}

// False when there is nothing more to accept.
bool TcpServer::Service::waitForRoom() {
  Lock lock(mutex_);
  const auto hasRoom = [this] { return options_.maxConnections == 0 || clients_.size() < options_.maxConnections; };
  room_.wait(lock, [&] { return stopping_ || hasRoom(); });
  return !stopping_;
}

bool TcpServer::Service::welcomes(const InetSocketAddress& remote) {
  try {
    return options_.acceptFilter(remote);
  } catch (...) {
    report(std::current_exception());
    return false;
  }
}

void TcpServer::Service::acceptOne() {
  try {
    startClient(server_.accept());
    pause_ = std::min(pause_, kFirstPause) / 2;
  } catch (const std::system_error&) {
    pauseAfter(std::current_exception());
  } catch (const std::bad_alloc&) {
    pauseAfter(std::current_exception());
  } catch (...) {  // the server socket's own filter has thrown
    if (!server_.isClosed()) report(std::current_exception());
  }
}

void TcpServer::Service::startClient(Socket socket) {
  Lock lock(mutex_);
  if (stopping_) return;
  const Clients::iterator client = clients_.emplace(clients_.end(), std::move(socket));
  const platform::StartedThread started =
      platform::startThread(options_.threadStackSize, [this, client] { serve(client); });
  client->thread = started.thread;
  if (!started.error) return;
  clients_.erase(client);
  throw std::system_error(started.error, "start a client's thread");
}

void TcpServer::Service::serve(Clients::iterator client) {
  const std::shared_ptr<Service> self = shared_from_this();  // until now there was a stop() to come, or one waiting
  current_ = this;
  current_client_ = &*client;
  try {
    handler_(client->socket);
  } catch (...) {
    report(std::current_exception());
  }
  // Closed by the end of its life: nobody can ask for its addresses any more, so close() would ask the system in vain.
  { const Socket ended(std::move(client->socket)); }
  leave(client);
}

// Each joins the one that left before, so that at most one ended thread waits to be joined. The lock is free only after
// startClient has noted the thread.
void TcpServer::Service::leave(Clients::iterator client) {
  Clients gone;
  std::optional<platform::Thread> previous;
  {
    Lock lock(mutex_);
    previous = std::exchange(ended_client_, client->thread);
    gone.splice(gone.end(), clients_, client);
    current_ = nullptr;
    room_.notify_one();
    if (stopping_) ended_.notify_all();  // not before: whoever is in run() would wake with each client that leaves
  }
  if (previous) platform::joinThread(*previous);
}

// Descriptors, memory or threads have run out. They may come back at any moment, surely when a client leaves.
void TcpServer::Service::pauseAfter(const std::exception_ptr& failure) {
  if (server_.isClosed()) return;
  if (pause_.count() == 0) report(failure);
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  Lock lock(mutex_);
  const std::size_t clients = clients_.size();
  room_.wait_for(lock, pause_, [&] { return stopping_ || clients_.size() < clients; });
}

void TcpServer::Service::report(const std::exception_ptr& failure) noexcept {
  try {
    if (!options_.onError || (server_.isClosed() && saysClosed(failure))) return;
    options_.onError(failure);
  } catch (...) {  // onError is the last to be told; there is nobody to tell about it
  }
}

void TcpServer::Service::stop(Deadline grace) {
  Lock lock(mutex_);
  stopping_ = true;
  server_.close();
  room_.notify_one();
  ended_.notify_all();
  const Waiting waiting(*this);
  const auto ended = [this] { return othersEnded(); };
  if (grace.isNever()) {
    ended_.wait(lock, ended);
  } else {
    ended_.wait_until(lock, grace.time(), ended);
  }
  closeClients(lock);
  ended_.wait(lock, ended);
  joinEnded(lock);
}

void TcpServer::Service::awaitEnd() {
  Lock lock(mutex_);
  const Waiting waiting(*this);
  ended_.wait(lock, [this] { return stopping_ && othersEnded(); });
  joinEnded(lock);
}

// Without the lock, since a close may linger; the caller's own client stays open.
void TcpServer::Service::closeClients(Lock& lock) {
  std::vector<std::shared_ptr<StreamSocket>> left;
  for (const Client& client : clients_) {
    if (&client != current_client_) left.push_back(client.connection);
  }
  lock.unlock();
  for (const std::shared_ptr<StreamSocket>& connection : left) connection->close();
  lock.lock();
}

// A thread of the service's own must wait neither for itself nor for others that wait as it does.
bool TcpServer::Service::othersEnded() const {
  if (current_ != this) return clients_.empty() && !accepting_;
  return clients_.size() == waiting_clients_ && (!accepting_ || acceptor_waiting_);
}

// Returns when all ended threads are joined, those too that another thread is joining.
void TcpServer::Service::joinEnded(Lock& lock) {
  const std::optional<platform::Thread> client = std::exchange(ended_client_, std::nullopt);
  std::optional<platform::Thread> acceptor;
  if (!accepting_) acceptor = std::exchange(acceptor_, std::nullopt);
  ++joining_;
  lock.unlock();
  if (client) platform::joinThread(*client);
  if (acceptor) platform::joinThread(*acceptor);
  lock.lock();
  --joining_;
  ended_.notify_all();
  ended_.wait(lock, [this] { return joining_ == 0; });
}

std::size_t TcpServer::Service::connectionCount() const {
  Lock lock(mutex_);
  return clients_.size();
}

TcpServer::TcpServer(ServerSocket server, Handler handler)
    : TcpServer(std::move(server), std::move(handler), Options()) {}

TcpServer::TcpServer(ServerSocket server, Handler handler, Options options)
    : service_(std::make_shared<Service>(std::move(server), std::move(handler), std::move(options))) {}

TcpServer::~TcpServer() { service_->stop(Deadline::at(Deadline::Clock::now())); }

void TcpServer::start() {
  if (!service_->start()) throwSocketError("start server", Error::socketClosed);
}

void TcpServer::run() {
  const std::shared_ptr<Service> kept = service_;  // a handler may destroy the server meanwhile
  kept->start();                                   // or it is stopped already, and only the end has to be awaited
  kept->awaitEnd();
}

void TcpServer::stop(std::chrono::milliseconds grace) {
  checkedTimeout(grace);
  const std::shared_ptr<Service> kept = service_;
  const auto now = Deadline::Clock::now();
  kept->stop(grace.count() == 0 ? Deadline::at(now) : Deadline::after(now, grace));
}

int TcpServer::getLocalPort() const { return service_->localPort(); }

std::size_t TcpServer::connectionCount() const { return service_->connectionCount(); }

}  // namespace netlite
