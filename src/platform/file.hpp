// SPDX-License-Identifier: MIT
//
// The platform contract, section file: files as sequences of bytes, and sending one without copying it. platform.hpp
// has the rules.
// Thread-safety: any function may be called from any thread, on the same handle too: the system moves a file's position
// together with the bytes. But no thread may close a handle that another one is using.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace netlite::platform {

/// What a file is opened for. `replace` and `append` create it if there is none; `replace` empties it, and with
/// `append` every write goes to the end as it is then.
enum class FileAccess { read, replace, append };

/// Opens the file at this path, which is UTF-8. A folder is refused. May block, as all functions here, as long as the
/// file system does; opening a pipe blocks until it is open at the other end, too.
Result<Handle> openFile(const std::string& path, FileAccess access);

/// Closes the handle, which is invalid afterwards. An error says that bytes written before may be lost. Not a
/// cancellation point.
std::error_code closeFile(Handle file) noexcept;

/// Reads up to `size` bytes from the file's position. done with 0 bytes is the end. Never reports wouldBlock.
Transfer readFile(Handle file, void* buffer, std::size_t size);

/// Writes at least one byte to a regular file. Never reports wouldBlock.
Transfer writeFile(Handle file, const void* data, std::size_t size);

/// The same for everything else, such as a pipe, whose reader may be gone. It makes more system calls.
Transfer writePipe(Handle pipe, const void* data, std::size_t size);

bool isRegularFile(Handle file);

/// The number of bytes between a regular file's position and its end; 0 beyond the end, and for everything else.
Result<std::uint64_t> bytesLeft(Handle file);

/// Moves a regular file's position forward.
std::error_code moveForward(Handle file, std::uint64_t count);

/// Sends bytes from the file's position to a connected socket, as many as the socket takes now, without copying them
/// through this process. done with 0 bytes is the file's end. The socket must be non-blocking (setBlocking), since the
/// system has no such choice for one call. Where the system cannot do it for this file or at all, it fails with a code
/// other than those of a broken connection, and moves nothing.
Transfer sendFile(Handle socket, Handle file);

}  // namespace netlite::platform
