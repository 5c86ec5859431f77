# SPDX-License-Identifier: MIT
#
# The installed netlite of one KIND, found by CMake. The standards do not matter to how it is linked, so all of them
# are tried with the static one only.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(standards 17)
if(KIND STREQUAL "static")
  set(standards "17;20;23")
endif()
installed_prefix(${KIND} prefix)
set(place "-DCMAKE_PREFIX_PATH=${prefix}")
if(TOOLCHAIN) # which says itself where to search
  file(GLOB_RECURSE config "${prefix}/*/netlite-config.cmake")
  get_filename_component(config "${config}" DIRECTORY)
  set(place "-Dnetlite_DIR=${config}")
endif()
start_with_empty_folder()
build_consumer(-DROAD=find_package "${place}" "-DSTANDARDS=${standards}")
