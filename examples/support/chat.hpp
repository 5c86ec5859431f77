// SPDX-License-Identifier: MIT
//
// What both sides of a 1:1 chat do once they are connected: a thread that sends and a thread that receives, until one
// side says quit.
//
// Thread-safety: chat() is called once, by the program's main thread.
#pragma once

#include "support/console.hpp"
#include "support/interrupt.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

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

/// Prints what arrives.
///
/// @return whether the other side said quit; if not, it is gone without a word
inline bool receiveLines(netlite::Socket& socket, Console& console) {
  netlite::BufferedReader in(socket.getInputStream());
  while (const std::optional<std::string> line = in.readLine()) {
    if (isQuit(*line)) return true;
    console.print(*line);
  }
  return false;
}

/// Talks until one side says quit.
///
/// @return the program's exit code
/// @throws std::exception the other side has vanished
inline int chat(netlite::Socket& socket) {
  Console console;
  netlite::PrintWriter out(socket.getOutputStream());
  const std::shared_future<bool> sender = std::async(std::launch::async, [&] {
    const bool said_quit = sendLines(out, console);
    if (said_quit) socket.close();  // wakes the receiver below
    return said_quit;
  });
  const Interrupt interrupt([&] {
    console.close();  // as the end of the input: says quit
    sender.wait_for(std::chrono::seconds(2));
    socket.close();  // in case the other side does not read
  });

  bool heard_quit = false;
  std::string what_happened = "the other side has vanished";
  try {
    heard_quit = receiveLines(socket, console);
  } catch (const netlite::IOException& e) {
    what_happened = std::string("the other side is lost: ") + e.what();
  }
  socket.close();   // first the socket, so that nothing more can be sent,
  console.close();  // then this, which wakes the sender
  if (sender.get()) return 0;
  if (!heard_quit) throw std::runtime_error(what_happened);
  console.remark("The other side has left.");
  return 0;
}

}  // namespace example
