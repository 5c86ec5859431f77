// SPDX-License-Identifier: MIT
//
// A file's input stream: checks arguments, then calls the OpenFile.
// Thread-safety: see the header.
#include <netlite/file_input_stream.hpp>

#include "base/arguments.hpp"
#include "io/open_file.hpp"

#include <netlite/output_stream.hpp>

#include <utility>

namespace netlite {

FileInputStream::FileInputStream(const std::string& path)
    : file_(std::make_shared<OpenFile>(path, platform::FileAccess::read)) {}

FileInputStream::~FileInputStream() = default;

std::size_t FileInputStream::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  return file_->read(buffer, size);
}

std::size_t FileInputStream::available() { return file_->available(); }

// What follows a regular file's end by then, and what is in no regular file, has to be read.
std::size_t FileInputStream::skip(std::size_t count) {
  const std::size_t jumped = file_->moveForward(count);
  return jumped + InputStream::skip(count - jumped);
}

bool FileInputStream::prefersLargeReads() const noexcept { return true; }

void FileInputStream::close() { file_->close(); }

void FileInputStream::unread(std::string bytes) { file_->unread(std::move(bytes)); }

bool FileInputStream::transferDirectly(OutputStream& out, std::uint64_t& transferred) {
  const OpenFile::Pin open = file_->pinForSystem();
  return open != nullptr && out.sendFile(OpenFile::handle(open), transferred);
}

}  // namespace netlite
