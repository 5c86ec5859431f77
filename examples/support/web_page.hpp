// SPDX-License-Identifier: MIT
//
// WebPage: a page of one file, and the policy that lets a browser load nothing else.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include "support/digest.hpp"
#include "support/http_response.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace example {

class WebPage {
 public:
  /// @param html a page with one <script> and one <style>
  explicit WebPage(std::string html)
      : html_(std::make_shared<const std::string>(std::move(html))),
        policy_("default-src 'none'; script-src " + hashOf("script") + "; style-src " + hashOf("style") +
                "; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'") {}

  /// @param request where its scripts may connect, besides to where the page is from: "ws://example.com:4000"
  HttpResponse response(const std::string& webSocketOrigin) const {
    return {200,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-cache"},
             {"Referrer-Policy", "no-referrer"},
             {"Content-Security-Policy", policy_ + " " + webSocketOrigin}},
            {html_}};
  }

 private:
  // What a policy calls the content of the element (Content Security Policy Level 3, section 6.7.3.3).
  std::string hashOf(const std::string& element) const {
    const std::string tag = "<" + element + ">";
    const std::size_t begin = std::min(html_->find(tag), html_->size() - tag.size()) + tag.size();
    const std::size_t end = html_->find("</" + element + ">", begin);
    return "'sha256-" + base64(digest(EVP_sha256(), std::string_view(*html_).substr(begin, end - begin))) + "'";
  }

  SharedText html_;
  std::string policy_;
};

}  // namespace example
