# SPDX-License-Identifier: MIT
#
# The common part of i686.cmake, s390x.cmake and aarch64.cmake: Debian's cross compiler for CMAKE_SYSTEM_PROCESSOR
# (g++-PROCESSOR-linux-gnu).
set(CMAKE_SYSTEM_NAME Linux)
set(netlite_machine ${CMAKE_SYSTEM_PROCESSOR}-linux-gnu)

set(CMAKE_C_COMPILER ${netlite_machine}-gcc)
set(CMAKE_CXX_COMPILER ${netlite_machine}-g++)

set(CMAKE_FIND_ROOT_PATH /usr/${netlite_machine})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
