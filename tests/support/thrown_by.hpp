// SPDX-License-Identifier: MIT
//
// Catches an expected exception for further checks.
// Thread-safety: no shared state.
#pragma once

#include <stdexcept>

namespace netlite::test {

/// Calls `call`, which must throw an `Exception`, and returns that. If it throws nothing or something else, an
/// exception leaves this function and fails the test.
template <typename Exception, typename Call>
Exception thrownBy(Call call) {
  try {
    call();
  } catch (const Exception& exception) {
    return exception;
  }
  throw std::logic_error("nothing was thrown");
}

}  // namespace netlite::test
