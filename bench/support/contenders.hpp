// SPDX-License-Identifier: MIT
//
// The contenders: line servers that do the same work with a thread (or goroutine) per connection, or with few threads
// for many connections, each in the usual style of its library or language. The baseline comes first, netlite second,
// then the rivals that are installed. Thread-safety: none; used by the benchmark's one thread.
#pragma once

#include "server_process.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// What a server does with its lines, or its bytes.
enum class Mode {
  flush,  ///< answers each line immediately
  tied,   ///< answers all lines together when no further one has arrived
  count,  ///< reads to the end and answers with the number of lines
  read,   ///< reads bytes and answers each portion with a byte
  write,  ///< answers each byte with a portion
};

struct Contender {
  std::string name;
  std::function<ServerProcess(Mode)> start;
  std::chrono::milliseconds warmUp{0};  // time that just-in-time compiled code needs before measurements
};

const std::string kBaseline = "raw";

/// The contenders that answer lines: every mode but read and write.
const std::vector<Contender>& contenders();

/// The same and those that serve many connections with few threads: netlite's virtual threads, raw epoll, and Asio's
/// asynchronous calls. Only in Mode::flush.
const std::vector<Contender>& manyContenders();

/// The same as contenders() and those that only read lines: the C++ and the C library.
const std::vector<Contender>& readers();

/// A contender whose server is a function, in a process forked from this one.
Contender forked(const std::string& name, void (*serve)(Mode));

/// The contenders in other languages that were built. Their servers get these arguments after the mode.
std::vector<Contender> programs(const std::vector<std::string>& arguments = {});

/// The contender's server, started by the first call and left running until the benchmark ends.
ServerProcess& serverOf(const Contender& contender, Mode mode);

/// Does `work` once; the first time repeats it for as long as the contender's server needs to warm up.
void warmUp(const Contender& contender, Mode mode, const std::function<void()>& work);

// The servers of the contenders in C++. Each announces its port and never returns.
void serveRaw(Mode mode);
void serveNetlite(Mode mode);
void serveVirtual(Mode mode);
void serveEpoll(Mode mode);
void serveAsio(Mode mode);
void serveAsioAsync(Mode mode);
void servePoco(Mode mode);
void serveStreambuf(Mode mode);
void serveStdio(Mode mode);

// Those that are measured over Unix-domain sockets: each listens on an abstract name and answers each line immediately.
void serveRawOn(const std::string& name);
void serveNetliteOn(const std::string& name);

}  // namespace bench
