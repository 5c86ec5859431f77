# SPDX-License-Identifier: MIT
#
# netlite's sources inside a project that is a C++23 unity build. The project installs nothing of netlite.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(standard 23)
if(TOOLCHAIN)
  set(standard 20) # GCC 12 for mingw-w64 links std::type_info's operator== twice into a static C++23 program
endif()
start_with_empty_folder()
build_consumer(-DMETHOD=add_subdirectory "-DNETLITE_SOURCE=${SOURCE}" -DCMAKE_UNITY_BUILD=ON
               -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DCMAKE_CXX_STANDARD=${standard})
run("${CMAKE_COMMAND}" --install "${work}/build" --prefix "${work}/installed")
file(GLOB_RECURSE files RELATIVE "${work}/installed" "${work}/installed/*")
if(NOT files MATCHES "^bin/consumer_unity(\\.exe)?$")
  fail("unexpected installed files: ${files}")
endif()
