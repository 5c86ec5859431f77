# SPDX-License-Identifier: MIT
#
# 64-bit ARM (Debian and Ubuntu: g++-aarch64-linux-gnu). qemu-user runs the programs.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/${netlite_machine})
