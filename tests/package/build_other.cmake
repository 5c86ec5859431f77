# SPDX-License-Identifier: MIT
#
# A Release build of the other kind, as a user makes it to install the library; a unity build, which is quicker.
# What an earlier run has built is kept.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(shared OFF)
if(OTHER STREQUAL "shared")
  set(shared ON)
endif()
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/other" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=${shared} -DNETLITE_BUILD_TESTS=OFF -DNETLITE_BUILD_EXAMPLES=OFF
    -DNETLITE_WERROR=ON -DCMAKE_UNITY_BUILD=ON)
run("${CMAKE_COMMAND}" --build "${WORK}/other" --config Release --parallel 2)
