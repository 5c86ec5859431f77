// SPDX-License-Identifier: MIT
//
// How file_server and file_client send a file to each other. The protocol, in the values of Java's DataOutputStream:
//
//   client: UTF "list"
//   server: UTF reason, then for each file boolean true, UTF name, long size; boolean false
//
//   client: UTF "get", UTF name, what it has       server: UTF reason, the file
//
//   client: UTF "put", UTF name                    server: UTF reason, what it has
//   client: the file                               server: UTF reason, long checksum
//
//   reason:      empty, or why not; then nothing follows
//   what it has: long length, long checksum: of what an earlier transfer has left
//   the file:    long size, long start: as much of the receiver's bytes as are the file's; the bytes from there to the
//                file's end; long length, long checksum: of the whole file, a length of -1 if it has shrunk meanwhile;
//                the end of the stream
//
// The length comes last since a file may grow while it is sent.
#pragma once

#include "support/checksum.hpp"
#include "support/conversation.hpp"
#include "support/folder.hpp"
#include "support/partial_file.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// How long a peer may neither send nor take a byte. It may have to read a large file for its checksum meanwhile.
constexpr std::chrono::minutes kTransferPatience{10};

/// The file has changed or suffered on its way; what() says so.
class TransferFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A length and a checksum.
struct Digest {
  std::int64_t length = 0;
  std::uint64_t checksum = 0;

  static Digest of(const Checksum& bytes) { return {static_cast<std::int64_t>(bytes.length()), bytes.value()}; }

  static Digest readFrom(netlite::DataInputStream& in) {
    const std::int64_t length = in.readLong();
    return {length, static_cast<std::uint64_t>(in.readLong())};
  }

  void writeTo(netlite::DataOutputStream& out) const {
    out.writeLong(length);
    out.writeLong(static_cast<std::int64_t>(checksum));
  }
};

/// A whole file that has been transferred, and how much of it an earlier transfer had left.
struct Transferred {
  std::uint64_t start = 0;
  Digest whole;
};

/// Sends a file from where the receiver's bytes end.
class FileSender {
 public:
  /// @param path leads to the same file each time
  /// @param size how long it is now
  /// @throws netlite::FileNotFoundException
  FileSender(std::string path, std::uint64_t size) : path_(std::move(path)), size_(size), file_(path_) {}

  std::uint64_t size() const { return size_; }

  /// How much of the file has been handed to the system. May be called from any thread.
  std::uint64_t position() { return size_ - std::min<std::uint64_t>(size_, file_.available()); }

  /// Sends the file, and then the end of the stream.
  ///
  /// @param have what the receiver has
  /// @return what was sent, with what the receiver had before
  /// @throws TransferFailed the file has shrunk meanwhile, which the receiver learns
  Transferred send(netlite::Socket& socket, const Digest& have) {
    netlite::DataOutputStream out(socket.getOutputStream());
    Checksum checksum = commonStart(have);
    const std::uint64_t start = checksum.length();
    out.writeLong(static_cast<std::int64_t>(size_));
    out.writeLong(static_cast<std::int64_t>(start));
    moveTo(start);
    const std::uint64_t length = start + sendRest(socket);
    const bool isWhole = length >= size_ && readTo(checksum, length);
    (isWhole ? Digest::of(checksum) : Digest{-1, 0}).writeTo(out);
    finishSending(socket);
    if (!isWhole) throw TransferFailed("the file has shrunk while it was sent");
    return {start, Digest::of(checksum)};
  }

 private:
  // What both have. Nothing if the receiver's bytes are not those of the file.
  Checksum commonStart(const Digest& have) const {
    Checksum checksum;
    const bool isPossible = have.length > 0 && static_cast<std::uint64_t>(have.length) <= size_;
    if (!isPossible || !readTo(checksum, static_cast<std::uint64_t>(have.length))) return {};
    return checksum.value() == have.checksum ? checksum : Checksum();
  }

  // Adds the file's bytes up to `end`. Returns whether there are so many.
  bool readTo(Checksum& checksum, std::uint64_t end) const {
    netlite::FileInputStream in(path_);
    skip(in, checksum.length());
    addTo(checksum, in, end - checksum.length());
    return checksum.length() == end;
  }

  void moveTo(std::uint64_t position) { skip(file_, position); }

  static void skip(netlite::InputStream& in, std::uint64_t count) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::size_t>::max() / 2;  // on a 32-bit system less than a file
    for (std::uint64_t part = 1; count > 0 && part > 0; count -= part) {
      part = in.skip(static_cast<std::size_t>(std::min(count, kMax)));
    }
  }

  // The system sends the file, without copying it. A virtual thread holds up its carrier only while the system reads as
  // much of the file as fits into the socket's buffer; no helper does this, since it would wait for the receiver, too.
  // The timeout is one deadline for a whole transfer, but the next
  // transfer continues where it has stopped. So a receiver may be slow, as long as it takes something in each period.
  std::uint64_t sendRest(netlite::Socket& socket) {
    netlite::SocketOutputStream out = socket.getOutputStream();
    socket.setWriteTimeout(kTransferPatience);
    for (std::uint64_t sent = 0;;) {
      try {
        return sent + file_.transferTo(out);
      } catch (const netlite::SocketTimeoutException& timeout) {
        if (timeout.bytesTransferred() == 0) throw;
        sent += timeout.bytesTransferred();
      }
    }
  }

  const std::string path_;
  const std::uint64_t size_;
  netlite::FileInputStream file_;
};

/// Receives a file, from where an earlier transfer has stopped.
class FileReceiver {
 public:
  /// @throws FileRefused
  FileReceiver(const Folder& folder, const std::string& name) : partial_(folder, name), checksum_(partial_.content()) {}

  /// What an earlier transfer has left.
  Digest have() const { return Digest::of(checksum_); }

  /// What the sender has announced, and how far the file has come. May be called from any thread.
  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }

  /// Receives the file and puts it in place.
  ///
  /// @throws TransferFailed       it is not what the sender has sent, and nothing of it is kept; or the connection
  ///                              ended too early, and what has arrived is kept
  /// @throws FileRefused          it cannot be written (the disk is full), and nothing of it is kept
  /// @throws netlite::IOException the connection broke, and what has arrived is kept
  Transferred receive(netlite::DataInputStream& in) {
    const std::int64_t size = in.readLong();
    const std::int64_t start = in.readLong();
    beginAt(start);
    size_ = static_cast<std::uint64_t>(size);
    const Digest sent = copyFile(in);
    const Digest received = Digest::of(checksum_);
    if (sent.length == -1) fail("the file has shrunk while it was sent");
    if (sent.length != received.length || sent.length < size) throw TransferFailed("the connection ended too early");
    if (sent.checksum != received.checksum) fail("the checksums differ");
    partial_.complete();
    return {static_cast<std::uint64_t>(start), received};
  }

 private:
  static constexpr std::size_t kDigest = 16;  // bytes

  void beginAt(std::int64_t start) {
    if (start != 0 && start != have().length) throw TransferFailed("the sender begins at a wrong place");
    if (start == 0) clear();
    position_ = checksum_.length();
  }

  void clear() {
    partial_.clear();
    checksum_ = {};
  }

  [[noreturn]] void fail(const std::string& reason) {
    clear();
    throw TransferFailed(reason);
  }

  // Copies everything but the digest, which is at the very end.
  Digest copyFile(netlite::DataInputStream& in) {
    netlite::FileOutputStream file = partial_.append();
    std::vector<char> buffer(64 * 1024);
    std::size_t held = 0;
    while (const std::size_t count = in.read(buffer.data() + held, buffer.size() - held)) {
      held += count;
      if (held <= kDigest) continue;
      keep(file, buffer.data(), held - kDigest);
      std::copy(buffer.data() + held - kDigest, buffer.data() + held, buffer.data());
      held = kDigest;
    }
    file.close();
    if (held < kDigest) throw TransferFailed("the connection ended too early");
    netlite::DataInputStream digest(netlite::ByteArrayInputStream(std::string(buffer.data(), held)));
    return Digest::readFrom(digest);
  }

  // If the disk is full, what is here only makes it fuller. The disk may be slow, so for a virtual thread a helper
  // writes.
  void keep(netlite::FileOutputStream& file, const char* bytes, std::size_t size) {
    try {
      netlite::Thread::blocking([&] { file.write(bytes, size); });
    } catch (const netlite::IOException& e) {
      clear();
      throw FileRefused(e.code().message());
    }
    checksum_.add(bytes, size);
    position_ = checksum_.length();
  }

  PartialFile partial_;
  Checksum checksum_;  // of what the partial file has
  std::atomic<std::uint64_t> size_{0};
  std::atomic<std::uint64_t> position_{0};
};

}  // namespace example
