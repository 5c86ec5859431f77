// SPDX-License-Identifier: MIT
//
// AllowedClients: the clients that a server accepts, as kAllowOption says.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include "support/address_range.hpp"
#include "support/arguments.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace example {

inline const Option kAllowOption{
    "--allow", "CIDR", "accept only clients of this network, such as 192.0.2.0/24; may be given several times"};

class AllowedClients {
 public:
  /// @throws UsageError a value of the option is no network
  explicit AllowedClients(const Arguments& arguments) {
    try {
      for (const std::string& network : arguments.all(kAllowOption.name)) networks_.emplace_back(network);
    } catch (const std::invalid_argument& e) {
      throw UsageError(kAllowOption.name + ": " + e.what());
    }
  }

  /// Whether the option was not given.
  bool areAll() const { return networks_.empty(); }

  bool contain(const netlite::InetAddress& client) const {
    const auto holds = [&](const AddressRange& network) { return network.contains(client); };
    return areAll() || std::any_of(networks_.begin(), networks_.end(), holds);
  }

 private:
  std::vector<AddressRange> networks_;
};

}  // namespace example
