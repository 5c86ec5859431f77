// SPDX-License-Identifier: MIT
//
// Takes any bytes as a text on the wire, and as a text to write. Both must be what a simple converter makes of them, or
// be refused.
#include <netlite/byte_array_stream.hpp>
#include <netlite/data_input_stream.hpp>
#include <netlite/data_output_stream.hpp>
#include <netlite/exceptions.hpp>

#include "java_text.hpp"
#include "planned_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace netlite;
using namespace netlite::fuzz;

constexpr std::size_t kMaxLength = 65535;

std::string withLength(const std::string& bytes) {
  return std::string{static_cast<char>(bytes.size() / 256), static_cast<char>(bytes.size() % 256)} + bytes;
}

std::optional<std::string> readText(const std::string& bytes) {
  DataInputStream in{ByteArrayInputStream(withLength(bytes) + "z")};
  std::optional<std::string> text;
  try {
    text = in.readUTF();
  } catch (const UTFDataFormatException&) {
  }
  require(in.read() == 'z');  // whatever the text is, it is consumed whole
  return text;
}

std::optional<std::string> writeText(std::string_view text) {
  ByteArrayOutputStream sent;
  DataOutputStream out(sent);
  try {
    out.writeUTF(text);
  } catch (const UTFDataFormatException&) {
    require(sent.size() == 0);
    return std::nullopt;
  }
  return sent.toString();
}

void checkReading(const std::string& bytes) {
  const std::optional<JavaText> expected = fromModifiedUtf8(bytes);
  const std::optional<std::string> text = readText(bytes);
  require(text.has_value() == expected.has_value());
  if (text) require(fromUtf8(*text) == expected);
}

void checkWriting(const std::string& text) {
  const std::optional<JavaText> expected = fromUtf8(text);
  const std::optional<std::string> written = writeText(text);
  if (!expected) return require(!written);
  const std::string bytes = toModifiedUtf8(*expected);
  require(written.has_value() == (bytes.size() <= kMaxLength));
  if (!written) return;
  require(*written == withLength(bytes));
  require(readText(bytes) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  if (size <= kMaxLength) checkReading(bytes);
  checkWriting(bytes);
  return 0;
}
