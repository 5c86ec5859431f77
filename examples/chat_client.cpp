// SPDX-License-Identifier: MIT
//
// chat_client: connects to a chat_server (or any other program that speaks in lines) and chats with it.
#include "support/chat.hpp"
#include "support/endpoint.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

namespace {

const example::Program kProgram{
    "chat_client",
    {"host", "port"},
    "Chats with a server (localhost 8000 unless given): lines go both ways at any time, and\n"
    "quit on a line of its own (or the end of the input) ends both sides.",
    {example::kUnixOption, example::kTlsOption, example::kCaOption}};

int talk(const example::Arguments& arguments) {
  netlite::Socket socket = example::connectTo(arguments, 8000);
  return example::chat(socket);
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
