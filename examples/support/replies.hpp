// SPDX-License-Identifier: MIT
//
// Replies: the answers to known sentences, read from a file.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace example {

/// A file of replies cannot be used; what() is "FILE:LINE: why".
class BadReplies : public std::runtime_error {
 public:
  BadReplies(const std::string& file, std::size_t line, const std::string& why)
      : std::runtime_error(file + ":" + std::to_string(line) + ": " + why) {}
};

class Replies {
 public:
  explicit Replies(std::map<std::string, std::string> replies) : replies_(std::move(replies)) {}

  /// Lines of the form `sentence = reply`; blank ones and those that begin with # are ignored.
  ///
  /// @throws BadReplies
  static Replies fromFile(const std::string& name) {
    std::ifstream file(std::filesystem::u8path(name), std::ios::binary);
    if (!file) throw BadReplies(name, 0, "cannot be opened");
    Replies replies({});
    std::string line;
    std::size_t number = 0;
    while (std::getline(file, line)) {
      if (++number == 1 && line.compare(0, 3, "\xEF\xBB\xBF") == 0) line.erase(0, 3);  // a byte order mark
      if (!line.empty() && line.back() == '\r') line.pop_back();
      replies.add(line, name, number);
    }
    if (file.bad()) throw BadReplies(name, number, "cannot be read");
    return replies;
  }

  /// The reply to a sentence, or `defaultReply` if the sentence is not known.
  std::string to(const std::string& sentence, const std::string& defaultReply) const {
    const auto known = replies_.find(sentence);
    return known == replies_.end() ? defaultReply : known->second;
  }

 private:
  void add(const std::string& line, const std::string& file, std::size_t number) {
    if (line.find_first_not_of(" \t") == std::string::npos || line.front() == '#') return;
    const std::size_t middle = line.find(" = ");
    if (middle == std::string::npos) throw BadReplies(file, number, "there is no ' = ' between sentence and reply");
    if (middle == 0) throw BadReplies(file, number, "there is no sentence before ' = '");
    const bool isNew = replies_.emplace(line.substr(0, middle), line.substr(middle + 3)).second;
    if (!isNew) throw BadReplies(file, number, "this sentence already has a reply");
  }

  std::map<std::string, std::string> replies_;
};

}  // namespace example
