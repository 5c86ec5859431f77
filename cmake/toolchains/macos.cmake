# SPDX-License-Identifier: MIT
#
# Cross-builds macOS programs with the clang and the system headers that zig includes. They cannot run here.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_OSX_SYSROOT "") # zig has its own SDK

set(CMAKE_C_COMPILER zig cc -target aarch64-macos)
set(CMAKE_CXX_COMPILER zig c++ -target aarch64-macos)

set(CMAKE_INSTALL_NAME_TOOL true) # CMake requires one; nothing is installed

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE NEVER)
