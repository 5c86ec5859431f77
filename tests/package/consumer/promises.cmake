# SPDX-License-Identifier: MIT
#
# Checks that netlite changes nothing in the surrounding project. Included after netlite.

# only(what found... ALLOWED allowed...): fails unless each of `found` is one of `allowed`.
function(only what)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ALLOWED")
  list(REMOVE_ITEM arg_UNPARSED_ARGUMENTS "" ${arg_ALLOWED})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "netlite adds ${what}: ${arg_UNPARSED_ARGUMENTS}")
  endif()
endfunction()

foreach(variable IN ITEMS BUILD_SHARED_LIBS CMAKE_BUILD_TYPE CMAKE_CXX_STANDARD CMAKE_CXX_FLAGS)
  if(NOT "${${variable}}" STREQUAL "$CACHE{${variable}}")
    message(FATAL_ERROR "netlite has set ${variable} to '${${variable}}'")
  endif()
endforeach()

get_cmake_property(variables CACHE_VARIABLES)
list(REMOVE_ITEM variables ${variables_before})
if(METHOD STREQUAL "find_package")
  list(REMOVE_ITEM variables netlite_DIR) # where find_package found it
endif()
# CMake itself records the folders of subprojects and of fetched sources.
list(FILTER variables EXCLUDE REGEX "^NETLITE_|^netlite_(BINARY_DIR|SOURCE_DIR|IS_TOP_LEVEL|LIB_DEPENDS)$")
list(FILTER variables EXCLUDE REGEX "^FETCHCONTENT_")
only("cache entries of other names" ${variables})

foreach(property IN ITEMS COMPILE_OPTIONS COMPILE_DEFINITIONS LINK_OPTIONS INCLUDE_DIRECTORIES)
  get_directory_property(value ${property})
  only("${property} to the directory" ${value})
endforeach()

# uses(property allowed...): checks a property that programs inherit by linking netlite.
function(uses property)
  get_target_property(value netlite::netlite INTERFACE_${property})
  if(value)
    only("${property} to what links it" ${value} ALLOWED ${ARGN})
  endif()
endfunction()

uses(COMPILE_OPTIONS)
uses(LINK_OPTIONS)
uses(COMPILE_FEATURES cxx_std_17)
uses(COMPILE_DEFINITIONS NETLITE_SHARED)

# Checks every folder that netlite adds, at any depth.
function(check_folders_below directory)
  get_property(folders DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  foreach(folder IN LISTS folders)
    get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    only("targets" ${targets} ALLOWED netlite)
    get_property(tests DIRECTORY "${folder}" PROPERTY TESTS)
    only("tests" ${tests})
    check_folders_below("${folder}")
  endforeach()
endfunction()

check_folders_below("${CMAKE_CURRENT_SOURCE_DIR}")
