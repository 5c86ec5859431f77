// SPDX-License-Identifier: MIT
//
// Answers: decides whether a datagram is the answer to a line, or a late duplicate of an earlier line's answer.
// Thread-safety: used by one thread.
#pragma once

#include "support/upper_case.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace example {

/// How a datagram relates to the line that was sent last.
enum class Match {
  answer,
  doubtful,  // the answer, or a duplicate of an earlier line's answer
  none       // a duplicate
};

/// The answer to a line is not known beforehand, since servers differ in their upper case (Python turns straße into
/// STRASSE). But a datagram may arrive twice, the second time late.
class Answers {
 public:
  /// Remembers `answer` as the answer to `line`.
  void note(const std::string& line, const std::string& answer) {
    earlier_.emplace_back(line, answer);
    if (earlier_.size() > kMaxEarlier) earlier_.pop_front();
  }

  Match match(const std::string& line, const std::string& answer) const {
    if (answer == upperCase(line) || !isDuplicate(line, answer)) return Match::answer;
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    // ASCII has only one upper case, and this text is not it.
    return std::all_of(line.begin(), line.end(), isAscii) ? Match::none : Match::doubtful;
  }

 private:
  static constexpr std::size_t kMaxEarlier = 64;  // duplicates of older answers are no longer expected

  bool isDuplicate(const std::string& line, const std::string& answer) const {
    const auto isEarlierAnswer = [&](const auto& entry) { return entry.first != line && entry.second == answer; };
    return std::any_of(earlier_.begin(), earlier_.end(), isEarlierAnswer);
  }

  std::deque<std::pair<std::string, std::string>> earlier_;  // lines and their answers
};

}  // namespace example
