// SPDX-License-Identifier: MIT
//
// Pairs of connectedPair() that speak TLS.
// Thread-safety: as documented for connectedPair().
#include "support/tls.hpp"

namespace netlite::test {

namespace {

// Their certificates are made once a program.
Pair makePair() {
  static TlsContexts contexts;
  return tlsPair(contexts.client, contexts.server);
}

[[maybe_unused]] const bool is_set = [] {
  tls_pair_maker = makePair;
  return true;
}();

}  // namespace

}  // namespace netlite::test
