# SPDX-License-Identifier: MIT
#
# The C++ pieces of the documents, made into sources so that the tests compile them. A piece that begins with #include
# and has a main, or nothing but includes and usings, is compiled as it is; every other becomes the body of a function.

set(NETLITE_SNIPPET_HEAD "#include <netlite/netlite.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <list>
#include <mutex>
#include <string>
#include <thread>

using namespace std::chrono_literals;

")

# netlite_snippets(document result): writes a source for each C++ piece of the document, and sets `result` to their names.
function(netlite_snippets document result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${document}")
  file(READ "${document}" text)
  get_filename_component(name "${document}" NAME_WE)
  set(sources "")
  set(number 0)
  string(FIND "${text}" "```cpp\n" start)
  while(NOT start EQUAL -1)
    math(EXPR start "${start} + 7")
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "```" end)
    string(SUBSTRING "${text}" 0 ${end} piece)
    math(EXPR number "${number} + 1")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/snippets/${name}_${number}.cpp")
    if(NOT piece MATCHES "^#include")
      set(piece "${NETLITE_SNIPPET_HEAD}void snippet_${name}_${number}();\n\nvoid snippet_${name}_${number}() {\n${piece}}\n")
    endif()
    file(GENERATE OUTPUT "${source}" CONTENT "${piece}")
    list(APPEND sources "${source}")
    string(FIND "${text}" "```cpp\n" start)
  endwhile()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()
