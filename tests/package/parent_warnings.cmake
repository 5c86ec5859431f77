# SPDX-License-Identifier: MIT
#
# netlite's sources inside a project that turns on more warnings than netlite does, everywhere and as errors.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(flags "-Wall -Wextra -Wpedantic -Wold-style-cast -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wcast-align"
          "-Wnon-virtual-dtor -Woverloaded-virtual -Werror")
list(JOIN flags " " flags)
start_with_empty_folder()
build_consumer(-DMETHOD=add_subdirectory "-DNETLITE_SOURCE=${SOURCE}" "-DCMAKE_CXX_FLAGS=${flags}"
               -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0) # quicker
