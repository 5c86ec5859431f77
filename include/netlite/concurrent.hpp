// SPDX-License-Identifier: MIT
//
// The classes of java.util.concurrent, for virtual threads and OS threads alike. Each also has its own header.
#pragma once

#include <netlite/blocking_queue.hpp>
#include <netlite/condition.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/executor_service.hpp>
#include <netlite/future.hpp>
#include <netlite/mutex.hpp>
#include <netlite/semaphore.hpp>
