// SPDX-License-Identifier: MIT
//
// InputStreamReader: makes sure that what comes from a stream is UTF-8, as java.io.InputStreamReader does. It is a
// stream itself, and goes between another one and a BufferedReader.
//
// Thread-safety: one thread reads at a time; close() may be called from any other thread meanwhile if the stream below
// allows that, as a socket's does.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace netlite {

/// Makes sure that what comes from a stream is UTF-8, as java.io.InputStreamReader does. It is a stream itself, and
/// goes between another one and a BufferedReader.
///
/// Well-formed UTF-8 passes through as it is, a byte order mark and zero bytes too. Malformed bytes become U+FFFD, one
/// for each maximal subpart of a character, as the Unicode Standard recommends (section 3.9, "U+FFFD Substitution of
/// Maximal Subparts"). A character may arrive in pieces: one read never gives a part of a character that has not come
/// whole, though a small buffer may take a character in several reads. A piece waits inside across timeouts and errors,
/// and becomes U+FFFD when the stream ends.
///
/// Thread-safety: one thread reads at a time; close() may be called from any other thread meanwhile if the stream below
/// allows that, as a socket's does.
class NETLITE_API InputStreamReader : public InputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream =
      std::is_base_of_v<InputStream, std::decay_t<Stream>> && !std::is_same_v<InputStreamReader, std::decay_t<Stream>>;

 public:
  /// A reader on a stream, which it owns from now on. Reads nothing yet and never blocks.
  ///
  /// @param stream any InputStream, by value: client.getInputStream(), or a copy of a stream of one's own
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit InputStreamReader(Stream&& stream)
      : InputStreamReader(std::unique_ptr<InputStream>(new std::decay_t<Stream>(std::forward<Stream>(stream)))) {}

  /// The same for a stream on the heap.
  ///
  /// @param stream not null
  /// @throws std::invalid_argument `stream` is null
  explicit InputStreamReader(std::unique_ptr<InputStream> stream);

  /// Takes a reader over, with what it holds. Never blocks.
  ///
  /// @param other may only be destroyed or assigned to from now on
  InputStreamReader(InputStreamReader&& other) noexcept;

  /// Drops what this reader holds, and takes another one over. Never blocks.
  ///
  /// @param other may only be destroyed or assigned to from now on
  /// @return this reader
  InputStreamReader& operator=(InputStreamReader&& other) noexcept;

  /// Drops what it holds. Closes nothing and never blocks.
  ~InputStreamReader() override;

  using InputStream::read;

  /// Reads some text. Blocks until a whole character, the end of the stream or an error is there; a socket's timeout is
  /// one deadline for the whole call.
  ///
  /// @param buffer where the UTF-8 goes; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException the deadline passed; nothing is lost, a character's first bytes included
  /// @throws SocketException        the connection was reset, or the socket is closed; nothing is lost then either
  /// @throws IOException            what a stream of another kind throws; nothing is lost then either
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes of text can be read without waiting. Never blocks.
  ///
  /// @return a lower bound, in bytes; a part of a character does not count
  /// @throws SocketException the connection was reset, or the socket is closed
  /// @throws IOException     what a stream of another kind throws
  std::size_t available() override;

  /// Waits for bytes from the stream below, as InputStream::awaitInput says. Blocks as that stream does.
  ///
  /// @param patience how long to wait at most, in milliseconds; zero only looks
  /// @return false if the time passed; true if bytes are there or it cannot be known. Those bytes may be a part of a
  ///         character only, and a read would wait for the rest
  /// @throws std::invalid_argument negative (streams of sockets)
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// Whether a large read is better than several small ones. Never blocks.
  ///
  /// @return what the stream below says
  bool prefersLargeReads() const noexcept override;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java). Blocks only as closing
  /// that one does.
  ///
  /// @throws IOException what closing the stream below throws
  void close() override;

 protected:
  /// Puts text before that which is still to be read. Never blocks.
  ///
  /// @param bytes the text, the earliest first
  void unread(std::string bytes) override;

 private:
  static constexpr std::size_t kLongestCharacter = 4;

  struct Piece {
    std::size_t text = 0;  // bytes put into the buffer; may be 0 where no character is whole
    bool isLast = false;   // the stream below is at its end
  };

  std::size_t readText(char* buffer, std::size_t size);
  Piece readPiece(char* buffer, std::size_t size);
  void decode(const char* bytes, std::size_t size);
  void hold(const char* bytes, std::size_t size) noexcept;
  std::size_t handOut(char* buffer, std::size_t size);

  std::unique_ptr<InputStream> stream_;             // null only once moved from
  std::array<char, kLongestCharacter - 1> held_{};  // the first bytes of a character that has not come whole
  std::size_t held_size_ = 0;
  std::string text_;            // decoded, but more than the caller's buffer could take
  std::size_t text_begin_ = 0;  // what was handed out of text_
};

}  // namespace netlite
