// SPDX-License-Identifier: MIT
//
// file_client: lists, gets and puts files of a file_server. support/file_transfer.hpp has the protocol.
#include "support/endpoint.hpp"
#include "support/file_transfer.hpp"
#include "support/folder.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"
#include "support/scoped_thread.hpp"
#include "support/terminal.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

const example::Program kProgram{"file_client",
                                {"host", "port", "command", "file", "other name"},
                                "Lists, gets and puts files of a file_server (localhost 6000 unless given). Commands:\n"
                                "  list              the server's files and their sizes in bytes\n"
                                "  get NAME [LOCAL]  fetch a file, here with the same name unless given\n"
                                "  put LOCAL [NAME]  send a file, with the same name there unless given\n"
                                "A transfer that broke is continued by the same command.",
                                {example::kUnixOption, example::kTlsOption, example::kCaOption}};

// What the command line asks for.
struct Command {
  explicit Command(const example::Arguments& arguments) {
    const std::size_t first = example::usesUnixDomain(arguments) ? kOperandsOfTcp : 0;
    std::size_t at = first;
    while (!isCommand(arguments.text(at, ""))) {
      if (++at > kOperandsOfTcp) throw example::UsageError("the command is list, get NAME or put LOCAL; see --help");
    }
    verb = arguments.text(at, "");
    if (first == 0 && at > 0) host = arguments.text(0, "");
    if (first == 0 && at > 1) port = arguments.portToReach(1, port);
    const std::size_t count = arguments.operandCount() - (at - first) - 1;
    if (verb == "list" && count > 0) throw example::UsageError("list takes no name");
    if (verb != "list" && count == 0) throw example::UsageError(verb + " needs a name");
    if (count > 2) throw example::UsageError(verb + " takes two names at most");
    from = arguments.text(at + 1, "");
    to = arguments.text(at + 2, verb == "put" ? fileName(from) : from);
  }

  static bool isCommand(const std::string& word) { return word == "list" || word == "get" || word == "put"; }
  static std::string fileName(const std::string& path) { return std::filesystem::u8path(path).filename().u8string(); }

  static constexpr std::size_t kOperandsOfTcp = 2;  // host and port, which an option may replace

  std::string host = "localhost";
  int port = 6000;
  std::string verb;
  std::string from;
  std::string to;
};

// A local file that is to be received, by its folder and its name.
class Target {
 public:
  explicit Target(const std::string& path)
      : name_(Command::fileName(path)), folder_(folderOf(std::filesystem::u8path(path))) {}

  const std::string& name() const { return name_; }
  const example::Folder& folder() const { return folder_; }

 private:
  static std::string folderOf(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path().u8string() : ".";
  }

  const std::string name_;
  const example::Folder folder_;
};

// Opens a local file, and names it in a failure, which could else be taken for one of the server's file.
template <typename Opening>
auto openLocal(const std::string& path, Opening open) {
  try {
    return open();
  } catch (const example::FileRefused& e) {
    throw example::FileRefused(example::visible(path) + ": " + e.what());
  }
}

class Conversation {
 public:
  explicit Conversation(netlite::Socket& socket) : socket_(socket) {
    socket_.setWriteTimeout(example::kTransferPatience);
    // No read timeout: the server may have to read a large file first. But one that has vanished is noticed.
    socket_.setKeepAlive(std::chrono::seconds(60), std::chrono::seconds(10), 6);
  }

  void list() {
    out_.writeUTF("list");
    requireConsent();
    while (in_.readBoolean()) {
      const std::string name = in_.readUTF();
      const std::string size = std::to_string(in_.readLong());
      example::printLine(std::string(14 - std::min<std::size_t>(14, size.size()), ' ') + size + "  " + shown(name));
    }
  }

  void get(const std::string& name, const std::string& path) {
    const Target target = openLocal(path, [&] { return Target(path); });
    auto receiver = openLocal(path, [&] { return example::FileReceiver(target.folder(), target.name()); });
    request("get", name);
    receiver.have().writeTo(out_);
    requireConsent();
    report("got", name, receive(name, receiver));
  }

  void put(const std::string& path, const std::string& name) {
    example::FileSender sender(path, sizeOf(path));
    request("put", name);
    requireConsent();
    report("put", name, send(name, sender, example::Digest::readFrom(in_)));
  }

 private:
  static std::uint64_t sizeOf(const std::string& path) {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(std::filesystem::u8path(path), error);
    if (error) throw example::FileRefused(error.message());
    return size;
  }

  struct Answer {
    std::string reason;
    std::uint64_t checksum = 0;
  };

  void request(const std::string& verb, const std::string& name) {
    try {
      out_.writeUTF(verb);
      out_.writeUTF(name);
    } catch (const netlite::UTFDataFormatException&) {
      throw example::FileRefused("the name is too long or not UTF-8");
    }
  }

  void requireConsent() {
    const std::string reason = in_.readUTF();
    if (!reason.empty()) throw example::FileRefused(reason);
  }

  example::Transferred receive(const std::string& name, example::FileReceiver& receiver) {
    const example::Progress progress(
        name, [&] { return receiver.size(); }, [&] { return receiver.position(); });
    return receiver.receive(in_);
  }

  // The server may refuse the rest at any time (its disk is full), so a thread waits for its answer meanwhile.
  example::Transferred send(const std::string& name, example::FileSender& sender, const example::Digest& has) {
    const example::ScopedThread<Answer> answer([this] { return awaitAnswer(); }, [this] { socket_.close(); });
    try {
      const example::Transferred sent = transfer(name, sender, has);
      if (!answer.endsWithin(example::kTransferPatience)) throw std::runtime_error("the server does not answer");
      if (answer.get().reason.empty() && answer.get().checksum != sent.whole.checksum) {
        throw example::TransferFailed("the checksums differ");
      }
      if (answer.get().reason.empty()) return sent;
    } catch (const netlite::SocketException&) {
      if (answer.get().reason.empty()) throw;
    }
    throw example::FileRefused(answer.get().reason);
  }

  example::Transferred transfer(const std::string& name, example::FileSender& sender, const example::Digest& has) {
    const example::Progress progress(
        name, [&] { return sender.size(); }, [&] { return sender.position(); });
    return sender.send(socket_, has);
  }

  Answer awaitAnswer() {
    Answer answer{in_.readUTF()};
    if (answer.reason.empty()) {
      answer.checksum = static_cast<std::uint64_t>(in_.readLong());
    } else {
      socket_.close();  // ends the sending
    }
    return answer;
  }

  static void report(const std::string& verb, const std::string& name, const example::Transferred& file) {
    const std::string before = file.start == 0 ? "" : ", " + std::to_string(file.start) + " of them earlier";
    example::printLine(verb + " " + shown(name) + ": " + std::to_string(file.whole.length) + " bytes" + before);
  }

  static std::string shown(const std::string& name) {
    return example::system::isOutputTerminal() ? example::visible(name) : name;
  }

  netlite::Socket& socket_;
  netlite::DataInputStream in_{socket_.getInputStream()};
  netlite::DataOutputStream out_{socket_.getOutputStream()};
};

void converse(const Command& command, netlite::Socket& socket) {
  Conversation conversation(socket);
  if (command.verb == "list") conversation.list();
  if (command.verb == "get") conversation.get(command.from, command.to);
  if (command.verb == "put") conversation.put(command.from, command.to);
}

int work(const example::Arguments& arguments) {
  const Command command(arguments);
  netlite::Socket socket = example::connectTo(arguments, command.host, command.port);
  const example::Interrupt interrupt([&] { socket.close(); });
  const std::string what = command.verb + (command.from.empty() ? "" : " " + example::visible(command.from)) + ": ";
  try {
    converse(command, socket);
  } catch (const example::FileRefused& e) {
    throw std::runtime_error(what + e.what());
  } catch (const example::TransferFailed& e) {
    throw std::runtime_error(what + e.what());
  } catch (const netlite::EOFException&) {
    throw std::runtime_error(what + "the connection ended too early");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, work); }
