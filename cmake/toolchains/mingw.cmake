# SPDX-License-Identifier: MIT
#
# Cross-builds Windows programs: mingw-w64 compiles them (Debian and Ubuntu: g++-mingw-w64-x86-64-posix), Wine runs them
# (wine64).
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${OPENSSL_ROOT_DIR}) # an OpenSSL that was built for Windows
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(CMAKE_EXE_LINKER_FLAGS_INIT -static) # or each program would have to find the compiler's own DLLs
get_filename_component(netlite_wine "${CMAKE_CURRENT_LIST_DIR}/../wine.sh" ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR "${netlite_wine}" --again)
