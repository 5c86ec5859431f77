// SPDX-License-Identifier: MIT
//
// web_chat_server: a chat room for browsers, and for programs that send plain lines.
//
// A browser loads the page, opens a WebSocket and then asks for the messages so far. Everything that is said, in
// whatever way, goes through say(), which gives it a number, and through deliver(), which puts it into the outboxes of
// all members. Each member has two threads, as in broadcast_server: one reads, and its writer sends what is in its
// outbox.
//
// With --redis several servers share the room. Then what is said goes to Redis first, which gives it its id, and comes
// back by relay(), see support/redis_room.hpp.
#include "support/allowed_clients.hpp"
#include "support/chat_message.hpp"
#include "support/client_threads.hpp"
#include "support/endpoint.hpp"
#include "support/history.hpp"
#include "support/http_connection.hpp"
#include "support/interrupt.hpp"
#include "support/origin.hpp"
#include "support/places.hpp"
#include "support/program.hpp"
#include "support/redis_options.hpp"
#include "support/redis_room.hpp"
#include "support/room.hpp"
#include "support/shared_ids.hpp"
#include "support/web_chat_page.hpp"
#include "support/web_page.hpp"
#include "support/websocket_handshake.hpp"
#include "support/websocket_member.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

const example::Program kProgram{
    "web_chat_server",
    {"port"},
    "Serves a page on which people chat. The port is 4000 unless given.",
    {{"--lines", "PORT", "also serve clients that send plain lines, in the same room"},
     {"--history", "N", "keep the last N messages for those who come later, 100 unless given"},
     {"--max-clients", "N", "serve at most N clients at the same time, and turn away the others"},
     example::kAllowOption,
     example::kVirtualOption,
     example::kCertificateOption,
     example::kKeyOption,
     example::kRedisOption,
     example::kRoomOption,
     example::kRedisPasswordOption,
     example::kRedisTlsOption,
     example::kRedisCaOption}};

// The room that several servers share. The note of a line is where its JSON is wanted; null: nowhere.
using SharedRoom = example::RedisRoom<std::shared_ptr<example::SharedText>>;

struct Settings {
  explicit Settings(const example::Arguments& arguments)
      : allowed(arguments), redis(example::redisSettings(arguments)) {}

  bool virtualThreads = false;
  std::string scheme = "http";  // of the page
  std::size_t maxClients = 0;
  std::size_t history = 0;
  example::AllowedClients allowed;
  std::optional<example::RedisSettings> redis;
};

class WebChatServer {
 public:
  WebChatServer(netlite::ServerSocket web, std::optional<netlite::ServerSocket> lines, const Settings& settings)
      : settings_(settings),
        history_(settings.history),
        web_(std::move(web), handler(&WebChatServer::serveWeb), options({})) {
    if (lines)
      lines_.emplace(std::move(*lines), handler(&WebChatServer::serveLines), options([this] { places_.expect(); }));
    if (!settings_.redis) return;
    shared_.emplace(*settings_.redis, kQueue, settings_.virtualThreads,
                    [this](const std::vector<SharedRoom::Message>& messages) { relay(messages); });
  }

  ~WebChatServer() {
    if (shared_) shared_->end();  // before the servers wait for their threads
  }
  WebChatServer(const WebChatServer&) = delete;
  WebChatServer& operator=(const WebChatServer&) = delete;

  void run() {
    if (lines_) lines_->start();
    web_.run();
    if (lines_) lines_->stop(std::chrono::milliseconds(0));
    if (shared_) shared_->finish();
  }

  /// Says goodbye to the browsers and stops. Blocks no longer than a second.
  void stop() {
    if (shared_) shared_->end();
    room_.finish({nullptr, example::chunkOfFrame(example::closeFrame(WSLAY_CODE_GOING_AWAY, "the server ends"))});
    web_.stop(std::chrono::milliseconds(500));
    if (lines_) lines_->stop(std::chrono::milliseconds(0));
  }

 private:
  static constexpr std::size_t kQueue = 1024;  // messages that a member may have yet to receive

  // How long a request waits until Redis takes its message, and then until the message comes back.
  static constexpr std::chrono::seconds kRedisPatience{10};

  static constexpr const char* kNobody = "*";  // the name of what another server's client has said without one

  using Serve = void (WebChatServer::*)(netlite::Socket&);

  netlite::TcpServer::Handler handler(Serve serve) {
    return [this, serve](netlite::Socket& socket) {
      try {
        (this->*serve)(socket);
      } catch (const netlite::IOException&) {
        // The client left without reading everything or was dropped, or the server is stopping. None is an error here.
      }
    };
  }

  netlite::TcpServer::Options options(const std::function<void()>& onAccept) {
    netlite::TcpServer::Options options = example::serverOptions(settings_.virtualThreads);
    options.acceptFilter = [this, onAccept](const netlite::InetSocketAddress& remote) {
      if (!settings_.allowed.contain(remote.getAddress())) return false;
      if (onAccept) onAccept();
      return true;
    };
    return options;
  }

  // ---- what is said ----

  // Says something in the room. Returns the message as JSON; null if it has not come back from Redis in time.
  example::SharedText say(example::Saying saying) {
    if (!shared_) return sayHere(std::move(saying));
    const auto json = std::make_shared<example::SharedText>();
    const std::uint64_t said = shared_->say(std::move(saying.name), std::move(saying.text), json, kRedisPatience);
    const bool isBack = said != 0 && shared_->awaitReturn(said, kRedisPatience);
    return isBack ? *json : nullptr;
  }

  // The same without waiting until it is delivered. Returns what awaitDelivery() takes.
  std::uint64_t sayAndGoOn(example::Saying saying) {
    if (shared_) return shared_->say(std::move(saying.name), std::move(saying.text));
    sayHere(std::move(saying));
    return 0;
  }

  void awaitDelivery(std::uint64_t said) {
    if (shared_) shared_->awaitReturn(said);
  }

  // In a room of this server alone.
  example::SharedText sayHere(example::Saying saying) {
    const std::lock_guard<netlite::Mutex> lock(saying_);
    const std::int64_t now = example::currentMilliseconds();
    // Grows over a restart, too, unless more than a thousand messages a second have been said since the last one.
    last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(now) * 1024);
    const std::string line = saying.name + ":" + saying.text + "\n";
    return deliver({last_id_, now, std::move(saying)}, example::chunkOfLines(line));
  }

  // Gives a message to all members, in the order of the calls. Returns it as JSON.
  //
  // @param lines what clients of lines get; may be null
  example::SharedText deliver(const example::ChatMessage& message, example::SharedChunk lines) {
    const auto json = std::make_shared<const std::string>(toJson(message));
    const example::Post post{std::move(lines), example::chunkOfFrame(example::frameOf(WSLAY_TEXT_FRAME, *json))};
    room_.deliver(post, [&] { history_.add(message.id, json); });
    return json;
  }

  // What comes out of the shared room. What was said before this server came is new to browsers only, as they show the
  // history. What has no text is nothing to them.
  void relay(const std::vector<SharedRoom::Message>& messages) {
    for (const SharedRoom::Message& message : messages) {
      const example::SharedChunk lines = message.isHistory ? nullptr : example::chunkOfLines(message.line());
      example::Saying saying = sayingOf(message);
      if (example::isBlank(saying.text)) {
        room_.deliver({lines, nullptr});
      } else {
        const std::uint64_t id = shared_ids_.next(message.id);
        const example::SharedText json = deliver({id, message.id.time(), std::move(saying)}, lines);
        if (message.note) *message.note = json;
      }
    }
  }

  // A line that another server has from a client of lines may have its name in it.
  static example::Saying sayingOf(const SharedRoom::Message& message) {
    const std::string text = example::validText(message.text);
    example::Saying saying =
        message.name ? example::Saying(example::validText(*message.name), text) : example::sayingOfLine(text, kNobody);
    if (example::isBlank(saying.name)) saying.name = kNobody;
    return saying;
  }

  // ---- HTTP ----

  void serveWeb(netlite::Socket& socket) {
    example::HttpConnection connection(socket, errorResponse);
    while (const std::optional<example::HttpRequest> request = connection.nextRequest()) {
      const example::Places::Seat seat(places_, opensChat(*request));
      if (seat.isTaken()) {
        const std::string early = connection.upgrade();  // before the socket is moved
        return converse(std::move(socket), *request, early);
      }
      connection.answer(respond(*request));
    }
  }

  static example::HttpResponse errorResponse(int status, const std::string& why) {
    return example::responseOf(status, "application/json", example::errorJson(why));
  }

  bool opensChat(const example::HttpRequest& request) const {
    return request.path == "/chat" && example::asksForWebSocket(request) && example::hasWebSocketKey(request) &&
           !example::isFromOtherSite(request, settings_.scheme);
  }

  example::HttpResponse respond(const example::HttpRequest& request) {
    const std::vector<std::string> known{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                         "CONNECT", "OPTIONS", "TRACE", "PATCH"};
    if (std::find(known.begin(), known.end(), request.method) == known.end()) {
      return errorResponse(501, "the method is unknown");
    }
    if (request.path == "/") return respondAs(request, {"GET", "HEAD"}, &WebChatServer::getPage);
    if (request.path == "/messages" && request.method == "POST") return postMessage(request);
    if (request.path == "/messages") return respondAs(request, {"GET", "HEAD", "POST"}, &WebChatServer::getMessages);
    if (request.path == "/chat") return respondAs(request, {"GET", "HEAD"}, &WebChatServer::refuseChat);
    return errorResponse(404, "there is no such page");
  }

  // @param methods those that the resource has
  // @param get     answers GET and HEAD
  example::HttpResponse respondAs(const example::HttpRequest& request, const std::vector<std::string>& methods,
                                  example::HttpResponse (WebChatServer::*get)(const example::HttpRequest&)) {
    if (request.method == "GET" || request.method == "HEAD") return (this->*get)(request);
    example::HttpResponse response = errorResponse(405, "the method is not allowed here");
    std::string allowed;
    for (const std::string& method : methods) allowed += (allowed.empty() ? "" : ", ") + method;
    response.fields.emplace_back("Allow", allowed);
    return response;
  }

  example::HttpResponse getPage(const example::HttpRequest& request) {
    return page_.response((settings_.scheme == "https" ? "wss://" : "ws://") + request.host);
  }

  example::HttpResponse getMessages(const example::HttpRequest& request) {
    const std::optional<std::uint64_t> after = idAfter(request.query);
    if (!after) return errorResponse(400, "'after' is not the id of a message");
    static const auto kBegin = std::make_shared<const std::string>("[");
    static const auto kNext = std::make_shared<const std::string>(",");
    static const auto kEnd = std::make_shared<const std::string>("]");
    example::HttpResponse response{
        200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, {kBegin}};
    for (const example::SharedText& message : history_.after(*after)) {
      if (response.body.size() > 1) response.body.push_back(kNext);
      response.body.push_back(message);
    }
    response.body.push_back(kEnd);
    return response;
  }

  // The value of `after` in a query, 0 if there is none. Returns std::nullopt if it is no number.
  static std::optional<std::uint64_t> idAfter(std::string_view query) {
    while (!query.empty()) {
      const std::string_view parameter = query.substr(0, query.find('&'));
      const std::size_t nameSize = std::min(parameter.find('='), parameter.size());
      if (parameter.substr(0, nameSize) == "after") {
        return parseId(parameter.substr(std::min(nameSize + 1, parameter.size())));
      }
      query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    }
    return 0;
  }

  static std::optional<std::uint64_t> parseId(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), example::http::isDigit)) return std::nullopt;
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() ? id : std::numeric_limits<std::uint64_t>::max();  // greater than all ids
  }

  example::HttpResponse postMessage(const example::HttpRequest& request) {
    if (example::isFromOtherSite(request, settings_.scheme)) return errorResponse(403, "the origin is another site");
    try {
      const example::SharedText json = say(example::parseSaying(request.body));
      if (!json) return errorResponse(503, "the message has not come back from Redis yet");
      return {201, {{"Content-Type", "application/json"}}, {json}};
    } catch (const std::invalid_argument& e) {
      return errorResponse(400, e.what());
    }
  }

  // Why a request for /chat does not become a WebSocket.
  example::HttpResponse refuseChat(const example::HttpRequest& request) {
    if (!example::asksForWebSocket(request)) {
      example::HttpResponse response = errorResponse(426, "this is a WebSocket of version 13");
      response.fields.insert(response.fields.end(),
                             {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}});
      return response;
    }
    if (!example::hasWebSocketKey(request)) return errorResponse(400, "Sec-WebSocket-Key is missing or malformed");
    if (example::isFromOtherSite(request, settings_.scheme)) return errorResponse(403, "the origin is another site");
    return errorResponse(503, "the server is full");
  }

  // ---- the members of the room ----

  // A browser's time in the room. Its answer is the first thing in its outbox, put there while it joins: so it gets
  // every message from then on, and finds the earlier ones in the history.
  void converse(netlite::Socket socket, const example::HttpRequest& request, const std::string& early) {
    const auto member = std::make_shared<example::Member>(std::move(socket), example::Form::frames, kQueue);
    const auto answer = std::make_shared<const example::Chunk>(example::Chunk{switchingProtocols(request), 1});
    example::Stay stay(room_, member);
    example::WebSocketMember reader(room_, stay, member, [this](std::string_view text) { sayJson(text); });
    stay.converse(
        settings_.virtualThreads, [&] { stay.join({}, {}, answer); }, [&] { reader.listen(early); });
  }

  void sayJson(std::string_view text) {
    try {
      sayAndGoOn(example::parseSaying(text));
    } catch (const std::invalid_argument& e) {
      throw example::WebSocketError(WSLAY_CODE_UNSUPPORTED_DATA, e.what());
    }
  }

  void serveLines(netlite::Socket& socket) {
    const example::Places::Visit visit(places_);
    if (!visit.hasPlace()) return example::refuse(socket, "server full");
    const auto member = std::make_shared<example::Member>(std::move(socket), example::Form::lines, kQueue);
    example::Stay stay(room_, member);
    stay.converse(
        settings_.virtualThreads, [&] { stay.join({}, {}); }, [&] { relayLines(*member); });
  }

  void relayLines(example::Member& member) {
    netlite::BufferedReader in(member.socket.getInputStream());
    std::uint64_t said = 0;
    try {
      const std::string address = member.socket.getInetAddress().getHostAddress();
      std::string line;
      while (in.readLine(line)) {
        example::Saying saying = example::sayingOfLine(example::validText(line), address);
        if (!example::isBlank(saying.text)) said = sayAndGoOn(std::move(saying));
      }
    } catch (const netlite::LineTooLongException& e) {
      example::printError("dropped " + example::peerName(member.socket) + ": " + e.what());
    }
    awaitDelivery(said);  // a client that has finished sending still gets its own lines
  }

  const Settings settings_;
  const example::WebPage page_{example::webChatPage()};
  netlite::Mutex saying_;      // held from the choice of an id until the message is delivered
  std::uint64_t last_id_ = 0;  // guarded by saying_
  example::Room room_;
  example::History history_;
  example::SharedIds shared_ids_;  // of the thread that calls relay()
  // Only lines have an order of arrival, as a browser may ask for a WebSocket long after it has connected.
  example::Places places_{settings_.maxClients, [this] { return lines_->connectionCount(); }};
  // The last fields, since their threads use the others.
  std::optional<SharedRoom> shared_;
  std::optional<netlite::TcpServer> lines_;
  netlite::TcpServer web_;
};

int serve(const example::Arguments& arguments) {
  constexpr int kMaxNumber = std::numeric_limits<int>::max();
  Settings settings(arguments);
  settings.virtualThreads = example::usesVirtualThreads(arguments);
  if (arguments.has(example::kCertificateOption.name)) settings.scheme = "https";
  settings.maxClients = static_cast<std::size_t>(arguments.number("--max-clients", kMaxNumber, 1, kMaxNumber));
  settings.history = static_cast<std::size_t>(arguments.number("--history", 100, 0, kMaxNumber));
  const int linesPort = arguments.number("--lines", 0, 0, 65535);
  netlite::ServerSocket web = example::listenOn(arguments, 4000);
  std::optional<netlite::ServerSocket> lines;
  if (arguments.has("--lines")) lines.emplace(linesPort);
  const std::string greeting = example::greetingOf(web);
  const std::string linesGreeting = lines ? "lines on port " + std::to_string(lines->getLocalPort()) : "";
  WebChatServer server(std::move(web), std::move(lines), settings);

  const example::Interrupt interrupt([&] { server.stop(); });
  example::printLine(greeting);
  if (!linesGreeting.empty()) example::printLine(linesGreeting);
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
