# SPDX-License-Identifier: MIT
#
# Builds a Release of the other kind, as users do to install the library, but as a unity build, which is quicker. The
# results of an earlier run are reused.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(shared OFF)
if(OTHER STREQUAL "shared")
  set(shared ON)
endif()
run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/other" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=${shared} -DNETLITE_BUILD_TESTS=OFF -DNETLITE_BUILD_EXAMPLES=OFF
    -DNETLITE_WERROR=ON -DCMAKE_UNITY_BUILD=ON)
run("${CMAKE_COMMAND}" --build "${WORK}/other" --config Release --parallel 2)
