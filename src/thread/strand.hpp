// SPDX-License-Identifier: MIT
//
// Strand: netlite's state of the running thread of execution.
// Thread-safety: each strand sees its own.
#pragma once

#include "base/deadline.hpp"

namespace netlite {

class Arena;
class ThreadState;
class VirtualThread;

/// Has no initializers and no destructor, so that access to it costs one instruction.
struct Strand {
  /// The member call that the user made; see CallClock.
  struct MemberCall {
    int depth;     // clocks that are open
    bool started;  // whether the fields below are valid
    bool hasRead;  // from a socket
    Deadline::Clock::time_point start;
  };

  MemberCall call;
  const void* server;   // the TcpServer that this strand works for
  const void* client;   // the client that it serves
  ThreadState* thread;  // what Thread::currentThread() refers to; null until someone asks, if netlite did not start it
  VirtualThread* virtual_thread;  // which this strand is; null: an OS thread
  Arena* arena;                   // where objects of connections are put; null: on the heap
};

inline thread_local Strand current_strand{};

}  // namespace netlite
