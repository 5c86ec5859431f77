// SPDX-License-Identifier: MIT
//
// The list of the contenders that were built. Rivals in other languages are programs whose commands the build sets; a
// command is empty if its compiler is missing.
// Thread-safety: see the header.
#include "contenders.hpp"

#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace bench {

namespace {

std::string nameOf(Mode mode) {
  if (mode == Mode::flush) return "flush";
  return mode == Mode::tied ? "tied" : "count";
}

Contender forked(const std::string& name, void (*serve)(Mode)) {
  return {name, [serve](Mode mode) { return ServerProcess([=] { serve(mode); }); }, {}};
}

Contender program(const std::string& name, const std::string& command) {
  return {name,
          [command](Mode mode) {
            std::istringstream words(command);
            std::vector<std::string> line;
            for (std::string word; words >> word;) line.push_back(word);
            line.push_back(nameOf(mode));
            return ServerProcess(line);
          },
          {}};
}

void addPrograms(std::vector<Contender>& all) {
  const std::pair<const char*, std::string> commands[] = {
      {"rust", NETLITE_BENCH_RUST}, {"go", NETLITE_BENCH_GO}, {"java", NETLITE_BENCH_JAVA}};
  for (const auto& [name, command] : commands) {
    if (!command.empty()) all.push_back(program(name, command));
    if (!command.empty() && name == std::string("java")) all.back().warmUp = std::chrono::seconds(1);
  }
}

std::vector<Contender> presentContenders() {
  std::vector<Contender> all{forked(kBaseline, serveRaw), forked("netlite", serveNetlite)};
#ifdef NETLITE_BENCH_ASIO
  all.push_back(forked("asio", serveAsio));
#endif
#ifdef NETLITE_BENCH_POCO
  all.push_back(forked("poco", servePoco));
#endif
  addPrograms(all);
  return all;
}

std::vector<Contender> presentReaders() {
  std::vector<Contender> all = contenders();
  all.push_back(forked("std::getline", serveStreambuf));
  all.push_back(forked("stdio", serveStdio));
  return all;
}

}  // namespace

const std::vector<Contender>& contenders() {
  static const std::vector<Contender> all = presentContenders();
  return all;
}

const std::vector<Contender>& readers() {
  static const std::vector<Contender> all = presentReaders();
  return all;
}

ServerProcess& serverOf(const Contender& contender, Mode mode) {
  static std::map<std::pair<std::string, Mode>, ServerProcess> servers;
  const auto key = std::make_pair(contender.name, mode);
  const auto found = servers.find(key);
  return found != servers.end() ? found->second : servers.emplace(key, contender.start(mode)).first->second;
}

void warmUp(const Contender& contender, Mode mode, const std::function<void()>& work) {
  static std::set<std::pair<std::string, Mode>> warm;
  const bool isFirst = warm.emplace(contender.name, mode).second;
  const auto end = std::chrono::steady_clock::now() + contender.warmUp;
  do work();
  while (isFirst && std::chrono::steady_clock::now() < end);
}

}  // namespace bench
