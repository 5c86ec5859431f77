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

/// The command line is wrong; what() says why, in one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Option {
  std::string name;   // "--queue"
  std::string value;  // the name of its value in the help, "N"; empty: it takes no value
  std::string help;
};

/// The option of the programs that can use a Unix-domain socket. It takes the place of the operands host and port.
inline const Option kUnixOption{"--unix", "PATH", "use the Unix-domain socket PATH in place of host and port"};

/// The option of the TCP servers, see support/client_threads.hpp.
inline const Option kVirtualOption{"--virtual", "", "serve the clients by virtual threads"};

/// A program and its command line.
struct Program {
  std::string name;
  std::vector<std::string> operands;  // "host", "port": optional, from the last one on
  std::string about;
  std::vector<Option> options;
};

class Arguments {
 public:
  /// @param words the command line without the program's name
  /// @throws UsageError an unknown option, a missing or superfluous value, or too many operands
  Arguments(const Program& program, const std::vector<std::string>& words) : program_(program) {
    const auto endOfOptions = std::find(words.begin(), words.end(), "--");
    wants_help_ = std::find(words.begin(), endOfOptions, "--help") != endOfOptions;
    if (wants_help_) return;
    take(words);
    if (has(kUnixOption.name)) replaced_ = countOperandsOfTcp();
    const std::size_t max = program_.operands.size() - replaced_;
    if (operands_.size() > max) throw UsageError("'" + operands_[max] + "' is one argument too many");
  }

  bool wantsHelp() const { return wants_help_; }

  std::string help() const {
    std::string text = "usage: " + program_.name;
    for (const std::string& operand : program_.operands) text += " [" + operand + "]";
    for (const Option& option : program_.options) text += " [" + spelling(option) + "]";
    text += "\n" + program_.about + "\n";
    for (const Option& option : program_.options) text += "  " + spelling(option) + "\n      " + option.help + "\n";
    return text + "  --help\n      print this help and exit\n";
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
  int number(const std::string& option, int defaultValue, int min, int max) const {
    const std::vector<std::string> values = all(option);
    return values.empty() ? defaultValue : toNumber(option, values.back(), min, max);
  }

  std::size_t operandCount() const { return operands_.size(); }

  /// The value of an option that was given; the last one if it was given several times.
  std::string value(const std::string& option) const { return all(option).back(); }

  /// @param operand its index in Program::operands. Not that of a host or port where kUnixOption was given
  std::string text(std::size_t operand, const std::string& defaultValue) const {
    const std::size_t position = operand - replaced_;
    return position < operands_.size() ? operands_[position] : defaultValue;
  }

  /// A port to listen on; 0 lets the system choose.
  int portToListenOn(std::size_t operand, int defaultValue) const { return port(operand, defaultValue, 0); }

  /// A port to connect or send to.
  int portToReach(std::size_t operand, int defaultValue) const { return port(operand, defaultValue, 1); }

 private:
  static std::string spelling(const Option& option) {
    return option.value.empty() ? option.name : option.name + " " + option.value;
  }

  static int toNumber(const std::string& what, const std::string& text, int min, int max) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < min || number > max) {
      throw UsageError(what + ": '" + text + "' is not a number from " + std::to_string(min) + " to " +
                       std::to_string(max));
    }
    return number;
  }

  int port(std::size_t operand, int defaultValue, int min) const {
    return operand < operands_.size() ? toNumber("port", operands_[operand], min, 65535) : defaultValue;
  }

  // They come first.
  std::size_t countOperandsOfTcp() const {
    const auto isOfTcp = [](const std::string& operand) { return operand == "host" || operand == "port"; };
    return static_cast<std::size_t>(std::count_if(program_.operands.begin(), program_.operands.end(), isOfTcp));
  }

  void take(const std::vector<std::string>& words) {
    bool optionsEnd = false;
    for (auto word = words.begin(); word != words.end(); ++word) {
      if (!optionsEnd && *word == "--") {
        optionsEnd = true;
      } else if (!optionsEnd && word->size() > 1 && word->front() == '-') {
        takeOption(word, words.end());
      } else {
        operands_.push_back(*word);
      }
    }
  }

  // Leaves `word` at the last word that it has consumed.
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
  std::size_t replaced_ = 0;  // how many of the program's first operands an option has replaced
  std::vector<std::pair<std::string, std::string>> options_;  // as given: name and value
};

}  // namespace example
