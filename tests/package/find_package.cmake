# SPDX-License-Identifier: MIT
#
# The installed netlite of one KIND, found by CMake. The C++ standard does not affect linking, so all standards are
# tried with the static library only.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(standards 17)
if(KIND STREQUAL "static")
  set(standards "17;20;23")
endif()
installed_prefix(${KIND} prefix)
set(place "-DCMAKE_PREFIX_PATH=${prefix}")
if(TOOLCHAIN) # it restricts where CMake searches
  file(GLOB_RECURSE config "${prefix}/*/netlite-config.cmake")
  get_filename_component(config "${config}" DIRECTORY)
  set(place "-Dnetlite_DIR=${config}")
endif()
start_with_empty_folder()
build_consumer(-DMETHOD=find_package "${place}" "-DSTANDARDS=${standards}")
