// SPDX-License-Identifier: MIT
//
// The platform contract: every operating-system operation that netlite needs, and nothing else. posix/ and windows/
// implement it in files of the same names with the same functions in the same order. To port netlite, write such a
// folder. Nothing outside these folders includes a system header. Each section is a header of this folder; this header
// includes them all.
//
// Rules for every function:
//  - Errors are returned, not thrown: the caller knows the operation and the address, and makes the exception. Every
//    code compares with std::errc (error == std::errc::connection_refused) whatever the system's own numbers are.
//  - An interrupted call (EINTR) is retried, or reported as wouldBlock where the caller will wait and retry anyway.
//  - Where nothing reliably ends a call that is blocked in the system, no call blocks: every handle is non-blocking
//  from
//    the start, and a call that would block reports it. All waiting is done in wait().
//  - No call raises a signal (SIGPIPE), and no descriptor opened here is inherited by a program that is executed.
//  - A Handle is owned by the caller that got it, until the caller passes it to close(). No function here keeps one.
#pragma once

#include "platform/datagram.hpp"
#include "platform/error.hpp"
#include "platform/file.hpp"
#include "platform/option.hpp"
#include "platform/process.hpp"
#include "platform/resolver.hpp"
#include "platform/result.hpp"
#include "platform/socket.hpp"
#include "platform/stack.hpp"
#include "platform/thread.hpp"
#include "platform/types.hpp"
#include "platform/unix_domain.hpp"
#include "platform/wait.hpp"
