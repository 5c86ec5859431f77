// SPDX-License-Identifier: MIT
//
// broadcast_server: a chat room. Every line of every client goes to all clients, in the same order for everybody.
//
// Each client has two threads. One reads its lines and puts them into the outboxes of all clients; that never waits for
// anybody's network. The other, the client's writer, sends what is in its outbox. So a client that stops reading holds
// up nobody: its outbox becomes full, and it is dropped.
#include "support/address_range.hpp"
#include "support/interrupt.hpp"
#include "support/outbox.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

const example::Program kProgram{
    "broadcast_server",
    {"port"},
    "Sends every line of each client to all clients. The port is 2000 unless given.",
    {{"--nicknames", "", "a client's first line is its nickname, which everybody sees"},
     {"--max-clients", "N", "turn away more clients than that"},
     {"--queue", "N", "drop a client that has N lines waiting, 1024 unless given (or 8 MiB)"},
     {"--allow", "CIDR", "accept clients of this network only, as 192.0.2.0/24; may be given several times"}}};

struct Client {
  Client(netlite::Socket accepted, std::size_t mostLines) : socket(std::move(accepted)), outbox(mostLines) {}

  /// Ends its reader and its writer.
  void close() {
    outbox.close();
    socket.close();
  }

  netlite::Socket socket;
  example::Outbox outbox;
  std::string name;  // the nickname, if there are any; used by the client's own thread alone
};
using SharedClient = std::shared_ptr<Client>;

// Who gets the lines.
// Thread-safety: every member may be called from any thread.
class Room {
 public:
  /// Reserves a nickname; false if somebody has it.
  bool takeName(const std::string& name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return names_.insert(name).second;
  }

  /// From now on `client` gets what is told, beginning with `greeting`.
  void join(const SharedClient& client, const std::string& greeting) {
    tell(greeting, [&] { clients_.push_back(client); });
  }

  /// `client` gets nothing more; `farewell` goes to the others, and its name is free.
  void leave(const SharedClient& client, const std::string& farewell) {
    remove(client);
    tell(farewell, [&] { names_.erase(client->name); });
  }

  /// Puts whole lines into all outboxes. Waits only for writers that are busy sending, see Outbox::kPatience.
  ///
  /// @param text   lines with their ends; may be empty
  /// @param change what is to happen to the room together with it
  void tell(
      const std::string& text, const std::function<void()>& change = [] {}) {
    const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const auto lines = std::make_shared<const example::Lines>(example::Lines{text, count});
    while (const SharedClient full = tryToTell(lines, change)) {
      if (!full->outbox.awaitRoomFor(*lines)) drop(full);
    }
  }

 private:
  // All or none of them get it: so all see the same order. Returns one whose outbox is full, or null if it is done.
  SharedClient tryToTell(const example::SharedLines& lines, const std::function<void()>& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const SharedClient& client : clients_) {
      if (!client->outbox.hasRoomFor(*lines)) return client;
    }
    change();
    if (lines->text.empty()) return nullptr;
    for (const SharedClient& client : clients_) client->outbox.add(lines);
    return nullptr;
  }

  // False if somebody else has done so before.
  bool remove(const SharedClient& client) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto place = std::find(clients_.begin(), clients_.end(), client);
    if (place == clients_.end()) return false;
    clients_.erase(place);
    return true;
  }

  void drop(const SharedClient& client) {
    if (!remove(client)) return;
    client->close();
    example::printError("dropped " + client->socket.getRemoteSocketAddress().toString() +
                        ": it does not read its lines");
  }

  std::mutex mutex_;
  std::vector<SharedClient> clients_;  // guarded by mutex_
  std::set<std::string> names_;        // guarded by mutex_
};

// What a reader prints to, in order to tell the room.
class RoomStream : public netlite::OutputStream {
 public:
  using netlite::OutputStream::write;

  RoomStream(Room& room, std::size_t mostLines) : room_(&room), most_lines_(mostLines) {}

  void write(const void* data, std::size_t size) override {
    std::string_view text(static_cast<const char*>(data), size);
    while (!text.empty()) {
      const std::size_t length = lengthOfLines(text);
      room_->tell(std::string(text.substr(0, length)));
      text.remove_prefix(length);
    }
  }

 private:
  // As many lines as an empty outbox takes.
  std::size_t lengthOfLines(std::string_view text) const {
    std::size_t length = 0;
    for (std::size_t lines = 0; lines < most_lines_ && length < text.size(); ++lines) {
      length = text.find('\n', length) + 1;
    }
    return length;
  }

  Room* room_;
  std::size_t most_lines_;
};

struct Settings {
  bool nicknames = false;
  std::size_t most_clients = 0;
  std::size_t queue = 0;
  std::vector<example::AddressRange> allowed;  // none: everybody
};

class BroadcastServer {
 public:
  BroadcastServer(int port, Settings settings)
      : settings_(std::move(settings)),
        server_(
            netlite::ServerSocket(port), [this](netlite::Socket& client) { serve(client); }, options()) {}

  int port() const { return server_.getLocalPort(); }
  void run() { server_.run(); }
  void stop() { server_.stop(std::chrono::milliseconds(0)); }

 private:
  netlite::TcpServer::Options options() {
    netlite::TcpServer::Options options;
    options.acceptFilter = [this](const netlite::InetSocketAddress& remote) { return welcomes(remote); };
    options.onError = example::printException;
    options.threadStackSize = 256 * 1024;  // many idle clients cost little
    return options;
  }

  // Asked for one client after the other, in the order in which they come. Their own threads do not keep that order, so
  // it is decided here who finds the server full.
  bool welcomes(const netlite::InetSocketAddress& remote) {
    const auto& allowed = settings_.allowed;
    const auto holds = [&](const example::AddressRange& range) { return range.contains(remote.getAddress()); };
    if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), holds)) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (server_.connectionCount() >= settings_.most_clients + turned_away_.size()) turned_away_.insert(remote);
    return true;
  }

  // Serves one client, in a thread of its own.
  void serve(netlite::Socket& socket) {
    if (isTurnedAway(socket)) {
      refuse(socket, "server full");
      const std::lock_guard<std::mutex> lock(mutex_);
      turned_away_.erase(socket.getRemoteSocketAddress());
      return;
    }
    const auto client = std::make_shared<Client>(std::move(socket), settings_.queue);
    try {
      netlite::BufferedReader in(client->socket.getInputStream());
      if (!settings_.nicknames || introduce(*client, in)) converse(client, in);
    } catch (const netlite::LineTooLongException& e) {
      example::printError("dropped " + client->socket.getRemoteSocketAddress().toString() + ": " + e.what());
    } catch (const netlite::SocketException&) {
      // It left without reading everything, or it was dropped, or the server ends. None of it is an error here.
    }
  }

  bool isTurnedAway(const netlite::Socket& client) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return turned_away_.count(client.getRemoteSocketAddress()) > 0;
  }

  // Tells the client why, and gives it time to read that: closing while it still sends could take the line back.
  static void refuse(netlite::Socket& socket, const std::string& why) {
    try {
      netlite::PrintWriter(socket.getOutputStream(), true).println(why);
      socket.shutdownOutput();
      socket.setSoTimeout(std::chrono::seconds(1));
      socket.getInputStream().skip(std::numeric_limits<std::size_t>::max());
    } catch (const netlite::IOException&) {
      // It did not wait for the answer, or it waits for something else.
    }
  }

  // Reads the nickname. False if there is none that it could have.
  bool introduce(Client& client, netlite::BufferedReader& in) {
    std::string name;
    if (!in.readLine(name) || !in.lastLineTerminated()) return false;
    const bool is_empty = name.find_first_not_of(" \t") == std::string::npos;
    if (is_empty || !room_.takeName(name)) {
      refuse(client.socket, is_empty ? "the nickname is empty" : "the nickname " + name + " is taken");
      return false;
    }
    client.name = name;
    return true;
  }

  void converse(const SharedClient& client, netlite::BufferedReader& in) {
    netlite::PrintWriter out(client->socket.getOutputStream(), false, 64 * 1024);
    const std::future<void> writer = std::async(std::launch::async, [&] { send(client->outbox, out); });
    room_.join(client, announcement(*client, "joined"));
    const std::exception_ptr failure = relay(*client, in);
    if (failure) client->close();
    room_.leave(client, announcement(*client, "left"));

    client->outbox.finish();  // who has finished sending still gets what was said before,
    if (writer.wait_for(std::chrono::minutes(1)) != std::future_status::ready) client->close();  // if it reads
    if (failure) std::rethrow_exception(failure);
  }

  // The client's writer.
  static void send(example::Outbox& outbox, netlite::PrintWriter& out) {
    for (auto batch = outbox.take(); !batch.empty(); batch = outbox.take()) {
      for (const example::SharedLines& lines : batch) out.write(lines->text);
      if (!out.flush()) outbox.close();  // it does not read any more, but what it said is still to be read
    }
  }

  // The client's reader. Lines that arrive together are told together: `in` flushes `toRoom` before it waits. Returns
  // what ended it before the end of the lines, or null.
  std::exception_ptr relay(const Client& client, netlite::BufferedReader& in) {
    netlite::PrintWriter toRoom(RoomStream(room_, settings_.queue), false, 16 * 1024);
    in.tie(toRoom);
    try {
      std::string line;
      while (in.readLine(line)) toRoom.println(settings_.nicknames ? "[" + client.name + " : " + line + "]" : line);
      return nullptr;
    } catch (const netlite::IOException&) {
      return std::current_exception();
    }
  }

  // The line about a client's coming and going; nothing where clients have no names.
  std::string announcement(const Client& client, const std::string& what) const {
    return settings_.nicknames ? "[" + client.name + " " + what + " the chat]\n" : "";
  }

  const Settings settings_;
  Room room_;
  std::mutex mutex_;
  std::set<netlite::InetSocketAddress> turned_away_;  // guarded by mutex_: served only with "server full"
  netlite::TcpServer server_;                         // the last one, as its threads use the others
};

std::vector<example::AddressRange> parseRanges(const std::vector<std::string>& networks) {
  try {
    return {networks.begin(), networks.end()};
  } catch (const std::invalid_argument& e) {
    throw example::UsageError(std::string("--allow: ") + e.what());
  }
}

int serve(const example::Arguments& arguments) {
  constexpr int kMost = std::numeric_limits<int>::max();
  Settings settings;
  settings.nicknames = arguments.has("--nicknames");
  settings.most_clients = static_cast<std::size_t>(arguments.number("--max-clients", kMost, 1, kMost));
  settings.queue = static_cast<std::size_t>(arguments.number("--queue", 1024, 1, kMost));
  settings.allowed = parseRanges(arguments.all("--allow"));
  BroadcastServer server(arguments.portToListenOn(0, 2000), settings);

  const example::Interrupt interrupt([&] { server.stop(); });
  example::printLine("listening on port " + std::to_string(server.port()));
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
