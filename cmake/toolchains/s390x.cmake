# SPDX-License-Identifier: MIT
#
# Big-endian (Debian and Ubuntu: g++-s390x-linux-gnu). qemu-user runs the programs.
set(CMAKE_SYSTEM_PROCESSOR s390x)
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-s390x -L /usr/${netlite_machine})
