// SPDX-License-Identifier: MIT
//
// Prints tests/io/java_data_table.hpp: what java.io.DataOutputStream writes and java.io.DataInputStream reads.
//
//   java -Dfile.encoding=UTF-8 tests/java/DataTable.java > tests/io/java_data_table.hpp
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

public class DataTable {
  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static void print(String line) {
    System.out.print(line + "\n");  // on Windows, too
  }

  private static String hex(byte[] bytes) {
    StringBuilder digits = new StringBuilder();
    for (byte one : bytes) digits.append(String.format("%02X", one));
    return digits.toString();
  }

  private static byte[] bytes(String digits) {
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  private static String bytesOf(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writing.to(new DataOutputStream(bytes));
    return hex(bytes.toByteArray());
  }

  private static String utf8(String text) {
    return hex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void begin(String type, String name, String comment) {
    print("\n/// " + comment + "\ninline const std::vector<" + type + "> " + name + "{");
  }

  private static void row(String value, String bytes) {
    print("    {" + value + ", \"" + bytes + "\"},");
  }

  private static void end() {
    print("};");
  }

  private static void integers() throws IOException {
    begin("Integer", "kBooleans", "writeBoolean");
    for (int value : new int[] {0, 1}) row("" + value, bytesOf(out -> out.writeBoolean(value != 0)));
    end();
    int[] ints = {0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536, 0x12345678,
        Integer.MAX_VALUE, Integer.MIN_VALUE};
    begin("Integer", "kBytes", "writeByte");
    for (int value : ints) row(value + "LL", bytesOf(out -> out.writeByte(value)));
    end();
    begin("Integer", "kShorts", "writeShort");
    for (int value : ints) row(value + "LL", bytesOf(out -> out.writeShort(value)));
    end();
    begin("Integer", "kChars", "writeChar");
    for (int value : ints) row(value + "LL", bytesOf(out -> out.writeChar(value)));
    end();
    begin("Integer", "kInts", "writeInt");
    for (int value : ints) row(value + "LL", bytesOf(out -> out.writeInt(value)));
    end();
    begin("Integer", "kLongs", "writeLong");
    for (int value : ints) row(value + "LL", bytesOf(out -> out.writeLong(value)));
    for (long value : new long[] {0x123456789ABCDEFL, 0xFEDCBA9876543210L, 1L << 32, Long.MAX_VALUE}) {
      row(value + "LL", bytesOf(out -> out.writeLong(value)));
    }
    row("std::numeric_limits<std::int64_t>::min()", bytesOf(out -> out.writeLong(Long.MIN_VALUE)));
    end();
  }

  private static void numbers() throws IOException {
    begin("Bits", "kFloats", "writeFloat of the number with these bits: zeros, ones, limits, infinities and NaNs");
    for (int bits : new int[] {0, 0x80000000, 0x3F800000, 0xBF800000, 0x3DCCCCCD, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF,
        0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7FC00001, 0x7FFFFFFF, 0xFFFFFFFF}) {
      row(String.format("0x%08X", bits), bytesOf(out -> out.writeFloat(Float.intBitsToFloat(bits))));
    }
    end();
    begin("Bits", "kDoubles", "writeDouble of the number with these bits");
    for (long bits : new long[] {0, 1L << 63, 0x3FF0000000000000L, 0xBFF0000000000000L, 0x3FB999999999999AL, 1,
        0xFFFFFFFFFFFFFL, 0x10000000000000L, 0x7FEFFFFFFFFFFFFFL, 0x7FF0000000000000L, 0xFFF0000000000000L,
        0x7FF8000000000000L, 0xFFF8000000000000L, 0x7FF8000000000001L, 0x7FFFFFFFFFFFFFFFL, -1}) {
      row(String.format("0x%016X", bits), bytesOf(out -> out.writeDouble(Double.longBitsToDouble(bits))));
    }
    end();
  }

  private static void texts() throws IOException {
    begin("Text", "kTexts", "writeUTF of the text with these UTF-8 bytes");
    for (String text : new String[] {"", "a", "hello", "\0", "a\0b\0", "\u0001\u007F", "\u0080", "\u07FF", "\u0800",
        "\uD7FF", "\uE000", "\uFEFF", "\uFFFD\uFFFF", "\uD800\uDC00", "\uDBFF\uDFFF", "안녕하세요",
        "é\0한🙂z", "🙂🙂", "e\u0301"}) {
      row('"' + utf8(text) + '"', bytesOf(out -> out.writeUTF(text)));
    }
    end();
  }

  /** What readUTF() makes of these bytes: the text in UTF-8, or why there is none. */
  private static String read(byte[] bytes) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    new DataOutputStream(wire).writeShort(bytes.length);
    wire.write(bytes);
    try {
      return describe(bytes, new DataInputStream(new ByteArrayInputStream(wire.toByteArray())).readUTF());
    } catch (IOException refusal) {
      return "refused";
    }
  }

  private static String describe(byte[] bytes, String text) throws IOException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) return "unpaired";
    String shortest = bytesOf(out -> out.writeUTF(text)).substring(4);
    return shortest.equals(hex(bytes).replace("00", "C080")) ? utf8(text) : "overlong";
  }

  private static void readings() throws IOException {
    begin("Reading", "kReadings",
        "readUTF of these bytes, after their length: the text in UTF-8, or why netlite refuses it");
    for (String digits : new String[] {
        "", "00", "6100", "7F", "C080", "61C08062", // zero bytes
        "C081", "C0AF", "C1BF", "E08080", "E09FBF", "E08180", // overlong forms
        "C280", "DFBF", "E0A080", "ED9FBF", "EE8080", "EFBFBF", // the limits of each length
        "80", "BF", "6180", "8080", // no first byte
        "C2", "61DF", "C241", "C2C2", "C200", "C2FF", // cut or not continued, in two bytes
        "E1", "E180", "E14180", "E18041", "E1C080", "E180C0", "61E180", // and in three
        "F0908080", "F48FBFBF", "F5808080", "F8", "FC", "FE", "FF", "F0", "F09080", // four bytes and more
        "EDA080EDB080", "EDAFBFEDBFBF", "61EDA0BDEDB98262", // pairs
        "EDA080", "EDB080", "EDA08061", "61EDB080", "EDA080EDA080", "EDB080EDA080", "EDB080EDB080", // unpaired
        "EDA080E18080", "EDA080EDA080EDB080", "EDA080EDB080EDB080", "EDA080EDB0", "EDA080ED", "EDA0", "ED",
        "EDA080C280", "EDA04180EDB080"}) {
      print("    {\"" + digits + "\", \"" + read(bytes(digits)) + "\"},");
    }
    end();
  }

  public static void main(String[] args) throws IOException {
    print("// SPDX-License-Identifier: MIT\n//\n"
        + "// Values and their bytes in hexadecimal digits, as Java 17 printed them (tests/java/DataTable.java).\n"
        + "#pragma once\n\n"
        + "#include <cstdint>\n#include <limits>\n#include <string>\n#include <vector>\n\n"
        + "// clang-format off\n\nnamespace netlite::test::jdk {\n\n"
        + "struct Integer {\n  std::int64_t value;\n  std::string bytes;\n};\n\n"
        + "struct Bits {\n  std::uint64_t bits;\n  std::string bytes;\n};\n\n"
        + "struct Text {\n  std::string utf8;\n  std::string bytes;\n};\n\n"
        + "struct Reading {\n  std::string bytes;\n  std::string result;\n};");
    integers();
    numbers();
    texts();
    readings();
    print("\n}  // namespace netlite::test::jdk");
  }
}
