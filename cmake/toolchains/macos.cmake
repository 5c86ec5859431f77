# SPDX-License-Identifier: MIT
#
# macOS programs made elsewhere, by the clang and the system's headers that zig brings along. Nothing here can run them.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_OSX_SYSROOT "") # zig has its own

set(CMAKE_C_COMPILER zig cc -target aarch64-macos)
set(CMAKE_CXX_COMPILER zig c++ -target aarch64-macos)

set(CMAKE_INSTALL_NAME_TOOL true) # CMake asks for one; nothing is installed

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE NEVER)
