# SPDX-License-Identifier: MIT
#
# What a shared netlite asks of the linker, where the linker has it (GNU ld and those like it).
include(CheckCXXSourceCompiles)

function(netlite_link_option name option)
  set(CMAKE_REQUIRED_LINK_OPTIONS "${option}")
  check_cxx_source_compiles("int main() { return 0; }" NETLITE_LINKER_HAS_${name})
  if(NETLITE_LINKER_HAS_${name})
    target_link_options(netlite PRIVATE "${option}")
  endif()
endfunction()

if(NOT WIN32 AND NOT APPLE)
  # A look-up that was given up goes on in a thread of its own. Its code has to stay where it is when a program that
  # has loaded netlite with dlopen lets it go with dlclose.
  netlite_link_option(NODELETE "-Wl,-z,nodelete")
  netlite_link_option(VERSION_SCRIPT "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map")
  set_property(TARGET netlite APPEND PROPERTY LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/exports.map")
endif()
