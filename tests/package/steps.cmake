# SPDX-License-Identifier: MIT
#
# Functions that the scripts of this folder share. tests/package/CMakeLists.txt sets their variables.
cmake_minimum_required(VERSION 3.16)

set(work "${WORK}/${NAME}")

function(fail)
  string(CONCAT text ${ARGV})
  message(FATAL_ERROR "${text}")
endfunction()

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    fail("failed (${result}): ${command}")
  endif()
endfunction()

# output_of(result command...)
function(output_of result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    fail("failed (${status}): ${command}\n${output}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

# CTest recognizes a skipped test by this line.
macro(skip)
  message("SKIPPED: ${ARGN}")
  return()
endmacro()

# The path that the installed netlite of this kind is moved to. It contains a space on purpose.
function(installed_prefix kind result)
  set(${result} "${WORK}/${kind} and moved" PARENT_SCOPE)
endfunction()

# The version in the names of the shared library, its package and its licence: the version without its last part.
function(interface_version result)
  string(REGEX REPLACE "\\.[0-9]+$" "" interface "${VERSION}")
  set(${result} "${interface}" PARENT_SCOPE)
endfunction()

function(start_with_empty_folder)
  file(REMOVE_RECURSE "${work}")
  file(MAKE_DIRECTORY "${work}")
endfunction()

# Builds the programs of consumer/. Unless cross-compiled, each build also runs its program. ARGN goes to CMake.
function(build_consumer)
  set(toolchain "")
  if(TOOLCHAIN)
    set(toolchain "-DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN}")
  endif()
  run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/package/consumer" -B "${work}/build" -G "${GENERATOR}" ${toolchain}
      "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DNETLITE_VERSION=${VERSION}" ${ARGN})
  run("${CMAKE_COMMAND}" --build "${work}/build" --parallel 2)
endfunction()

# public_headers(root result): the public headers' names below root, as programs include them.
function(public_headers root result)
  file(GLOB headers RELATIVE "${root}" "${root}/netlite/*.hpp")
  set(${result} "${headers}" PARENT_SCOPE)
endfunction()

# The newest C++ standard that the compiler supports. It may know C++23 only by its older name.
function(newest_standard result)
  file(WRITE "${work}/empty.cpp" "")
  foreach(standard IN ITEMS c++23 c++2b c++20 c++17)
    execute_process(COMMAND "${COMPILER}" -std=${standard} -fsyntax-only "${work}/empty.cpp"
                    RESULT_VARIABLE status ERROR_QUIET)
    if(status EQUAL 0)
      set(${result} ${standard} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()
