// SPDX-License-Identifier: MIT
//
// An expected exception, for a closer look at it.
// Thread-safety: no shared state.
#pragma once

#include <stdexcept>

namespace netlite::test {

/// Calls `call`, which has to throw an `Exception`, and returns it. Anything else fails the test through the exception
/// that leaves here.
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
