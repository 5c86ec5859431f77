# SPDX-License-Identifier: MIT
#
# Turns the C++ snippets of the documents and of the headers' comments into source files, so that the tests compile
# them. A snippet that begins with #include is a whole source file; any other becomes the body of a function.

set(NETLITE_SNIPPET_HEAD "#include <netlite/netlite.hpp>
#include <netlite/ssl.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <list>
#include <mutex>
#include <string>
#include <thread>

using namespace std::chrono_literals;

")

# Writes a source file for each C++ snippet of `text`, and sets `result` to their paths. `name` is the text's origin.
function(netlite_write_snippets name text result)
  set(sources "")
  set(number 0)
  string(FIND "${text}" "```cpp\n" start)
  while(NOT start EQUAL -1)
    math(EXPR start "${start} + 7")
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "```" end)
    string(SUBSTRING "${text}" 0 ${end} code)
    math(EXPR number "${number} + 1")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/snippets/${name}_${number}.cpp")
    if(NOT code MATCHES "^#include")
      set(code "${NETLITE_SNIPPET_HEAD}void snippet_${name}_${number}();\n\nvoid snippet_${name}_${number}() {\n${code}}\n")
    endif()
    file(GENERATE OUTPUT "${source}" CONTENT "${code}")
    list(APPEND sources "${source}")
    string(SUBSTRING "${text}" ${end} -1 text)
    string(SUBSTRING "${text}" 3 -1 text)
    string(FIND "${text}" "```cpp\n" start)
  endwhile()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

# netlite_snippets(document result): the source files for the C++ snippets of a document.
function(netlite_snippets document result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${document}")
  file(READ "${document}" text)
  get_filename_component(name "${document}" NAME_WE)
  netlite_write_snippets("${name}" "${text}" sources)
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

# netlite_comment_snippets(header result): the source files for the C++ snippets of a header's /// comments.
function(netlite_comment_snippets header result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
  file(READ "${header}" text)
  string(REGEX REPLACE "\n[ ]*/// ?" "\n" text "${text}")
  get_filename_component(name "${header}" NAME_WE)
  netlite_write_snippets("header_${name}" "${text}" sources)
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

# netlite_require_example(header class): fails unless the comment of `class` in `header` has a C++ snippet.
function(netlite_require_example header class)
  file(READ "${header}" text)
  string(REGEX MATCH "((\n///[^\n]*)+)(\ntemplate <[^\n]*)?\nclass (NETLITE_(SSL_)?API )?${class}( [^;\n]*)?{" declaration "${text}")
  if(NOT CMAKE_MATCH_1 MATCHES "\n/// ```cpp\n")
    message(FATAL_ERROR "The comment of ${class} in ${header} has no example: begin one with /// ```cpp")
  endif()
endfunction()
