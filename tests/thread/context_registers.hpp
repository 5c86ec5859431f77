// SPDX-License-Identifier: MIT
//
// A function that needs all registers across a pause. Its source is optimized in every build: without optimization the
// compiler keeps all variables in memory.
#pragma once

#include "support/flow.hpp"

#include <array>

namespace netlite::test {

/// As many values as any processor has registers that a function preserves, integers and floating-point numbers.
struct RegisterValues {
  std::array<int, 12> integers;
  std::array<double, 8> numbers;
};

/// Puts `seed` into all values, pauses the flow, and returns the values.
RegisterValues fillRegistersAndPause(int seed, Flow& flow);

/// The same without a pause.
RegisterValues valuesOfRegisters(int seed);

}  // namespace netlite::test
