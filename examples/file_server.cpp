// SPDX-License-Identifier: MIT
//
// file_server: lets clients list, get and put the files of one folder. support/file_transfer.hpp has the protocol.
#include "support/client_threads.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/file_name.hpp"
#include "support/file_transfer.hpp"
#include "support/folder.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/terminal.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

const example::Program kProgram{
    "file_server",
    {"port"},
    "Lets file_client list, get and put the files of a folder. The port is 6000 unless given.",
    {{"--folder", "DIR", "the folder; its subfolders are not served"},
     {"--read-only", "", "refuse to receive files"},
     example::kVirtualOption,
     example::kUnixOption,
     example::kCertificateOption,
     example::kKeyOption}};

// Why it failed, without the paths of this machine.
std::string reasonOf(const std::exception& failure) {
  const auto* const io = dynamic_cast<const netlite::IOException*>(&failure);
  return io != nullptr ? io->code().message() : failure.what();
}

// A conversation with one client.
class Conversation {
 public:
  Conversation(netlite::Socket& client, const example::Folder& folder, bool readOnly)
      : client_(client), folder_(folder), is_read_only_(readOnly) {
    client_.setSoTimeout(example::kTransferPatience);
    client_.setWriteTimeout(example::kTransferPatience);
  }

  void hold() {
    std::string command = "request";
    std::string name;
    try {
      command = in_.readUTF();
      if (command != "list") name = in_.readUTF();
      if (command == "list") return list();
      if (command == "get") return get(name);
      if (command == "put") return put(name);
      refuse("there is no command '" + example::visible(command) + "'");
    } catch (const netlite::EOFException&) {
      // the client has left in the middle of a request, or without one
    } catch (const std::exception& e) {
      if (example::Interrupt::happened()) return;
      example::printError(command + " " + example::visible(name) + " of " + example::peerName(client_) + ": " +
                          reasonOf(e));
    }
  }

 private:
  using Files = std::vector<std::pair<std::string, std::uint64_t>>;  // names and sizes

  void list() {
    const Files files = netlite::Thread::blocking([this] { return filesInOrder(); });  // there may be many
    accept();
    netlite::DataOutputStream out(netlite::BufferedOutputStream(client_.getOutputStream()));
    for (const auto& [name, size] : files) {
      out.writeBoolean(true);
      out.writeUTF(name);
      out.writeLong(static_cast<std::int64_t>(size));
    }
    out.writeBoolean(false);
    out.flush();
  }

  void get(const std::string& name) {
    const example::Digest have = example::Digest::readFrom(in_);
    std::optional<example::FolderFile> file;
    std::optional<example::FileSender> sender;
    try {
      file.emplace(folder_.open(example::checkedFileName(name)));
      sender.emplace(file->path(), file->size());
    } catch (const std::exception& e) {
      return refuse(reasonOf(e));
    }
    accept();
    sender->send(client_, have);
  }

  void put(const std::string& name) {
    try {
      if (is_read_only_) return refuse("the server is read-only");
      example::FileReceiver receiver(folder_, example::checkedFileName(name));
      accept();
      receiver.have().writeTo(out_);
      const example::Transferred received = receiver.receive(in_);
      accept();
      out_.writeLong(static_cast<std::int64_t>(received.whole.checksum));
    } catch (const std::exception& e) {
      refuse(reasonOf(e));
      throw;
    }
  }

  Files filesInOrder() const {
    std::vector<std::string> names = folder_.names();
    std::sort(names.begin(), names.end());
    Files files;
    for (std::string& name : names) {
      if (const std::optional<std::uint64_t> size = sizeOf(name)) files.emplace_back(std::move(name), *size);
    }
    return files;
  }

  // What can be asked for by this name; nothing for folders, links that lead out, and names that cannot travel.
  std::optional<std::uint64_t> sizeOf(const std::string& name) const {
    if (example::visible(name) != name) return std::nullopt;
    try {
      return folder_.open(example::checkedFileName(name)).size();
    } catch (const example::FileRefused&) {
      return std::nullopt;
    }
  }

  void accept() { out_.writeUTF(""); }

  // If the client is gone, what it has done is reported anyway.
  void refuse(const std::string& reason) {
    try {
      out_.writeUTF(reason);
    } catch (const netlite::IOException&) {
    }
  }

  netlite::Socket& client_;
  const example::Folder& folder_;
  const bool is_read_only_;
  netlite::DataInputStream in_{client_.getInputStream()};
  netlite::DataOutputStream out_{client_.getOutputStream()};
};

const example::Folder& sharedFolder(const example::Arguments& arguments) {
  if (!arguments.has("--folder")) throw example::UsageError("--folder DIR is missing");
  const std::string path = arguments.value("--folder");
  try {
    static const example::Folder folder(path);
    return folder;
  } catch (const example::FileRefused& e) {
    throw example::UsageError("--folder " + path + ": " + e.what());
  }
}

int serve(const example::Arguments& arguments) {
  const example::Folder& folder = sharedFolder(arguments);
  const bool readOnly = arguments.has("--read-only");
  const auto talk = [&](netlite::Socket& client) {
    Conversation(client, folder, readOnly).hold();
    example::endConversation(client);
  };
  netlite::ServerSocket listener = example::listenOn(arguments, 6000);
  const std::string greeting = example::greetingOf(listener);
  netlite::TcpServer server(std::move(listener), talk, example::serverOptions(example::usesVirtualThreads(arguments)));

  const example::Interrupt interrupt([&] { server.stop(std::chrono::milliseconds(0)); });
  example::printLine(greeting);
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
