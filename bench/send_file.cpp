// SPDX-License-Identifier: MIT
//
// Workload: a file of 1 GiB, which the server opens and sends whenever the client sends a byte, as file_server does.
// The file is in memory (tmpfs) and has no blocks, so that no disk is measured.
//
// The figure is bytes per second. The baseline is open and sendfile.
#include "support/raw_socket.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/sendfile.h>

namespace {

using namespace bench;

constexpr std::size_t kFileSize = std::size_t{1} << 30;  // bytes
constexpr std::size_t kBlock = 256 * 1024;               // bytes, of one receive

std::string& filePath() {
  static std::string path = "/dev/shm/netlite-send-file-XXXXXX";
  return path;
}

// The file exists while this lives.
class SparseFile {
 public:
  SparseFile() : file_(checked(::mkostemp(filePath().data(), O_CLOEXEC), "mkostemp")) {
    checked(::ftruncate(file_.get(), static_cast<off_t>(kFileSize)), "ftruncate");
  }
  ~SparseFile() { ::unlink(filePath().c_str()); }
  SparseFile(const SparseFile&) = delete;
  SparseFile& operator=(const SparseFile&) = delete;

 private:
  const Descriptor file_;
};

// ---- servers, each for one client ----

void rawServer() {
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  const Descriptor client = acceptFrom(listener);
  setNoDelay(client.get());
  for (char request = 0; receiveSome(client.get(), &request, 1) == 1;) {
    const Descriptor file(checked(::open(filePath().c_str(), O_RDONLY | O_CLOEXEC), "open"));
    while (checked(::sendfile(client.get(), file.get(), nullptr, kFileSize), "sendfile") > 0) continue;
  }
}

void netliteServer() {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  announcePort(server.getLocalPort());
  netlite::Socket client = server.accept();
  netlite::SocketInputStream in = client.getInputStream();
  netlite::SocketOutputStream out = client.getOutputStream();
  while (in.read() >= 0) netlite::FileInputStream(filePath()).transferTo(out);
}

// ---- the client ----

void receiveFile(const Descriptor& socket) {
  static std::vector<char> block(kBlock);
  sendAll(socket.get(), "?");
  for (std::size_t left = kFileSize; left > 0;) {
    const std::size_t count = receiveSome(socket.get(), block.data(), std::min(left, block.size()));
    if (count == 0) throw std::runtime_error("the server has closed");
    left -= count;
  }
}

void sendFile(benchmark::State& state, void (*serve)()) {
  const ServerProcess server(serve);
  const Descriptor socket = connectedTo(server.port());
  receiveFile(socket);  // warms up
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { receiveFile(socket); });
  report(state, static_cast<double>(kFileSize) / watch.medianMicroseconds(), "MB/s");
}

void addSendFile(const char* contender, void (*serve)()) {
  add("send_file", contender, [serve](benchmark::State& state) { sendFile(state, serve); });
}

}  // namespace

int main(int count, char** arguments) {
  const SparseFile file;
  addSendFile("raw", rawServer);
  addSendFile("netlite", netliteServer);
  return run(count, arguments);
}
