# SPDX-License-Identifier: MIT
#
# Writes the source of example::webChatPage().
#
#   cmake -DPAGE=web_chat_page.html -DSOURCE=web_chat_page.cpp -P embed_page.cmake
cmake_minimum_required(VERSION 3.16)
file(READ "${PAGE}" bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}") # 16 bytes a line
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${bytes}")
file(WRITE "${SOURCE}" "#include \"support/web_chat_page.hpp\"

static constexpr unsigned char kBytes[] = {
${bytes}};

std::string example::webChatPage() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }
")
