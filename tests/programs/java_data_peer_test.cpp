// SPDX-License-Identifier: MIT
//
// Data streams with a live Java at the other end (tests/java/DataPeer.java), in both roles, and the table of bytes that
// Java has printed (tests/io/java_data_table.hpp).
// Thread-safety: each test has its own peer.
#include "io/java_data_table.hpp"
#include "support/hex.hpp"
#include "support/java.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace netlite::test {
namespace {

constexpr int kTexts = 100000;

class JavaDataPeer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!hasJava()) GTEST_SKIP() << "CMake found no javac";
  }
};

// The streams of a connection to a peer that returns each value.
class Values {
 public:
  explicit Values(Socket& socket)
      : in_(BufferedInputStream(socket.getInputStream())), out_(BufferedOutputStream(socket.getOutputStream())) {}

  template <typename Write, typename Read>
  auto returned(const char* type, Write write, Read read) {
    out_.writeUTF(type);
    write(out_);
    out_.flush();
    return read(in_);
  }

  void end() {
    out_.writeUTF("end");
    out_.flush();
    EXPECT_EQ(in_.read(), -1);
  }

 private:
  DataInputStream in_;
  DataOutputStream out_;
};

void expectIntegersReturn(Values& values) {
  for (const bool value : {false, true}) {
    EXPECT_EQ(values.returned(
                  "boolean", [&](auto& out) { out.writeBoolean(value); }, [](auto& in) { return in.readBoolean(); }),
              value);
  }
  for (const jdk::Integer& integer : jdk::kInts) {
    const auto value = static_cast<std::int32_t>(integer.value);
    const auto writeByte = [&](auto& out) { out.writeByte(value); };
    const auto writeShort = [&](auto& out) { out.writeShort(value); };
    const auto writeChar = [&](auto& out) { out.writeChar(value); };
    const auto writeInt = [&](auto& out) { out.writeInt(value); };
    EXPECT_EQ(values.returned("byte", writeByte, [](auto& in) { return in.readByte(); }),
              static_cast<std::int8_t>(value));
    EXPECT_EQ(values.returned("unsigned byte", writeByte, [](auto& in) { return in.readUnsignedByte(); }),
              static_cast<std::uint8_t>(value));
    EXPECT_EQ(values.returned("short", writeShort, [](auto& in) { return in.readShort(); }),
              static_cast<std::int16_t>(value));
    EXPECT_EQ(values.returned("unsigned short", writeShort, [](auto& in) { return in.readUnsignedShort(); }),
              static_cast<std::uint16_t>(value));
    EXPECT_EQ(values.returned("char", writeChar, [](auto& in) { return in.readChar(); }), static_cast<char16_t>(value));
    EXPECT_EQ(values.returned("int", writeInt, [](auto& in) { return in.readInt(); }), value);
  }
  for (const jdk::Integer& integer : jdk::kLongs) {
    EXPECT_EQ(values.returned(
                  "long", [&](auto& out) { out.writeLong(integer.value); }, [](auto& in) { return in.readLong(); }),
              integer.value);
  }
}

void expectNumbersReturn(Values& values) {
  for (const double value : {0.0, -1.5, 3.141592653589793, 1e300, std::numeric_limits<double>::denorm_min(),
                             -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(values.returned(
                  "double", [&](auto& out) { out.writeDouble(value); }, [](auto& in) { return in.readDouble(); }),
              value);
    const auto single = static_cast<float>(value < 1e38 ? value : 1.0);
    EXPECT_EQ(values.returned(
                  "float", [&](auto& out) { out.writeFloat(single); }, [](auto& in) { return in.readFloat(); }),
              single);
  }
}

void expectTextsReturn(Values& values) {
  const auto returned = [&](const std::string& text) {
    return values.returned(
        "text", [&](auto& out) { out.writeUTF(text); }, [](auto& in) { return in.readUTF(); });
  };
  for (const jdk::Text& text : jdk::kTexts) EXPECT_EQ(toHex(returned(fromHex(text.utf8))), text.utf8);
  const std::string longest(65535, 't');
  EXPECT_EQ(returned(longest), longest);
}

void expectBytesReturn(Values& values) {
  const std::string bytes(100000, '\xFF');
  const std::string returned = values.returned(
      "bytes",
      [&](auto& out) {
        out.writeInt(static_cast<std::int32_t>(bytes.size()));
        out.writeBytes(bytes);
      },
      [&](auto& in) {
        std::string read(bytes.size(), '\0');
        in.readFully(&read[0], read.size());
        return read;
      });
  EXPECT_EQ(returned == bytes, true);
}

void expectEverythingReturns(Socket& socket) {
  Values values(socket);
  expectIntegersReturn(values);
  expectNumbersReturn(values);
  expectTextsReturn(values);
  expectBytesReturn(values);
  values.end();
}

TEST_F(JavaDataPeer, AServerInJavaReturnsEveryValue) {
  Server server = javaServer("DataPeer");
  Socket socket(InetAddress::getLoopbackAddress(), server.port);
  expectEverythingReturns(socket);
  EXPECT_EQ(server.process.wait(), 0);
}

TEST_F(JavaDataPeer, AClientInJavaReturnsEveryValue) {
  ServerSocket server = loopbackServer();
  Process client = javaClient("DataPeer", server.getLocalPort());
  Socket socket = server.accept();
  expectEverythingReturns(socket);
  EXPECT_EQ(client.wait(), 0);
}

// Reads texts that Java has written, compares each with its UTF-8, which follows it, and writes it back.
void returnTexts(Socket& socket, int count) {
  DataInputStream in{BufferedInputStream(socket.getInputStream())};
  DataOutputStream out{BufferedOutputStream(socket.getOutputStream())};
  for (int i = 0; i < count; ++i) {
    const std::string text = in.readUTF();
    std::string utf8(static_cast<std::size_t>(in.readInt()), '\0');
    in.readFully(&utf8[0], utf8.size());
    ASSERT_EQ(toHex(text), toHex(utf8)) << "text " << i;
    out.writeUTF(utf8);
  }
  out.flush();
}

// `.ci/more texts` runs it with a million texts.
TEST_F(JavaDataPeer, AgreesOnRandomTexts) {
  const char* const wanted = std::getenv("NETLITE_TEST_TEXTS");
  const int count = wanted == nullptr ? kTexts : std::atoi(wanted);
  ServerSocket server = loopbackServer();
  Process client = javaClient("DataPeer", server.getLocalPort(), {std::to_string(count)});
  Socket socket = server.accept();
  const std::string seed = client.out.readLine();
  SCOPED_TRACE(seed);
  returnTexts(socket, count);
  EXPECT_EQ(client.wait(), 0);
  const std::string message = std::to_string(count) + " texts came back";
  EXPECT_EQ(client.output.substr(0, message.size()), message);
}

TEST_F(JavaDataPeer, PrintsTheTableOfTheOtherTests) {
  std::ifstream file(NETLITE_JAVA_DATA_TABLE);
  const std::string table{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Process printer = java("DataTable", {});
  EXPECT_EQ(printer.wait(), 0);
  EXPECT_EQ(printer.output == table, true) << "see tests/java/DataTable.java";
}

}  // namespace
}  // namespace netlite::test
