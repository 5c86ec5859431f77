// SPDX-License-Identifier: MIT
//
// InputStreamReader: turns malformed UTF-8 of a stream into U+FFFD, java.io.InputStreamReader in C++.
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

/// Makes sure that what comes from a stream is UTF-8, as java.io.InputStreamReader does. It is a stream itself, placed
/// between another one and a BufferedReader.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::BufferedReader in(netlite::InputStreamReader(socket.getInputStream()));
/// ```
///
/// Well-formed UTF-8 passes through unchanged, including a byte order mark and zero bytes. Malformed bytes become
/// U+FFFD, one for each maximal subpart of a character, as the Unicode Standard recommends (section 3.9, "U+FFFD
/// Substitution of Maximal Subparts"). A character may arrive in pieces: a read never returns a part of a character
/// that has not arrived whole, though with a small buffer a character may take several reads. A piece is kept across
/// timeouts and errors, and becomes U+FFFD when the stream ends.
///
/// It blocks and throws as the stream below does; a socket's timeout is one deadline for the whole call. Nothing is
/// lost then.
///
/// Thread-safety: one thread reads at a time; any thread may call close() at any time if the stream below allows that,
/// as a socket's does.
class NETLITE_API InputStreamReader : public InputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream =
      std::is_base_of_v<InputStream, std::decay_t<Stream>> && !std::is_same_v<InputStreamReader, std::decay_t<Stream>>;

 public:
  /// Creates a reader on a stream, which it owns: any InputStream, by value, such as client.getInputStream() or a copy
  /// of your own stream. Reads nothing yet.
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit InputStreamReader(Stream&& stream)
      : InputStreamReader(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream))) {}

  /// Creates a reader on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null
  explicit InputStreamReader(std::unique_ptr<InputStream> stream);

  /// Moves a reader with the text that it holds. `other` may only be destroyed or assigned to afterwards.
  InputStreamReader(InputStreamReader&& other) noexcept;

  /// Drops what this reader holds, and moves `other` here, as the constructor does.
  InputStreamReader& operator=(InputStreamReader&& other) noexcept;

  /// Drops what this reader holds. Does not close the stream below.
  ~InputStreamReader() override;

  using InputStream::read;

  /// Reads some text. Blocks until a whole character arrives, or the end of the stream or an error.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes of text can be read without blocking.
  ///
  /// @return a lower bound; a part of a character does not count
  std::size_t available() override;

  /// Waits for bytes from the stream below, see InputStream::awaitInput. They may be only a part of a character, and a
  /// read would wait for the rest.
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// As for the stream below.
  bool prefersLargeReads() const noexcept override;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java).
  void close() override;

 protected:
  /// Puts text before the text that is still to be read.
  void unread(std::string bytes) override;

 private:
  static constexpr std::size_t kMaxCharacterLength = 4;

  struct Piece {
    std::size_t text = 0;  // bytes put into the buffer; may be 0 if no character is whole
    bool isLast = false;   // the stream below is at its end
  };

  std::size_t readText(char* buffer, std::size_t size);
  Piece readPiece(char* buffer, std::size_t size);
  void decode(const char* bytes, std::size_t size);
  void hold(const char* bytes, std::size_t size) noexcept;
  std::size_t handOut(char* buffer, std::size_t size);

  std::unique_ptr<InputStream> stream_;               // null only once moved from
  std::array<char, kMaxCharacterLength - 1> held_{};  // the first bytes of an incomplete character
  std::size_t held_size_ = 0;
  std::string text_;            // decoded, but too long for the caller's buffer
  std::size_t text_begin_ = 0;  // how much of text_ was returned
};

}  // namespace netlite
