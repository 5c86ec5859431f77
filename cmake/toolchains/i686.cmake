# SPDX-License-Identifier: MIT
#
# 32-bit x86 (Debian and Ubuntu: g++-i686-linux-gnu). An x86-64 Linux runs the programs directly.
set(CMAKE_SYSTEM_PROCESSOR i686)
include("${CMAKE_CURRENT_LIST_DIR}/debian_cross.cmake")

# The libraries are in the compiler's folder, which the program loader does not search.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-Wl,--dynamic-linker=/usr/${netlite_machine}/lib/ld-linux.so.2 -Wl,-rpath=/usr/${netlite_machine}/lib")
