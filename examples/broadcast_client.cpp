// SPDX-License-Identifier: MIT
//
// broadcast_client: takes part in the chat of a broadcast_server (or of any other that relays lines). One thread sends
// what is typed, one prints what arrives.
#include "support/client.hpp"
#include "support/console.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <system_error>

namespace {

const example::Program kProgram{
    "broadcast_client",
    {"host", "port", "name"},
    "Sends name:LINE for every line of the input and prints what arrives. Without arguments: localhost 2000 guest.",
    {{"--nickname", "", "send the name once, then bare lines, as a server with --nicknames expects it"}}};

// The server's lines have a name in front, so they may be longer than what it takes from a client.
constexpr std::size_t kLongestLine = 4 * 1024 * 1024;

// Runs in a thread of its own until the server leaves or the socket is closed, and ends the sender.
void receive(netlite::Socket& socket, example::Console& console) {
  std::exception_ptr failure;
  try {
    netlite::BufferedReader in(socket.getInputStream());
    in.setMaxLineLength(kLongestLine);
    while (const std::optional<std::string> line = in.readLine()) console.print(*line);
    if (!console.awaitEnd(std::chrono::milliseconds(0))) console.remark("The server has left.");
  } catch (const netlite::IOException& e) {
    if (e.code() != std::errc::operation_canceled) failure = std::current_exception();
  }
  console.close();
  if (failure) std::rethrow_exception(failure);
}

// Until the end of the input, or until the receiver closes the console.
void send(netlite::PrintWriter& out, const std::string& prefix, example::Console& console) {
  while (const std::optional<std::string> line = console.readLine()) {
    out.println(prefix + *line);
    if (!console.ready()) out.flush();  // lines that are there already leave together
  }
  out.flush();
}

int talk(const example::Arguments& arguments) {
  const std::string name = arguments.text(2, "guest");
  netlite::Socket socket = example::connectTo(arguments.text(0, "localhost"), arguments.portToReach(1, 2000));
  example::Console console;
  const example::Interrupt interrupt([&] {
    console.close();
    socket.close();
  });

  netlite::PrintWriter out(socket.getOutputStream());
  std::future<void> receiver = std::async(std::launch::async, [&] { receive(socket, console); });
  if (arguments.has("--nickname")) {
    out.println(name);
    out.flush();
  }
  send(out, arguments.has("--nickname") ? "" : name + ":", console);

  example::finishSending(socket);
  receiver.wait_for(
      std::chrono::milliseconds(500));  // the server closes when it has everything: closing first could lose it
  socket.close();
  receiver.get();
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
