// SPDX-License-Identifier: MIT
//
// reply_server: answers the sentences that it knows, and says so when it does not know one. echo_client talks to it.
#include "support/client_threads.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/replies.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace {

const example::Program kProgram{
    "reply_server",
    {"port", "FILE"},
    "Answers sentences. The port is 3000 unless given. FILE has lines of the form\n"
    "sentence = reply (blank lines and # lines are ignored); without it a few are built in.",
    {example::kVirtualOption, example::kCertificateOption, example::kKeyOption}};

const char* const kDefaultReply = "I do not know that one. 잘 모르겠어요.";

const example::Replies& builtInReplies() {
  static const example::Replies replies({{"hello", "Hello! Nice to meet you."},
                                         {"how are you?", "Fine, thank you. And you?"},
                                         {"bye", "Good bye!"},
                                         {"안녕하세요", "안녕하세요, 반갑습니다!"},
                                         {"잘 지내요?", "네, 잘 지내요."},
                                         {"안녕히 가세요", "안녕히 가세요!"}});
  return replies;
}

// Runs in the client's own thread. What it throws (a reset) ends this client alone.
void reply(netlite::Socket& client, const example::Replies& replies) {
  netlite::BufferedReader in(client.getInputStream());
  netlite::PrintWriter out(client.getOutputStream());
  in.tie(out);  // answers leave whenever the server would wait for more
  try {
    std::string line;
    while (in.readLine(line)) out.println(replies.to(line, kDefaultReply));
  } catch (const netlite::LineTooLongException& e) {
    example::printError("dropped " + example::peerName(client) + ": " + e.what());
    out.flush();  // so that the answers so far arrive
    example::endConversation(client);
  }
}

int serve(const example::Arguments& arguments) {
  const bool hasFile = arguments.operandCount() > 1;
  const example::Replies replies = hasFile ? example::Replies::fromFile(arguments.text(1, "")) : builtInReplies();

  netlite::ServerSocket listener = example::listenOn(arguments, 3000);
  const std::string greeting = example::greetingOf(listener);
  netlite::TcpServer server(
      std::move(listener), [&](netlite::Socket& client) { reply(client, replies); },
      example::serverOptions(example::usesVirtualThreads(arguments)));

  const example::Interrupt interrupt([&] { server.stop(std::chrono::milliseconds(0)); });
  example::printLine(greeting);
  server.run();  // until stop()
  return 0;
}

int serveOrExplain(const example::Arguments& arguments) {
  try {
    return serve(arguments);
  } catch (const example::BadReplies& e) {
    example::printFileError(e.what());
    return 2;
  }
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serveOrExplain); }
