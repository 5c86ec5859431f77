// SPDX-License-Identifier: MIT
//
// The time of day as text, in UTC, whatever the locale.
// Thread-safety: no shared state.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace example {

/// A time of the Gregorian calendar in UTC.
struct UtcTime {
  /// @param milliseconds since the beginning of 1970, not negative
  explicit UtcTime(std::int64_t milliseconds) : millisecond(static_cast<int>(milliseconds % 1000)) {
    const std::int64_t seconds = milliseconds / 1000;
    const std::int64_t days = seconds / 86400;
    hour = static_cast<int>(seconds / 3600 % 24);
    minute = static_cast<int>(seconds / 60 % 60);
    second = static_cast<int>(seconds % 60);
    weekday = static_cast<int>((days + 4) % 7);  // 1970 began with a Thursday
    setDate(days);
  }

  int year = 0;
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31
  int weekday;    // 0 is Sunday
  int hour;
  int minute;
  int second;
  int millisecond;

 private:
  // Counts years from March on, so that a leap day is the last day of its year.
  void setDate(std::int64_t days) {
    const std::int64_t shifted = days + 719468;  // since March 1, 0000
    const std::int64_t era = shifted / 146097;   // of 400 years
    const std::int64_t dayOfEra = shifted % 146097;
    const std::int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t monthFromMarch = (5 * dayOfYear + 2) / 153;
    day = static_cast<int>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    month = static_cast<int>(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
    year = static_cast<int>(yearOfEra + era * 400 + (month <= 2 ? 1 : 0));
  }
};

/// The milliseconds since the beginning of 1970, now.
inline std::int64_t currentMilliseconds() {
  const auto sinceEpoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(sinceEpoch).count();
}

/// ISO 8601: "2024-02-29T09:00:00.000Z".
inline std::string isoTime(std::int64_t milliseconds) {
  const UtcTime t(milliseconds);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour,
                t.minute, t.second, t.millisecond);
  return text.data();
}

/// The form of HTTP (RFC 9110 section 5.6.7): "Thu, 29 Feb 2024 09:00:00 GMT".
inline std::string httpTime(std::int64_t milliseconds) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const UtcTime t(milliseconds);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[t.weekday], t.day,
                kMonths[t.month - 1], t.year, t.hour, t.minute, t.second);
  return text.data();
}

}  // namespace example
