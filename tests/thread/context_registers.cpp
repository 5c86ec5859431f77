// SPDX-License-Identifier: MIT
#include "context_registers.hpp"

namespace netlite::test {

namespace {

// Each value is read separately, and before the pause: so the compiler has to keep all of them during the pause.
template <typename Pause>
[[gnu::noinline]] RegisterValues valuesAround(const volatile int& i, const volatile double& d, Pause&& pause) {
  const int i0 = i, i1 = i, i2 = i, i3 = i, i4 = i, i5 = i, i6 = i, i7 = i, i8 = i, i9 = i, i10 = i, i11 = i;
  const double d0 = d, d1 = d, d2 = d, d3 = d, d4 = d, d5 = d, d6 = d, d7 = d;
  pause();
  return {{i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, i10, i11}, {d0, d1, d2, d3, d4, d5, d6, d7}};
}

}  // namespace

RegisterValues fillRegistersAndPause(int seed, Flow& flow) {
  const volatile int integer = seed;
  const volatile double number = seed;
  return valuesAround(integer, number, [&flow] { flow.pause(); });
}

RegisterValues valuesOfRegisters(int seed) {
  const volatile int integer = seed;
  const volatile double number = seed;
  return valuesAround(integer, number, [] {});
}

}  // namespace netlite::test
