// SPDX-License-Identifier: MIT
//
// broadcast_server: a chat room. Every line of every client goes to all clients, in the same order.
//
// Each client has two threads. One reads its lines and puts them into the outboxes of all clients, without waiting for
// a network. The other, the client's writer, sends what is in its outbox. So a client that stops reading does not hold
// up the others: its outbox becomes full, and the server drops it. All these threads are OS threads or virtual ones.
// So what they wait for is netlite's, not the standard's.
//
// With --redis several servers share the room. Then a line goes to Redis first, and into the outboxes when it comes
// back, see support/redis_room.hpp.
#include "support/allowed_clients.hpp"
#include "support/client_threads.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/nickname.hpp"
#include "support/places.hpp"
#include "support/program.hpp"
#include "support/redis_options.hpp"
#include "support/redis_room.hpp"
#include "support/room.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
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
     example::kAllowOption,
     example::kVirtualOption,
     example::kUnixOption,
     example::kCertificateOption,
     example::kKeyOption,
     example::kRedisOption,
     example::kRoomOption,
     example::kRedisPasswordOption,
     example::kRedisTlsOption,
     example::kRedisCaOption}};

// The room that several servers share. The note of a line is the member that joins with it.
using SharedRoom = example::RedisRoom<example::SharedMember>;

// A stream whose lines are delivered to the room.
class RoomStream : public netlite::OutputStream {
 public:
  using netlite::OutputStream::write;

  RoomStream(example::Room& room, std::size_t maxLines) : room_(&room), max_lines_(maxLines) {}

  void write(const void* data, std::size_t size) override {
    std::string_view text(static_cast<const char*>(data), size);
    while (!text.empty()) {
      const std::size_t length = lengthOfLines(text);
      room_->deliver(example::postOfLines(std::string(text.substr(0, length))));
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

  example::Room* room_;
  std::size_t max_lines_;
};

// A stream whose lines are said in a room that several servers share.
class SharedRoomStream : public netlite::OutputStream {
 public:
  using netlite::OutputStream::write;

  // @param lastSaid becomes the number of the last line that was said
  SharedRoomStream(SharedRoom& room, std::uint64_t& lastSaid) : room_(&room), last_said_(&lastSaid) {}

  void write(const void* data, std::size_t size) override {
    std::string_view text(static_cast<const char*>(data), size);
    while (!text.empty()) {
      const std::size_t length = text.find('\n');
      *last_said_ = room_->say(std::nullopt, std::string(text.substr(0, length)));
      text.remove_prefix(length + 1);
    }
  }

 private:
  SharedRoom* room_;
  std::uint64_t* last_said_;
};

struct Settings {
  explicit Settings(const example::Arguments& arguments)
      : allowed(arguments), redis(example::redisSettings(arguments)) {}

  bool virtualThreads = false;
  bool unixDomain = false;
  bool nicknames = false;
  std::size_t maxClients = 0;
  std::size_t queue = 0;
  example::AllowedClients allowed;
  std::optional<example::RedisSettings> redis;
};

class BroadcastServer {
 public:
  BroadcastServer(netlite::ServerSocket listener, Settings settings)
      : settings_(std::move(settings)),
        places_(settings_.maxClients, [this] { return server_.connectionCount(); }),
        server_(
            std::move(listener), [this](netlite::Socket& client) { serve(client); }, options()) {
    if (!settings_.redis) return;
    shared_.emplace(*settings_.redis, settings_.queue, settings_.virtualThreads,
                    [this](const std::vector<SharedRoom::Message>& messages) { deliver(messages); });
  }

  ~BroadcastServer() { stop(); }
  BroadcastServer(const BroadcastServer&) = delete;
  BroadcastServer& operator=(const BroadcastServer&) = delete;

  void run() {
    server_.run();
    if (shared_) shared_->finish();
  }

  void stop() {
    if (shared_) shared_->end();
    server_.stop(std::chrono::milliseconds(0));
  }

 private:
  netlite::TcpServer::Options options() {
    netlite::TcpServer::Options options = example::serverOptions(settings_.virtualThreads);
    if (!settings_.unixDomain) {  // whose clients have no addresses
      options.acceptFilter = [this](const netlite::InetSocketAddress& remote) { return welcomes(remote); };
    }
    return options;
  }

  // Called for one client after the other, in the order of their arrival.
  bool welcomes(const netlite::InetSocketAddress& remote) {
    if (!settings_.allowed.contain(remote.getAddress())) return false;
    places_.expect();
    return true;
  }

  // Serves one client, in a separate thread.
  void serve(netlite::Socket& socket) {
    const example::Places::Visit visit(places_);
    if (!visit.hasPlace()) return example::refuse(socket, "server full");
    const auto client = std::make_shared<example::Member>(std::move(socket), example::Form::lines, settings_.queue);
    example::Stay stay(room_, client);
    try {
      netlite::BufferedReader in(client->socket.getInputStream());
      if (!settings_.nicknames || introduce(stay, *client, in)) converse(stay, client, in);
    } catch (const netlite::IOException&) {
      // The client left without reading everything or was dropped, or the server is stopping. None is an error here.
    }
  }

  // Reads the nickname. Returns false if the client has not sent one that it may use.
  static bool introduce(example::Stay& stay, example::Member& client, netlite::BufferedReader& in) {
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
    example::refuse(client.socket, "the nickname " + fault);
    return false;
  }

  void converse(example::Stay& stay, const example::SharedMember& client, netlite::BufferedReader& in) {
    stay.converse(
        settings_.virtualThreads, [&] { join(stay, client); },
        [&] {
          if (shared_) {
            share(*client, in);
          } else {
            relay(*client, in, RoomStream(room_, settings_.queue));
          }
        });
  }

  void join(example::Stay& stay, const example::SharedMember& client) {
    if (!settings_.nicknames) return stay.join({}, {});
    const std::string greeting = "[" + client->name + " joined the chat]";
    const std::string farewell = "[" + client->name + " left the chat]";
    if (!shared_) return stay.join(example::postOfLines(greeting + "\n"), example::postOfLines(farewell + "\n"));
    stay.joinElsewhere([this, farewell] { shared_->say(std::nullopt, farewell); });
    const bool isBack = shared_->awaitReturn(shared_->say(std::nullopt, greeting, client));
    if (isBack) room_.joinIfAbsent(client);  // Redis may have lost the line with which it joins
  }

  // The client's reader in a shared room. A client that has finished sending still gets its own lines.
  void share(const example::Member& client, netlite::BufferedReader& in) {
    std::uint64_t lastSaid = 0;
    relay(client, in, SharedRoomStream(*shared_, lastSaid));
    shared_->awaitReturn(lastSaid);
  }

  // The client's reader, until the end of its lines or one that is too long. Lines that arrive together are delivered
  // together: `in` flushes `toRoom` before it waits.
  template <typename Stream>
  void relay(const example::Member& client, netlite::BufferedReader& in, Stream room) {
    netlite::PrintWriter toRoom(std::move(room), false, 16 * 1024);
    in.tie(toRoom);
    try {
      std::string line;
      while (in.readLine(line)) toRoom.println(settings_.nicknames ? "[" + client.name + " : " + line + "]" : line);
    } catch (const netlite::LineTooLongException& e) {
      example::printError("dropped " + example::peerName(client.socket) + ": " + e.what());
    }
  }

  // What comes out of the shared room.
  void deliver(const std::vector<SharedRoom::Message>& messages) {
    std::string lines;
    std::size_t count = 0;
    for (const SharedRoom::Message& message : messages) {
      if (message.isHistory) continue;
      if (message.note || count == settings_.queue) deliver(lines, count);
      if (message.note) {
        room_.join(message.note, example::postOfLines(message.line()));
      } else {
        lines += message.line();
        ++count;
      }
    }
    deliver(lines, count);
  }

  // Delivers lines and begins anew.
  void deliver(std::string& lines, std::size_t& count) {
    if (std::exchange(count, 0) > 0) room_.deliver(example::postOfLines(std::exchange(lines, {})));
  }

  const Settings settings_;
  example::Room room_;
  example::Places places_;
  // The last fields, since their threads use the others.
  std::optional<SharedRoom> shared_;
  netlite::TcpServer server_;
};

int serve(const example::Arguments& arguments) {
  constexpr int kMaxNumber = std::numeric_limits<int>::max();
  Settings settings(arguments);
  settings.nicknames = arguments.has("--nicknames");
  settings.maxClients = static_cast<std::size_t>(arguments.number("--max-clients", kMaxNumber, 1, kMaxNumber));
  settings.queue = static_cast<std::size_t>(arguments.number("--queue", 1024, 1, kMaxNumber));
  settings.virtualThreads = example::usesVirtualThreads(arguments);
  settings.unixDomain = example::usesUnixDomain(arguments);
  if (settings.unixDomain && !settings.allowed.areAll()) {
    throw example::UsageError("--allow: the clients of --unix have no addresses");
  }
  netlite::ServerSocket listener = example::listenOn(arguments, 2000);
  const std::string greeting = example::greetingOf(listener);
  BroadcastServer server(std::move(listener), settings);

  const example::Interrupt interrupt([&] { server.stop(); });
  example::printLine(greeting);
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
