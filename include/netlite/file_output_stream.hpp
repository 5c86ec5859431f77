// SPDX-License-Identifier: MIT
//
// FileOutputStream: writes a file, java.io.FileOutputStream in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

class OpenFile;

/// Writes a file, java.io.FileOutputStream in C++. A copy is another handle on the same open file, as a socket's
/// streams share their socket. The file is closed by close() or when its last copy is destroyed, and is not inherited
/// by programs that are executed. Every write is a system call, so flush() does nothing; put a BufferedOutputStream or
/// a PrintWriter on top for small pieces.
///
/// ```cpp
/// netlite::Socket server("localhost", 6000);
/// netlite::FileOutputStream file("report.pdf");
/// server.getInputStream().transferTo(file);
/// file.close();  // reports what a destructor could not
/// ```
///
/// Thread-safety: it and its copies may be used from any thread; the bytes of one write are never mixed with another's.
///
/// Writing blocks as long as the system takes, and throws IOException when the system reports an error (a full disk is
/// std::errc::no_space_on_device, a pipe without a reader std::errc::broken_pipe and no SIGPIPE; some of the bytes may
/// be written), or if the stream is closed (std::errc::operation_canceled); what() names the operation and the path.
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API FileOutputStream : public OutputStream {
 public:
  /// Opens a file, and creates it if there is none. Blocks as long as the system takes; for a pipe, until another
  /// program opens its other end.
  ///
  /// @param path   UTF-8 on every system, relative to the working directory
  /// @param append true: every write goes to the end of the file. False: what the file has is dropped first.
  /// @throws FileNotFoundException the file cannot be opened or created: its folder does not exist, it is a folder
  ///                               itself, is not permitted, or the system has no descriptor left; what() names the
  ///                               path and the reason
  explicit FileOutputStream(const std::string& path, bool append = false);
  // Copied, never moved: a moved-from stream would have no file.
  FileOutputStream(const FileOutputStream&) = default;
  FileOutputStream& operator=(const FileOutputStream&) = default;
  ~FileOutputStream() override;

  using OutputStream::write;

  /// Writes all of the bytes, normally by one system call.
  ///
  /// @throws std::invalid_argument `data` is null and `size` is not 0
  void write(const void* data, std::size_t size) override;

  /// Closes the file for all copies. A call in progress continues. Closing a closed stream does nothing.
  ///
  /// @throws IOException the system reports an error, as file systems in a network may only then: what was written may
  ///                     be lost. The stream is closed anyway.
  void close() override;

 private:
  std::shared_ptr<OpenFile> file_;  // never null, changed only by assignment
};

}  // namespace netlite
