// SPDX-License-Identifier: MIT
//
// The contenders: servers of lines that do the same work in a thread (a goroutine) per connection, each written as its
// library or language wants it. The baseline comes first, netlite second, then whatever rivals this machine has.
// Thread-safety: none; used by the benchmark's one thread.
#pragma once

#include "server_process.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// What a server does with its lines.
enum class Mode {
  flush,  ///< answers each line immediately
  tied,   ///< answers when no further line is at hand, all together
  count,  ///< reads to the end and answers with the number of lines
};

struct Contender {
  std::string name;
  std::function<ServerProcess(Mode)> start;
  std::chrono::milliseconds warmUp{0};  // what code that is compiled while it runs needs before it may be measured
};

const std::string kBaseline = "raw";

/// All that answer lines.
const std::vector<Contender>& contenders();

/// These, and those that can only read them: the C++ and the C library.
const std::vector<Contender>& readers();

/// The contender's server, started by the first call and left running until the benchmark ends.
ServerProcess& serverOf(const Contender& contender, Mode mode);

/// Does `work` once, and the first time for as long as the contender's server needs to come up to speed.
void warmUp(const Contender& contender, Mode mode, const std::function<void()>& work);

// The servers of the contenders in C++. Each announces its port and never returns.
void serveRaw(Mode mode);
void serveNetlite(Mode mode);
void serveAsio(Mode mode);
void servePoco(Mode mode);
void serveStreambuf(Mode mode);
void serveStdio(Mode mode);

}  // namespace bench
