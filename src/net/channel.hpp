// SPDX-License-Identifier: MIT
//
// Channel: what a socket reads from and writes to if its bytes do not travel as they are. This is the seam that TLS
// stands on: a library outside the core implements it, so these names are exported.
// Thread-safety: as documented for each.
#pragma once

#include "base/deadline.hpp"

#include <netlite/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace netlite {

class ServerSocket;
class Socket;

/// The descriptor of a connected socket, as a Channel uses it. One belongs to one call, in which the descriptor stays
/// the socket's. close() from any thread ends the waiting of every member, with a SocketException.
class Wire {
 public:
  /// Receives at least one byte. Waits until the deadline, without a deadline inside one system call. Receives what has
  /// arrived, however early the deadline.
  ///
  /// @return 0 at the end of the stream, which confirmEnd() examines, or after shutdownInput()
  /// @throws SocketTimeoutException, SocketException
  virtual std::size_t receive(void* buffer, std::size_t size, Deadline deadline) = 0;

  /// Receives what has arrived, without waiting. Returns nothing if nothing has, and 0 as receive() does.
  /// @throws SocketException
  virtual std::optional<std::size_t> tryReceive(void* buffer, std::size_t size) = 0;

  /// Throws if a zero-byte receive hides a reset. May wait for a write in progress on a connection that was reset, so
  /// only for the holder of the read turn.
  virtual void confirmEnd() = 0;

  virtual bool isInputShutDown() const noexcept = 0;

  /// Sends all of the bytes; waits for room until the deadline.
  ///
  /// @param sent             the number of bytes already sent; counted on, and valid when this throws
  /// @param bytesTransferred for SocketTimeoutException
  /// @throws SocketTimeoutException, SocketException
  virtual void send(const char* data, std::size_t size, std::size_t& sent, Deadline deadline,
                    std::size_t bytesTransferred) = 0;

  /// Sends what the system takes now, and returns how many bytes. Failures are left to the next send().
  virtual std::size_t trySend(const char* data, std::size_t size) noexcept = 0;

  /// The operation and the peer, for messages: "handshake with localhost/127.0.0.1:443".
  virtual std::string describe(const char* operation) const = 0;

  /// The number of forks that this process has been through. The state of a channel that is older than the last one may
  /// be shared with another process.
  virtual std::uint32_t forkCount() const noexcept = 0;

 protected:
  ~Wire() = default;
};

/// Turns the bytes of the user into those on the wire. What a member does not finish before the deadline, the next call
/// continues.
///
/// Thread-safety: one thread at a time calls read(), available() and awaitInput(), the holder of the read turn, and
/// one thread calls write() and endOutput(), the holder of the write turn. The other members may be called at any time.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Does what has to be done before bytes can be exchanged, if it has not been done.
  virtual void handshake(Wire& wire, Deadline deadline) = 0;

  /// Reads what has arrived, at least one byte. Returns 0 at the end of the stream. If it returns fewer bytes than
  /// `size`, it has drained the socket, or what follows has no bytes for the user.
  virtual std::size_t read(Wire& wire, void* buffer, std::size_t size, Deadline deadline) = 0;

  /// Writes all of the bytes. bytesTransferred() of a SocketTimeoutException is the number that must not be written
  /// again.
  virtual void write(Wire& wire, const char* data, std::size_t size, Deadline deadline) = 0;

  /// The number of bytes that can be read without waiting.
  virtual std::size_t available(Wire& wire) = 0;

  /// Waits until read() would not wait. False if the deadline came first. Throws nothing but std::bad_alloc.
  virtual bool awaitInput(Wire& wire, Deadline deadline) = 0;

  /// Tells the peer that no more bytes follow. handshake() has returned.
  virtual void endOutput(Wire& wire, Deadline deadline) = 0;

  /// The same, if that needs no waiting: the socket is about to be closed.
  virtual void close(Wire& wire) noexcept = 0;
};

/// Makes the channels of accepted sockets.
class ChannelFactory {
 public:
  virtual ~ChannelFactory() = default;
  virtual std::unique_ptr<Channel> make() = 0;
};

/// From now on the socket and all its streams use the channel. Bytes that were put back into a stream are dropped: they
/// came in before. Waits for a read or a write in progress.
///
/// @throws SocketTimeoutException the read timeout passed
/// @throws SocketException        the socket is not connected, closed, or has a channel
NETLITE_API void setChannel(Socket& socket, std::unique_ptr<Channel> channel);

/// The socket's channel; null if it has none.
NETLITE_API Channel* channelOf(const Socket& socket);

/// Calls the channel's handshake(), under this deadline and the socket's read timeout. Requires a channel.
NETLITE_API void completeHandshake(Socket& socket, Deadline deadline);

/// From now on accepted sockets have channels.
///
/// @throws SocketException the server socket is closed or has channels
NETLITE_API void setChannelFactory(ServerSocket& server, std::shared_ptr<ChannelFactory> factory);

}  // namespace netlite
