# SPDX-License-Identifier: MIT
#
# Settings of netlite's own targets, and the library from the sources that the rooms of src/ list.

# netlite_sources(file...): adds sources of the calling folder to the library.
function(netlite_sources)
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set_property(GLOBAL APPEND PROPERTY netlite_sources ${ARGN})
endfunction()

# netlite_source_options(file options): compiles a source of the calling folder with additional options.
function(netlite_source_options file options)
  set_property(GLOBAL APPEND PROPERTY netlite_sources_with_options "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  set_property(GLOBAL PROPERTY "netlite_options_of_${CMAKE_CURRENT_SOURCE_DIR}/${file}" "${options}")
endfunction()

# Sets warnings, sanitizers and coverage for one of netlite's own targets. They stay private to the target.
function(netlite_configure_target target)
  netlite_add_warnings(${target})
  netlite_add_sanitizers(${target})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()

# Sets what the core and its components have in common.
function(netlite_configure_library target)
  get_property(system_definitions GLOBAL PROPERTY netlite_system_definitions)
  netlite_configure_target(${target})
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                                       PRIVATE ${netlite_private_includes})
  target_compile_definitions(${target} PRIVATE ${system_definitions})
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# Adds a library from netlite's sources: the one that users link, and its variants for tests and fuzzers.
function(netlite_add_library target kind)
  foreach(property IN ITEMS sources sources_with_options system_libraries)
    get_property(${property} GLOBAL PROPERTY netlite_${property})
  endforeach()
  foreach(source IN LISTS sources_with_options) # a source's properties apply to targets of the same folder only
    get_property(options GLOBAL PROPERTY "netlite_options_of_${source}")
    set_property(SOURCE "${source}" PROPERTY COMPILE_OPTIONS "${options}")
  endforeach()
  add_library(${target} ${kind} ${sources})
  netlite_configure_library(${target})
  target_link_libraries(${target} PRIVATE ${system_libraries})
  if(NOT MSVC)
    # Reading a line takes about ten nanoseconds, one or two of which depend on the function's position in a cache line.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-falign-functions=64>")
  endif()
endfunction()
