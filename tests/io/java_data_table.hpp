// SPDX-License-Identifier: MIT
//
// Values and their bytes in hexadecimal digits, as Java 17 printed them (tests/java/DataTable.java).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// clang-format off

namespace netlite::test::jdk {

struct Integer {
  std::int64_t value;
  std::string bytes;
};

struct Bits {
  std::uint64_t bits;
  std::string bytes;
};

struct Text {
  std::string utf8;
  std::string bytes;
};

struct Reading {
  std::string bytes;
  std::string result;
};

/// writeBoolean
inline const std::vector<Integer> kBooleans{
    {0, "00"},
    {1, "01"},
};

/// writeByte
inline const std::vector<Integer> kBytes{
    {0LL, "00"},
    {1LL, "01"},
    {-1LL, "FF"},
    {127LL, "7F"},
    {128LL, "80"},
    {-128LL, "80"},
    {-129LL, "7F"},
    {255LL, "FF"},
    {256LL, "00"},
    {32767LL, "FF"},
    {32768LL, "00"},
    {-32768LL, "00"},
    {-32769LL, "FF"},
    {65535LL, "FF"},
    {65536LL, "00"},
    {305419896LL, "78"},
    {2147483647LL, "FF"},
    {-2147483648LL, "00"},
};

/// writeShort
inline const std::vector<Integer> kShorts{
    {0LL, "0000"},
    {1LL, "0001"},
    {-1LL, "FFFF"},
    {127LL, "007F"},
    {128LL, "0080"},
    {-128LL, "FF80"},
    {-129LL, "FF7F"},
    {255LL, "00FF"},
    {256LL, "0100"},
    {32767LL, "7FFF"},
    {32768LL, "8000"},
    {-32768LL, "8000"},
    {-32769LL, "7FFF"},
    {65535LL, "FFFF"},
    {65536LL, "0000"},
    {305419896LL, "5678"},
    {2147483647LL, "FFFF"},
    {-2147483648LL, "0000"},
};

/// writeChar
inline const std::vector<Integer> kChars{
    {0LL, "0000"},
    {1LL, "0001"},
    {-1LL, "FFFF"},
    {127LL, "007F"},
    {128LL, "0080"},
    {-128LL, "FF80"},
    {-129LL, "FF7F"},
    {255LL, "00FF"},
    {256LL, "0100"},
    {32767LL, "7FFF"},
    {32768LL, "8000"},
    {-32768LL, "8000"},
    {-32769LL, "7FFF"},
    {65535LL, "FFFF"},
    {65536LL, "0000"},
    {305419896LL, "5678"},
    {2147483647LL, "FFFF"},
    {-2147483648LL, "0000"},
};

/// writeInt
inline const std::vector<Integer> kInts{
    {0LL, "00000000"},
    {1LL, "00000001"},
    {-1LL, "FFFFFFFF"},
    {127LL, "0000007F"},
    {128LL, "00000080"},
    {-128LL, "FFFFFF80"},
    {-129LL, "FFFFFF7F"},
    {255LL, "000000FF"},
    {256LL, "00000100"},
    {32767LL, "00007FFF"},
    {32768LL, "00008000"},
    {-32768LL, "FFFF8000"},
    {-32769LL, "FFFF7FFF"},
    {65535LL, "0000FFFF"},
    {65536LL, "00010000"},
    {305419896LL, "12345678"},
    {2147483647LL, "7FFFFFFF"},
    {-2147483648LL, "80000000"},
};

/// writeLong
inline const std::vector<Integer> kLongs{
    {0LL, "0000000000000000"},
    {1LL, "0000000000000001"},
    {-1LL, "FFFFFFFFFFFFFFFF"},
    {127LL, "000000000000007F"},
    {128LL, "0000000000000080"},
    {-128LL, "FFFFFFFFFFFFFF80"},
    {-129LL, "FFFFFFFFFFFFFF7F"},
    {255LL, "00000000000000FF"},
    {256LL, "0000000000000100"},
    {32767LL, "0000000000007FFF"},
    {32768LL, "0000000000008000"},
    {-32768LL, "FFFFFFFFFFFF8000"},
    {-32769LL, "FFFFFFFFFFFF7FFF"},
    {65535LL, "000000000000FFFF"},
    {65536LL, "0000000000010000"},
    {305419896LL, "0000000012345678"},
    {2147483647LL, "000000007FFFFFFF"},
    {-2147483648LL, "FFFFFFFF80000000"},
    {81985529216486895LL, "0123456789ABCDEF"},
    {-81985529216486896LL, "FEDCBA9876543210"},
    {4294967296LL, "0000000100000000"},
    {9223372036854775807LL, "7FFFFFFFFFFFFFFF"},
    {std::numeric_limits<std::int64_t>::min(), "8000000000000000"},
};

/// writeFloat of the number with these bits: zeros, ones, limits, infinities and NaNs
inline const std::vector<Bits> kFloats{
    {0x00000000, "00000000"},
    {0x80000000, "80000000"},
    {0x3F800000, "3F800000"},
    {0xBF800000, "BF800000"},
    {0x3DCCCCCD, "3DCCCCCD"},
    {0x00000001, "00000001"},
    {0x007FFFFF, "007FFFFF"},
    {0x00800000, "00800000"},
    {0x7F7FFFFF, "7F7FFFFF"},
    {0x7F800000, "7F800000"},
    {0xFF800000, "FF800000"},
    {0x7FC00000, "7FC00000"},
    {0xFFC00000, "7FC00000"},
    {0x7FC00001, "7FC00000"},
    {0x7FFFFFFF, "7FC00000"},
    {0xFFFFFFFF, "7FC00000"},
};

/// writeDouble of the number with these bits
inline const std::vector<Bits> kDoubles{
    {0x0000000000000000, "0000000000000000"},
    {0x8000000000000000, "8000000000000000"},
    {0x3FF0000000000000, "3FF0000000000000"},
    {0xBFF0000000000000, "BFF0000000000000"},
    {0x3FB999999999999A, "3FB999999999999A"},
    {0x0000000000000001, "0000000000000001"},
    {0x000FFFFFFFFFFFFF, "000FFFFFFFFFFFFF"},
    {0x0010000000000000, "0010000000000000"},
    {0x7FEFFFFFFFFFFFFF, "7FEFFFFFFFFFFFFF"},
    {0x7FF0000000000000, "7FF0000000000000"},
    {0xFFF0000000000000, "FFF0000000000000"},
    {0x7FF8000000000000, "7FF8000000000000"},
    {0xFFF8000000000000, "7FF8000000000000"},
    {0x7FF8000000000001, "7FF8000000000000"},
    {0x7FFFFFFFFFFFFFFF, "7FF8000000000000"},
    {0xFFFFFFFFFFFFFFFF, "7FF8000000000000"},
};

/// writeUTF of the text with these UTF-8 bytes
inline const std::vector<Text> kTexts{
    {"", "0000"},
    {"61", "000161"},
    {"68656C6C6F", "000568656C6C6F"},
    {"00", "0002C080"},
    {"61006200", "000661C08062C080"},
    {"017F", "0002017F"},
    {"C280", "0002C280"},
    {"DFBF", "0002DFBF"},
    {"E0A080", "0003E0A080"},
    {"ED9FBF", "0003ED9FBF"},
    {"EE8080", "0003EE8080"},
    {"EFBBBF", "0003EFBBBF"},
    {"EFBFBDEFBFBF", "0006EFBFBDEFBFBF"},
    {"F0908080", "0006EDA080EDB080"},
    {"F48FBFBF", "0006EDAFBFEDBFBF"},
    {"EC9588EB8595ED9598EC84B8EC9A94", "000FEC9588EB8595ED9598EC84B8EC9A94"},
    {"C3A900ED959CF09F99827A", "000EC3A9C080ED959CEDA0BDEDB9827A"},
    {"F09F9982F09F9982", "000CEDA0BDEDB982EDA0BDEDB982"},
    {"65CC81", "000365CC81"},
};

/// readUTF of these bytes, after their length: the text in UTF-8, or why netlite refuses it
inline const std::vector<Reading> kReadings{
    {"", ""},
    {"00", "00"},
    {"6100", "6100"},
    {"7F", "7F"},
    {"C080", "00"},
    {"61C08062", "610062"},
    {"C081", "overlong"},
    {"C0AF", "overlong"},
    {"C1BF", "overlong"},
    {"E08080", "overlong"},
    {"E09FBF", "overlong"},
    {"E08180", "overlong"},
    {"C280", "C280"},
    {"DFBF", "DFBF"},
    {"E0A080", "E0A080"},
    {"ED9FBF", "ED9FBF"},
    {"EE8080", "EE8080"},
    {"EFBFBF", "EFBFBF"},
    {"80", "refused"},
    {"BF", "refused"},
    {"6180", "refused"},
    {"8080", "refused"},
    {"C2", "refused"},
    {"61DF", "refused"},
    {"C241", "refused"},
    {"C2C2", "refused"},
    {"C200", "refused"},
    {"C2FF", "refused"},
    {"E1", "refused"},
    {"E180", "refused"},
    {"E14180", "refused"},
    {"E18041", "refused"},
    {"E1C080", "refused"},
    {"E180C0", "refused"},
    {"61E180", "refused"},
    {"F0908080", "refused"},
    {"F48FBFBF", "refused"},
    {"F5808080", "refused"},
    {"F8", "refused"},
    {"FC", "refused"},
    {"FE", "refused"},
    {"FF", "refused"},
    {"F0", "refused"},
    {"F09080", "refused"},
    {"EDA080EDB080", "F0908080"},
    {"EDAFBFEDBFBF", "F48FBFBF"},
    {"61EDA0BDEDB98262", "61F09F998262"},
    {"EDA080", "unpaired"},
    {"EDB080", "unpaired"},
    {"EDA08061", "unpaired"},
    {"61EDB080", "unpaired"},
    {"EDA080EDA080", "unpaired"},
    {"EDB080EDA080", "unpaired"},
    {"EDB080EDB080", "unpaired"},
    {"EDA080E18080", "unpaired"},
    {"EDA080EDA080EDB080", "unpaired"},
    {"EDA080EDB080EDB080", "unpaired"},
    {"EDA080EDB0", "refused"},
    {"EDA080ED", "refused"},
    {"EDA0", "refused"},
    {"ED", "refused"},
    {"EDA080C280", "unpaired"},
    {"EDA04180EDB080", "refused"},
};

}  // namespace netlite::test::jdk
