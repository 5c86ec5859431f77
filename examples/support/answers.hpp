// SPDX-License-Identifier: MIT
//
// Answers: which datagram answers which line. A server may have an upper case of its own (Python makes STRASSE of
// straße), so an answer is not known beforehand. But a datagram may come twice, and the second one late.
// Thread-safety: used by one thread.
#pragma once

#include "support/upper_case.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace example {

/// What a datagram is to a line that has been asked.
enum class Match {
  answer,
  doubtful,  // the answer to it, or a double of an earlier line's answer
  none       // a double
};

class Answers {
 public:
  /// Notes that `answer` was taken as the one to `line`.
  void note(const std::string& line, const std::string& answer) {
    earlier_.emplace_back(line, answer);
    if (earlier_.size() > kMaxEarlier) earlier_.pop_front();
  }

  Match match(const std::string& line, const std::string& answer) const {
    if (answer == upperCase(line) || !isDouble(line, answer)) return Match::answer;
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    // Of ASCII there is one upper case alone, and this is another.
    return std::all_of(line.begin(), line.end(), isAscii) ? Match::none : Match::doubtful;
  }

 private:
  static constexpr std::size_t kMaxEarlier = 64;  // later ones are not to be expected any more

  bool isDouble(const std::string& line, const std::string& answer) const {
    const auto isSource = [&](const auto& one) { return one.first != line && one.second == answer; };
    return std::any_of(earlier_.begin(), earlier_.end(), isSource);
  }

  std::deque<std::pair<std::string, std::string>> earlier_;  // lines and their answers
};

}  // namespace example
