// SPDX-License-Identifier: MIT
//
// echo_client: sends the lines of the standard input to an echo server and prints what comes back. One thread sends and
// one prints, so many lines may be in flight at the same time.
#include "support/console.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/scoped_thread.hpp"

#include <netlite/netlite.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

const example::Program kProgram{"echo_client",
                                {"host", "port"},
                                "Sends lines to an echo server (localhost 3000 unless given) and prints the answers.",
                                {example::kUnixOption, example::kTlsOption, example::kCaOption}};

// The progress of the conversation. The sender counts up `sent`, the receiver `answered`.
struct Progress {
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> answered{0};
  std::atomic<bool> allSent{false};

  bool isComplete() const { return allSent && answered >= sent; }
};

// Returns whether everything was sent, up to the end of the input.
bool sendLines(netlite::PrintWriter& out, example::Console& console, Progress& progress) {
  while (const std::optional<std::string> line = console.readLine()) {
    ++progress.sent;
    out.println(*line);
    if (!console.ready()) out.flush();  // lines that are there already leave together
  }
  out.flush();
  return console.awaitEnd(std::chrono::milliseconds(0));
}

// Prints until all lines are answered, the server has left or the socket is closed.
void printAnswers(netlite::Socket& socket, example::Console& console, Progress& progress) {
  netlite::BufferedReader in(socket.getInputStream());
  std::string line;
  while (!progress.isComplete() && in.readLine(line)) {
    console.print("From server: " + line);
    ++progress.answered;
  }
}

// Runs in a separate thread, and ends the sender if the server leaves first.
void receive(netlite::Socket& socket, example::Console& console, Progress& progress) {
  std::exception_ptr failure;
  try {
    printAnswers(socket, console, progress);
  } catch (const netlite::IOException&) {
    if (!progress.isComplete()) failure = std::current_exception();
  }
  // A script that has its answers ends its input about now. A person should not have to press Enter to end it.
  const bool owesAnswers = progress.answered < progress.sent;
  if (failure || owesAnswers || !console.awaitEnd(std::chrono::seconds(1))) console.close();
  if (failure) std::rethrow_exception(failure);
}

int talk(const example::Arguments& arguments) {
  netlite::Socket socket = example::connectTo(arguments, 3000);
  example::Console console;
  Progress progress;
  const example::Interrupt interrupt([&] {
    console.close();
    socket.close();
  });

  netlite::PrintWriter out(socket.getOutputStream());
  const example::ScopedThread<void> receiver([&] { receive(socket, console, progress); }, [&] { socket.close(); });
  progress.allSent = sendLines(out, console, progress);
  if (progress.allSent) example::finishSending(socket);
  if (progress.isComplete() || !progress.allSent) socket.close();  // otherwise there are answers to wait for
  receiver.get();
  if (!progress.isComplete()) throw std::runtime_error("the server has closed the connection");
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
