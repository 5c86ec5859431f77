// SPDX-License-Identifier: MIT
//
// What both sides of a 1:1 chat do once they are connected: one thread sends and one receives, until a side says quit.
// Thread-safety: chat() is called once, by the program's main thread.
#pragma once

#include "support/console.hpp"
#include "support/conversation.hpp"
#include "support/interrupt.hpp"
#include "support/on_exit.hpp"
#include "support/scoped_thread.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace example {

/// "quit" in any case, as the whole line.
inline bool isQuit(std::string_view line) {
  constexpr std::string_view kQuit = "quit";
  const auto same = [](char typed, char wanted) { return typed == wanted || typed == wanted - 'a' + 'A'; };
  return std::equal(line.begin(), line.end(), kQuit.begin(), kQuit.end(), same);
}

/// Sends what is typed, up to quit or the end of the input, which counts as quit.
///
/// @return whether quit was sent; if not, the connection is gone
inline bool sendLines(netlite::PrintWriter& out, Console& console) {
  while (true) {
    const std::string line = console.readLine().value_or("quit");
    out.println(line);
    if (!out.flush()) return false;
    if (isQuit(line)) return true;
  }
}

/// Prints what arrives, until the other side says quit or ends its output.
///
/// @return whether the other side said quit
/// @throws std::runtime_error the connection was lost
inline bool receiveLines(netlite::Socket& socket, Console& console) {
  try {
    netlite::BufferedReader in(socket.getInputStream());
    while (const std::optional<std::string> line = in.readLine()) {
      if (isQuit(*line)) return true;
      netlite::Thread::blocking([&] { console.print(*line); });  // whoever reads the output may be slow
    }
  } catch (const netlite::IOException& e) {
    if (e.code() != std::errc::operation_canceled) {
      throw std::runtime_error(std::string("lost the other side: ") + e.what());
    }
  }
  return false;
}

/// Chats until one side says quit. The calling thread sends, since it waits for the console.
///
/// @param threads starts the thread that receives
/// @return the program's exit code
/// @throws std::exception the other side has vanished, or has not received everything
inline int chat(netlite::Socket& socket, const netlite::Thread::Builder& threads = netlite::Thread::ofPlatform()) {
  Console console;
  netlite::PrintWriter out(socket.getOutputStream());
  const auto endSending = [&] {
    finishSending(socket);  // first, so that nothing more can be sent
    console.close();        // wakes the sender
  };
  const ScopedThread<bool> receiver(
      [&] {
        const OnExit whateverEndsIt(endSending);
        return receiveLines(socket, console);
      },
      [&] { socket.close(); }, threads);
  const Interrupt interrupt([&] {
    console.close();  // acts as the end of the input, which sends quit
    receiver.endsWithin(std::chrono::seconds(2));
    socket.close();  // in case the other side does not read
  });

  const bool saidQuit = sendLines(out, console);
  const bool allReceived = saidQuit && endConversation(
                                           socket, [&](auto patience) { return receiver.endsWithin(patience); },
                                           [&] { return console.printedLines(); });
  const bool heardQuit = receiver.get();
  if (!saidQuit && heardQuit) console.remark("The other side has left.");
  if (!saidQuit && !heardQuit) throw std::runtime_error("the other side has vanished");
  if (!allReceived && !heardQuit) throw std::runtime_error("the other side has not received everything");
  return 0;
}

}  // namespace example
