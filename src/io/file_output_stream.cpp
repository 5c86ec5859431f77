// SPDX-License-Identifier: MIT
//
// A file's output stream: checks arguments, then calls the OpenFile.
// Thread-safety: see the header.
#include <netlite/file_output_stream.hpp>

#include "base/arguments.hpp"
#include "io/open_file.hpp"

namespace netlite {

using platform::FileAccess;

FileOutputStream::FileOutputStream(const std::string& path, bool append)
    : file_(std::make_shared<OpenFile>(path, append ? FileAccess::append : FileAccess::replace)) {}

FileOutputStream::~FileOutputStream() = default;

void FileOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  file_->write(data, size);
}

void FileOutputStream::close() { file_->close(); }

}  // namespace netlite
