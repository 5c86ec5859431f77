// SPDX-License-Identifier: MIT
//
// The command line of the example programs: operands and options in any order, `--name value` or `--name=value`.
// Thread-safety: values; const access from several threads is safe.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// The program was called in a wrong way; what() says how, in one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Option {
  std::string name;   // "--queue"
  std::string value;  // what its value is called in the help, "N"; empty: it takes none
  std::string help;
};

/// What a program is and what it can be called with.
struct Program {
  std::string name;
  std::vector<std::string> operands;  // "host", "port": each may be left out, from the end
  std::string about;
  std::vector<Option> options;
};

class Arguments {
 public:
  /// @param words the command line without the program's name
  /// @throws UsageError an unknown option, a value missing or too much, an operand too many
  Arguments(const Program& program, const std::vector<std::string>& words) : program_(program) {
    const auto endOfOptions = std::find(words.begin(), words.end(), "--");
    wants_help_ = std::find(words.begin(), endOfOptions, "--help") != endOfOptions;
    if (!wants_help_) take(words);
  }

  bool wantsHelp() const { return wants_help_; }

  std::string help() const {
    std::string text = "usage: " + program_.name;
    for (const std::string& operand : program_.operands) text += " [" + operand + "]";
    for (const Option& option : program_.options) text += " [" + spelling(option) + "]";
    text += "\n" + program_.about + "\n";
    for (const Option& option : program_.options) text += "  " + spelling(option) + "\n      " + option.help + "\n";
    return text + "  --help\n      print this and end\n";
  }

  bool has(const std::string& option) const { return !all(option).empty(); }

  /// The values of an option that may be given several times.
  std::vector<std::string> all(const std::string& option) const {
    std::vector<std::string> values;
    for (const auto& [name, value] : options_) {
      if (name == option) values.push_back(value);
    }
    return values;
  }

  /// The value of an option; the last one if it was given several times.
  int number(const std::string& option, int byDefault, int least, int greatest) const {
    const std::vector<std::string> values = all(option);
    return values.empty() ? byDefault : toNumber(option, values.back(), least, greatest);
  }

  std::string text(std::size_t operand, const std::string& byDefault) const {
    return operand < operands_.size() ? operands_[operand] : byDefault;
  }

  /// A port to listen on; 0 lets the system choose.
  int portToListenOn(std::size_t operand, int byDefault) const { return port(operand, byDefault, 0); }

  /// A port to connect or send to.
  int portToReach(std::size_t operand, int byDefault) const { return port(operand, byDefault, 1); }

 private:
  static std::string spelling(const Option& option) {
    return option.value.empty() ? option.name : option.name + " " + option.value;
  }

  static int toNumber(const std::string& what, const std::string& text, int least, int greatest) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > greatest) {
      throw UsageError(what + ": '" + text + "' is not a number from " + std::to_string(least) + " to " +
                       std::to_string(greatest));
    }
    return number;
  }

  int port(std::size_t operand, int byDefault, int least) const {
    return operand < operands_.size() ? toNumber("port", operands_[operand], least, 65535) : byDefault;
  }

  void take(const std::vector<std::string>& words) {
    bool optionsEnd = false;
    for (auto word = words.begin(); word != words.end(); ++word) {
      if (!optionsEnd && *word == "--") {
        optionsEnd = true;
      } else if (!optionsEnd && word->size() > 1 && word->front() == '-') {
        takeOption(word, words.end());
      } else {
        takeOperand(*word);
      }
    }
  }

  void takeOperand(const std::string& word) {
    if (operands_.size() == program_.operands.size()) throw UsageError("'" + word + "' is one argument too many");
    operands_.push_back(word);
  }

  // Leaves `word` at the last word that it has used.
  void takeOption(std::vector<std::string>::const_iterator& word, std::vector<std::string>::const_iterator end) {
    const std::size_t equals = word->find('=');
    const Option& option = known(word->substr(0, equals));
    if (option.value.empty()) {
      if (equals != std::string::npos) throw UsageError(option.name + " takes no value");
      options_.emplace_back(option.name, "");
    } else if (equals != std::string::npos) {
      options_.emplace_back(option.name, word->substr(equals + 1));
    } else {
      if (++word == end) throw UsageError(option.name + " needs a value");
      options_.emplace_back(option.name, *word);
    }
  }

  const Option& known(const std::string& name) const {
    for (const Option& option : program_.options) {
      if (option.name == name) return option;
    }
    throw UsageError("unknown option '" + name + "', see --help");
  }

  Program program_;
  bool wants_help_ = false;
  std::vector<std::string> operands_;
  std::vector<std::pair<std::string, std::string>> options_;  // as given: name and value
};

}  // namespace example
