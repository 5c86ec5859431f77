// SPDX-License-Identifier: MIT
//
// Reads any bytes, arriving in any chunks with timeouts between them, as any mix of values, with and without a
// BufferedInputStream. The values must be those of all bytes in memory, and no timeout may lose one. The input is the
// buffer size, the length of the plan, the plan (what arrives and which calls are made), and the bytes themselves.
#include <netlite/buffered_input_stream.hpp>
#include <netlite/data_input_stream.hpp>
#include <netlite/exceptions.hpp>

#include "java_text.hpp"
#include "planned_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace netlite;
using namespace netlite::fuzz;

constexpr std::size_t kBufferSizes = 32;  // up to this, in bytes; 0 is none

/// The bytes that are still to be read.
class Reference {
 public:
  explicit Reference(std::string_view bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }

  /// The next bytes, which are removed. If there are fewer, all are removed, and there is no value.
  std::optional<std::string_view> take(std::size_t count) {
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(taken.size());
    if (taken.size() != count) return std::nullopt;
    return taken;
  }

  std::optional<std::uint64_t> takeNumber(std::size_t count) {
    const std::optional<std::string_view> taken = take(count);
    if (!taken) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) number = number * 256 + byteOf(*taken, i);
    return number;
  }

  std::optional<std::string_view> takeText() {
    const std::optional<std::uint64_t> length = takeNumber(2);
    return length ? take(static_cast<std::size_t>(*length)) : std::nullopt;
  }

 private:
  std::string_view bytes_;
};

template <typename Read>
void checkNumber(Reference& reference, std::size_t size, Read read) {
  std::optional<std::uint64_t> number;
  try {
    number = read();
  } catch (const EOFException&) {
  }
  require(number == reference.takeNumber(size));
}

void checkText(DataInputStream& in, Reference& reference) {
  std::optional<JavaText> text;
  bool ended = false;
  try {
    text = fromUtf8(in.readUTF());
    require(text.has_value());
  } catch (const EOFException&) {
    ended = true;
  } catch (const UTFDataFormatException&) {
  }
  const std::optional<std::string_view> bytes = reference.takeText();
  require(ended != bytes.has_value());
  if (bytes) require(text == fromModifiedUtf8(*bytes));
}

void checkBytes(DataInputStream& in, Reference& reference, std::size_t size) {
  std::string buffer(size, '\0');
  const std::size_t count = in.read(buffer.data(), size);
  require(count != 0 || reference.size() == 0);
  require(reference.take(count) == std::string_view(buffer).substr(0, count));
}

void checkCall(DataInputStream& in, Reference& reference, std::size_t choice) {
  switch (choice % 8) {
    case 0: return checkNumber(reference, 1, [&] { return in.readUnsignedByte(); });
    case 1: return checkNumber(reference, 2, [&] { return in.readUnsignedShort(); });
    case 2: return checkNumber(reference, 4, [&] { return static_cast<std::uint32_t>(in.readInt()); });
    case 3: return checkNumber(reference, 8, [&] { return static_cast<std::uint64_t>(in.readLong()); });
    case 4: return checkBytes(in, reference, 1 + choice / 8);
    case 5: return require(in.available() <= reference.size());
    default: return checkText(in, reference);
  }
}

DataInputStream streamOn(std::string_view bytes, std::string_view plan, std::size_t bufferSize) {
  if (bufferSize == 0) return DataInputStream(PlannedStream(bytes, plan));
  return DataInputStream(BufferedInputStream(PlannedStream(bytes, plan), bufferSize));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view plan = input.substr(0, std::min<std::size_t>(data[1], input.size()));
  const std::string_view bytes = input.substr(plan.size());

  DataInputStream in = streamOn(bytes, plan, data[0] % kBufferSizes);
  Plan calls(plan);
  Reference reference(bytes);
  for (std::size_t i = 0; i < 3 * size && reference.size() != 0; ++i) {
    try {
      checkCall(in, reference, calls.next());
    } catch (const SocketTimeoutException&) {
      // Nothing is lost, and the next call may be another one.
    }
  }
  return 0;
}
