# SPDX-License-Identifier: MIT
#
# netlite's own targets, and the library from the sources that the rooms of src/ have named.

# netlite_sources(file...): adds sources of the calling folder to the library.
function(netlite_sources)
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set_property(GLOBAL APPEND PROPERTY netlite_sources ${ARGN})
endfunction()

# Warnings, sanitizers and coverage for one of netlite's own targets. All of it stays private to the target.
function(netlite_configure_target target)
  netlite_add_warnings(${target})
  netlite_add_sanitizers(${target})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# A library from netlite's sources: the one that users link, and the forms of it that the tests and fuzzers need.
function(netlite_add_library target kind)
  foreach(property IN ITEMS sources system_libraries system_definitions)
    get_property(${property} GLOBAL PROPERTY netlite_${property})
  endforeach()
  add_library(${target} ${kind} ${sources})
  netlite_configure_target(${target})
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                                       PRIVATE ${netlite_private_includes})
  target_link_libraries(${target} PRIVATE ${system_libraries})
  target_compile_definitions(${target} PRIVATE ${system_definitions})
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(NOT MSVC)
    # A line is read in some ten nanoseconds: one or two of them depend on where in a cache line the function begins.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-falign-functions=64>")
  endif()
endfunction()
