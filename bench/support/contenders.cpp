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
  switch (mode) {
    case Mode::flush: return "flush";
    case Mode::tied: return "tied";
    case Mode::count: return "count";
    case Mode::read: return "read";
    case Mode::write: return "write";
  }
  return {};
}

Contender program(const std::string& name, const std::string& command, const std::vector<std::string>& arguments) {
  return {name,
          [command, arguments](Mode mode) {
            std::istringstream words(command);
            std::vector<std::string> line;
            for (std::string word; words >> word;) line.push_back(word);
            line.push_back(nameOf(mode));
            line.insert(line.end(), arguments.begin(), arguments.end());
            return ServerProcess(line);
          },
          {}};
}

std::vector<Contender> presentContenders() {
  std::vector<Contender> all{forked(kBaseline, serveRaw), forked("netlite", serveNetlite)};
#ifdef NETLITE_BENCH_ASIO
  all.push_back(forked("asio", serveAsio));
#endif
#ifdef NETLITE_BENCH_POCO
  all.push_back(forked("poco", servePoco));
#endif
  for (Contender& contender : programs()) all.push_back(std::move(contender));
  return all;
}

std::vector<Contender> presentManyContenders() {
  std::vector<Contender> all = contenders();
  const auto afterNetlite = all.begin() + 2;
  all.insert(afterNetlite, {forked("virtual", serveVirtual), forked("epoll", serveEpoll)});
#ifdef NETLITE_BENCH_ASIO
  all.push_back(forked("asio async", serveAsioAsync));
#endif
  return all;
}

std::vector<Contender> presentReaders() {
  std::vector<Contender> all = contenders();
  all.push_back(forked("std::getline", serveStreambuf));
  all.push_back(forked("stdio", serveStdio));
  return all;
}

}  // namespace

Contender forked(const std::string& name, void (*serve)(Mode)) {
  return {name, [serve](Mode mode) { return ServerProcess([=] { serve(mode); }); }, {}};
}

std::vector<Contender> programs(const std::vector<std::string>& arguments) {
  const std::pair<const char*, std::string> commands[] = {
      {"rust", NETLITE_BENCH_RUST}, {"go", NETLITE_BENCH_GO}, {"java", NETLITE_BENCH_JAVA}};
  std::vector<Contender> all;
  for (const auto& [name, command] : commands) {
    if (!command.empty()) all.push_back(program(name, command, arguments));
    if (!command.empty() && name == std::string("java")) all.back().warmUp = std::chrono::seconds(1);
  }
  return all;
}

const std::vector<Contender>& contenders() {
  static const std::vector<Contender> all = presentContenders();
  return all;
}

const std::vector<Contender>& manyContenders() {
  static const std::vector<Contender> all = presentManyContenders();
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
