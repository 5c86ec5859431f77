# SPDX-License-Identifier: MIT
#
# The cost of including <netlite/netlite.hpp>: a fixed list of standard headers and a limited number of netlite's own
# lines. Compile times would depend on the machine.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(allowed array atomic chrono cstddef cstdint deque exception functional iosfwd iterator memory mutex optional ostream
            stdexcept string string_view system_error type_traits utility vector)
set(max_own_lines 2500)

file(GLOB headers "${SOURCE}/include/netlite/*.hpp")
foreach(header IN LISTS headers)
  file(STRINGS "${header}" includes REGEX "^ *# *include <[a-z_]+>")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE ".*<(.*)>.*" "\\1" name "${include}")
    if(NOT name IN_LIST allowed)
      fail("${header} includes <${name}>: every program that includes it then compiles <${name}>, too")
    endif()
  endforeach()
endforeach()

# lines(source result): the number of a program's lines after preprocessing, without comments and empty lines.
function(lines source result)
  file(WRITE "${work}/program.cpp" "${source}")
  output_of(text "${COMPILER}" -std=c++17 "-I${SOURCE}/include" -E -P "${work}/program.cpp")
  string(REGEX REPLACE "[^\n]" "" text "${text}")
  string(LENGTH "${text}" count)
  set(${result} ${count} PARENT_SCOPE)
endfunction()

start_with_empty_folder()
list(TRANSFORM allowed REPLACE "(.+)" "#include <\\1>\n")
list(JOIN allowed "" standard_headers)
lines("${standard_headers}" standard)
lines("${standard_headers}#include <netlite/netlite.hpp>\n" all)
math(EXPR own "${all} - ${standard}")
message("${all} lines, ${own} of them netlite's own")
if(own GREATER max_own_lines)
  fail("<netlite/netlite.hpp> adds ${own} lines to the standard library's, more than ${max_own_lines}")
endif()
