// SPDX-License-Identifier: MIT
//
// Where a request comes from (RFC 6454): a browser says so, and pages of other sites are refused.
// Thread-safety: no shared state.
#pragma once

#include "support/http_request.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace example {

/// The origin of a page at a host. The scheme's own port is left out, as browsers do.
///
/// @param scheme "http" or "https"
inline std::string originOf(const std::string& scheme, const std::string& host) {
  const std::string usualPort = scheme == "https" ? ":443" : ":80";
  std::string origin = scheme + "://" + http::lowerCase(host);
  const std::size_t end = origin.size() - std::min(origin.size(), usualPort.size());
  if (origin.compare(end, std::string::npos, usualPort) == 0) origin.resize(end);
  return origin;
}

/// Whether a request was made by a page of another site. Programs that are no browsers name no origin.
inline bool isFromOtherSite(const HttpRequest& request, const std::string& scheme) {
  if (request.count("origin") > 1) return true;
  const std::optional<std::string> origin = request.field("origin");
  if (!origin) return false;
  const std::size_t colon = origin->find("://");
  if (request.host.empty() || colon == std::string::npos) return true;
  return originOf(http::lowerCase(origin->substr(0, colon)), origin->substr(colon + 3)) !=
         originOf(scheme, request.host);
}

}  // namespace example
