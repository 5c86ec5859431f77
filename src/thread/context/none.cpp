// SPDX-License-Identifier: MIT
//
// For processors and systems without contexts.
#include "thread/context/context.hpp"

#include <exception>

namespace netlite {

bool hasContexts() noexcept { return false; }

Context::Context() noexcept : exceptions_(nullptr) {}

std::size_t Context::memoryFor(std::size_t stackSize) noexcept { return stackSize; }

bool Context::prepare(void*, void*, std::size_t, Entry, void*) noexcept { std::terminate(); }

void Context::abandon() noexcept { std::terminate(); }

void Context::switchTo(Context&) noexcept { std::terminate(); }

}  // namespace netlite
