# SPDX-License-Identifier: MIT
#
# Linker options of the shared libraries, if the linker supports them (GNU ld and compatible linkers).
include(CheckCXXSourceCompiles)

function(netlite_link_option target name option)
  set(CMAKE_REQUIRED_LINK_OPTIONS "${option}")
  check_cxx_source_compiles("int main() { return 0; }" NETLITE_LINKER_HAS_${name})
  if(NETLITE_LINKER_HAS_${name})
    target_link_options(${target} PRIVATE "${option}")
  endif()
endfunction()

function(netlite_link_shared target)
  if(WIN32 OR APPLE)
    return()
  endif()
  # A lookup continues in its own thread after its caller has timed out. Its code must stay loaded when a program that
  # has loaded netlite with dlopen calls dlclose. OpenSSL keeps pointers to functions of netlite::ssl.
  netlite_link_option(${target} NODELETE "-Wl,-z,nodelete")
  netlite_link_option(${target} VERSION_SCRIPT "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/exports.map")
endfunction()
