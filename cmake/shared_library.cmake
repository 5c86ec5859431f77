# SPDX-License-Identifier: MIT
#
# Linker options of a shared netlite, if the linker supports them (GNU ld and compatible linkers).
include(CheckCXXSourceCompiles)

function(netlite_link_option name option)
  set(CMAKE_REQUIRED_LINK_OPTIONS "${option}")
  check_cxx_source_compiles("int main() { return 0; }" NETLITE_LINKER_HAS_${name})
  if(NETLITE_LINKER_HAS_${name})
    target_link_options(netlite PRIVATE "${option}")
  endif()
endfunction()

if(NOT WIN32 AND NOT APPLE)
  # A lookup continues in its own thread after its caller has timed out. Its code must stay loaded when a program that
  # has loaded netlite with dlopen calls dlclose.
  netlite_link_option(NODELETE "-Wl,-z,nodelete")
  netlite_link_option(VERSION_SCRIPT "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map")
  set_property(TARGET netlite APPEND PROPERTY LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/exports.map")
endif()
