// SPDX-License-Identifier: MIT
//
// The page that web_chat_server serves: web_chat_page.html, from which the build makes the function's source.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace example {

/// The bytes of web_chat_page.html.
std::string webChatPage();

}  // namespace example
