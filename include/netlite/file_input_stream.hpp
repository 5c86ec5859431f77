// SPDX-License-Identifier: MIT
//
// FileInputStream: a file's bytes, java.io.FileInputStream in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace netlite {

class OpenFile;

/// A file's bytes, java.io.FileInputStream in C++. A copy is another handle on the same open file and position, as a
/// socket's streams share their socket. The file is closed by close() or when its last copy is destroyed, and is not
/// inherited by programs that are executed.
///
/// transferTo() a socket's output stream sends the file without copying it through the program where the system can
/// (sendfile on Linux): a large file costs neither memory nor much processor time. Socket::setWriteTimeout,
/// Socket::close() and bytesTransferred() work as for any other transfer, and a file that shrinks meanwhile just ends
/// earlier: compare the result with the length that the peer expects.
///
/// ```cpp
/// netlite::Socket client = netlite::ServerSocket(6000).accept();
/// netlite::FileInputStream file("report.pdf");
/// netlite::SocketOutputStream out = client.getOutputStream();
/// const std::uint64_t sent = file.transferTo(out);
/// std::cout << "sent " << sent << " bytes\n";
/// ```
///
/// Reading blocks as long as the system takes: for a pipe until it has bytes, for a file in a network maybe for long.
/// No timeout applies and close() does not end it; the file is then closed by the last call that uses it.
///
/// Thread-safety: it and its copies may be used from any thread; of several threads that read at the same time each
/// gets some of the bytes.
///
/// Every member that reads throws IOException when the system reports an error, or if the stream is closed
/// (std::errc::operation_canceled); what() names the operation and the path. Unless documented otherwise, members do
/// not block and throw only std::bad_alloc.
class NETLITE_API FileInputStream : public InputStream {
 public:
  /// Opens a file. Blocks as long as the system takes; for a pipe, until another program opens its other end.
  ///
  /// @param path UTF-8 on every system, relative to the working directory
  /// @throws FileNotFoundException the file cannot be opened: it does not exist, is a folder, is not permitted, or the
  ///                               system has no descriptor left; what() names the path and the reason
  explicit FileInputStream(const std::string& path);
  // Copied, never moved: a moved-from stream would have no file.
  FileInputStream(const FileInputStream&) = default;
  FileInputStream& operator=(const FileInputStream&) = default;
  ~FileInputStream() override;

  using InputStream::read;

  /// Reads the next bytes, by one system call.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the file or if `size` is 0, even after close(). A
  ///         file that grows afterwards can be read on.
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes are left up to the present end of a regular file, or fewer if that does not fit a std::size_t; of
  /// anything else, such as a pipe, 0.
  ///
  /// @throws IOException the stream is closed
  std::size_t available() override;

  /// Skips `count` bytes, in a regular file without reading them.
  ///
  /// @return how many were skipped: less than `count` only if the file ended
  std::size_t skip(std::size_t count) override;

  /// True: each read is a system call.
  bool prefersLargeReads() const noexcept override;

  /// Closes the file for all copies. A call in progress continues. Closing a closed stream does nothing.
  ///
  /// @throws IOException the system reports an error. The stream is closed anyway.
  void close() override;

 protected:
  /// Puts bytes before those that are still to be read.
  void unread(std::string bytes) override;

 private:
  bool transferDirectly(OutputStream& out, std::uint64_t& transferred) override;

  std::shared_ptr<OpenFile> file_;  // never null, changed only by assignment
};

}  // namespace netlite
