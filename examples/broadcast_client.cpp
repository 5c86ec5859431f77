// SPDX-License-Identifier: MIT
//
// broadcast_client: takes part in the chat of a broadcast_server (or of any other server that relays lines).
#include "support/console.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/on_exit.hpp"
#include "support/program.hpp"
#include "support/scoped_thread.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

const example::Program kProgram{
    "broadcast_client",
    {"host", "port", "name"},
    "Sends name:LINE for every line of the input and prints what arrives. Without arguments: localhost 2000 guest.",
    {{"--nickname", "", "send the name once, then bare lines, as a server with --nicknames expects"},
     example::kUnixOption,
     example::kTlsOption,
     example::kCaOption}};

// The server puts a name in front of each line, so its lines may be longer than those that it accepts.
constexpr std::size_t kMaxLine = 4 * 1024 * 1024;

// Prints until the server leaves or the socket is closed. Returns false if typed lines are left that were not sent.
bool printLines(netlite::Socket& socket, example::Console& console) {
  netlite::BufferedReader in(socket.getInputStream());
  in.setMaxLineLength(kMaxLine);
  while (const std::optional<std::string> line = in.readLine()) console.print(*line);
  example::finishSending(socket);  // the sender's next write fails; lines that a pipe still holds arrive soon
  if (!console.awaitEnd(std::chrono::milliseconds(100))) console.remark("The server has left.");
  return !console.ready();
}

// Runs in the receiver's thread, and ends the sender when it ends, for whatever reason.
bool receive(netlite::Socket& socket, example::Console& console) {
  const example::OnExit endSending([&] {
    example::finishSending(socket);
    console.close();
  });
  try {
    return printLines(socket, console);
  } catch (const netlite::IOException& e) {
    if (e.code() != std::errc::operation_canceled) throw;
    return true;
  }
}

// Sends until the input ends or the receiver closes the console. Returns false if something was not sent.
bool send(netlite::PrintWriter& out, const std::string& prefix, example::Console& console) {
  while (const std::optional<std::string> line = console.readLine()) {
    out.println(prefix + *line);
    if (!console.ready() && !out.flush()) return false;  // lines that are there already leave together
  }
  return out.flush();
}

int talk(const example::Arguments& arguments) {
  const std::string name = arguments.text(2, "guest");
  netlite::Socket socket = example::connectTo(arguments, 2000);
  example::Console console;
  const example::Interrupt interrupt([&] {
    console.close();
    socket.close();
  });

  netlite::PrintWriter out(socket.getOutputStream());
  const example::ScopedThread<bool> receiver([&] { return receive(socket, console); }, [&] { socket.close(); });
  if (arguments.has("--nickname")) {
    out.println(name);
    out.flush();
  }
  const bool allSent = send(out, arguments.has("--nickname") ? "" : name + ":", console);
  const bool allReceived = example::endConversation(
      socket, [&](auto patience) { return receiver.endsWithin(patience); }, [&] { return console.printedLines(); });
  if (!receiver.get() || !allSent || !allReceived) throw std::runtime_error("the server has not received everything");
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
