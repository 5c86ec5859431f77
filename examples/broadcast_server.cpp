// SPDX-License-Identifier: MIT
//
// broadcast_server: a chat room. Every line of every client goes to all clients, in the same order.
//
// Each client has two threads. One reads its lines and puts them into the outboxes of all clients, without waiting for
// a network. The other, the client's writer, sends what is in its outbox. So a client that stops reading does not hold
// up the others: its outbox becomes full, and the server drops it.
#include "support/address_range.hpp"
#include "support/conversation.hpp"
#include "support/interrupt.hpp"
#include "support/nickname.hpp"
#include "support/outbox.hpp"
#include "support/places.hpp"
#include "support/program.hpp"
#include "support/scoped_thread.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
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
    {{"--nicknames", "", "a client's first line is its nickname, which all clients see"},
     {"--max-clients", "N", "serve at most N clients at the same time, and turn away the others"},
     {"--queue", "N", "drop a client that has N lines waiting, 1024 unless given (or 8 MiB)"},
     {"--allow", "CIDR", "accept only clients of this network, such as 192.0.2.0/24; may be given several times"}}};

struct Client {
  Client(netlite::Socket accepted, std::size_t maxLines) : socket(std::move(accepted)), outbox(maxLines) {}

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

// The clients that get the lines, and their nicknames.
// Thread-safety: every member may be called from any thread.
class Room {
 public:
  /// Reserves a nickname. Returns false if another client has it.
  bool takeName(const std::string& name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return names_.insert(name).second;
  }

  /// Frees a nickname that was never announced.
  void freeName(const std::string& name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    names_.erase(name);
  }

  /// From now on `client` gets what is broadcast, beginning with `greeting`.
  void join(const SharedClient& client, const std::string& greeting) {
    broadcast(linesOf(greeting), [&] { clients_.push_back(client); });
  }

  /// `client` gets nothing more; `farewell` goes to the others, and the client's name is free.
  void leave(const SharedClient& client, const example::SharedLines& farewell) noexcept {
    remove(client);
    try {
      broadcast(farewell, [&] { names_.erase(client->name); });
    } catch (...) {  // out of memory: the name must be freed nevertheless
      freeName(client->name);
    }
  }

  /// Puts whole lines into all outboxes. Waits only for writers that are busy sending, see Outbox::kPatience.
  ///
  /// @param lines  may be empty
  /// @param change a change of the room that takes effect together with the lines
  void broadcast(
      const example::SharedLines& lines, const std::function<void()>& change = [] {}) {
    while (const SharedClient full = tryToBroadcast(lines, change)) {
      if (!full->outbox.awaitRoomFor(*lines)) drop(full);
    }
  }

  /// @param text lines with their ends
  static example::SharedLines linesOf(std::string text) {
    const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return std::make_shared<const example::Lines>(example::Lines{std::move(text), count});
  }

 private:
  // Either all clients get the lines or none does, so all see the same order. Returns a client whose outbox is full, or
  // null if the lines were added.
  SharedClient tryToBroadcast(const example::SharedLines& lines, const std::function<void()>& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const SharedClient& client : clients_) {
      if (!client->outbox.hasRoomFor(*lines)) return client;
    }
    change();
    if (lines->text.empty()) return nullptr;
    for (const SharedClient& client : clients_) client->outbox.add(lines);
    return nullptr;
  }

  // Returns false if another thread has already removed the client.
  bool remove(const SharedClient& client) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find(clients_.begin(), clients_.end(), client);
    if (found == clients_.end()) return false;
    clients_.erase(found);
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

// A client's time in the room. Whatever ends it, the client leaves and its nickname is free.
class Stay {
 public:
  Stay(Room& room, SharedClient client) : room_(room), client_(std::move(client)) {}
  ~Stay() { leave(); }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  /// Reserves a nickname. Returns false if another client has it.
  bool takeName(const std::string& name) {
    std::string copy = name;  // copied first, since copying may fail
    if (!room_.takeName(name)) return false;
    client_->name = std::move(copy);
    return true;
  }

  /// @param greeting, farewell what all clients get when this one joins and when it leaves
  void join(const std::string& greeting, const std::string& farewell) {
    farewell_ = Room::linesOf(farewell);  // allocated now, so that leaving cannot fail
    room_.join(client_, greeting);
  }

  /// Ends the stay early.
  void leave() noexcept {
    if (const example::SharedLines farewell = std::exchange(farewell_, nullptr)) return room_.leave(client_, farewell);
    room_.freeName(client_->name);
  }

 private:
  Room& room_;
  const SharedClient client_;
  example::SharedLines farewell_;  // null while the client is not in the room
};

// A stream whose text is broadcast to the room.
class RoomStream : public netlite::OutputStream {
 public:
  using netlite::OutputStream::write;

  RoomStream(Room& room, std::size_t maxLines) : room_(&room), max_lines_(maxLines) {}

  void write(const void* data, std::size_t size) override {
    std::string_view text(static_cast<const char*>(data), size);
    while (!text.empty()) {
      const std::size_t length = lengthOfLines(text);
      room_->broadcast(Room::linesOf(std::string(text.substr(0, length))));
      text.remove_prefix(length);
    }
  }

 private:
  // As many lines as an empty outbox takes.
  std::size_t lengthOfLines(std::string_view text) const {
    std::size_t length = 0;
    for (std::size_t lines = 0; lines < max_lines_ && length < text.size(); ++lines) {
      length = text.find('\n', length) + 1;
    }
    return length;
  }

  Room* room_;
  std::size_t max_lines_;
};

struct Settings {
  bool nicknames = false;
  std::size_t maxClients = 0;
  std::size_t queue = 0;
  std::vector<example::AddressRange> allowed;  // empty: all clients
};

class BroadcastServer {
 public:
  BroadcastServer(int port, Settings settings)
      : settings_(std::move(settings)),
        places_(settings_.maxClients, [this] { return server_.connectionCount(); }),
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

  // Called for one client after the other, in the order of their arrival.
  bool welcomes(const netlite::InetSocketAddress& remote) {
    const auto& allowed = settings_.allowed;
    const auto holds = [&](const example::AddressRange& range) { return range.contains(remote.getAddress()); };
    if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), holds)) return false;
    places_.expect();
    return true;
  }

  // Serves one client, in a separate thread.
  void serve(netlite::Socket& socket) {
    const example::Places::Visit visit(places_);
    if (!visit.hasPlace()) return refuse(socket, "server full");
    const auto client = std::make_shared<Client>(std::move(socket), settings_.queue);
    Stay stay(room_, client);
    try {
      netlite::BufferedReader in(client->socket.getInputStream());
      if (!settings_.nicknames || introduce(stay, *client, in)) converse(stay, client, in);
    } catch (const netlite::SocketException&) {
      // The client left without reading everything or was dropped, or the server is stopping. None is an error here.
    }
  }

  // Reports the reason to the client before it is closed.
  static void refuse(netlite::Socket& socket, const std::string& why) {
    netlite::PrintWriter(socket.getOutputStream(), true).println(why);
    example::endConversation(socket);
  }

  // Reads the nickname. Returns false if the client has not sent one that it may use.
  static bool introduce(Stay& stay, Client& client, netlite::BufferedReader& in) {
    std::string fault;
    try {
      const std::size_t maxLine = in.getMaxLineLength();
      in.setMaxLineLength(example::kMaxNicknameBytes);
      std::string name;
      if (!in.readLine(name) || !in.lastLineTerminated()) return false;
      in.setMaxLineLength(maxLine);
      fault = example::faultOfNickname(name);
      if (fault.empty() && stay.takeName(name)) return true;
      if (fault.empty()) fault = name + " is taken";
    } catch (const netlite::LineTooLongException&) {
      fault = example::kNicknameTooLong;
    }
    refuse(client.socket, "the nickname " + fault);
    return false;
  }

  void converse(Stay& stay, const SharedClient& client, netlite::BufferedReader& in) {
    netlite::PrintWriter out(client->socket.getOutputStream(), false, 64 * 1024);
    const example::ScopedThread<void> writer([&] { send(client->outbox, out); }, [&] { client->close(); });
    stay.join(announcement(*client, "joined"), announcement(*client, "left"));
    relay(*client, in);
    stay.leave();

    client->outbox.finish();  // a client that has finished sending still gets the earlier lines, if it reads
    if (writer.endsWithin(std::chrono::minutes(1))) example::endConversation(client->socket);
  }

  // The client's writer.
  static void send(example::Outbox& outbox, netlite::PrintWriter& out) {
    for (auto batch = outbox.take(); !batch.empty(); batch = outbox.take()) {
      for (const example::SharedLines& lines : batch) out.write(lines->text);
      if (!out.flush()) outbox.close();  // the client no longer reads, but the lines that it has sent still count
    }
  }

  // The client's reader, until the end of its lines or one that is too long. Lines that arrive together are broadcast
  // together: `in` flushes `toRoom` before it waits.
  void relay(const Client& client, netlite::BufferedReader& in) {
    netlite::PrintWriter toRoom(RoomStream(room_, settings_.queue), false, 16 * 1024);
    in.tie(toRoom);
    try {
      std::string line;
      while (in.readLine(line)) toRoom.println(settings_.nicknames ? "[" + client.name + " : " + line + "]" : line);
    } catch (const netlite::LineTooLongException& e) {
      example::printError("dropped " + client.socket.getRemoteSocketAddress().toString() + ": " + e.what());
    }
  }

  // The line about a client's coming and going; nothing where clients have no names.
  std::string announcement(const Client& client, const std::string& what) const {
    return settings_.nicknames ? "[" + client.name + " " + what + " the chat]\n" : "";
  }

  const Settings settings_;
  Room room_;
  example::Places places_;
  netlite::TcpServer server_;  // the last field, since its threads use the others
};

std::vector<example::AddressRange> parseRanges(const std::vector<std::string>& networks) {
  try {
    return {networks.begin(), networks.end()};
  } catch (const std::invalid_argument& e) {
    throw example::UsageError(std::string("--allow: ") + e.what());
  }
}

int serve(const example::Arguments& arguments) {
  constexpr int kMaxNumber = std::numeric_limits<int>::max();
  Settings settings;
  settings.nicknames = arguments.has("--nicknames");
  settings.maxClients = static_cast<std::size_t>(arguments.number("--max-clients", kMaxNumber, 1, kMaxNumber));
  settings.queue = static_cast<std::size_t>(arguments.number("--queue", 1024, 1, kMaxNumber));
  settings.allowed = parseRanges(arguments.all("--allow"));
  BroadcastServer server(arguments.portToListenOn(0, 2000), settings);

  const example::Interrupt interrupt([&] { server.stop(); });
  example::printLine("listening on port " + std::to_string(server.port()));
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
