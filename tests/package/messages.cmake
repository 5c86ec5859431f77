# SPDX-License-Identifier: MIT
#
# A program that is compiled with too old a standard or without exceptions gets one clear error first, whichever of
# HEADERS it includes first.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

# expect(message options...): checks the first error of each header under these compiler options.
function(expect message)
  foreach(header IN LISTS HEADERS)
    file(WRITE "${work}/program.cpp" "#include <${header}>\n")
    execute_process(COMMAND "${COMPILER}" ${ARGN} -Wfatal-errors "-I${SOURCE}/include" -fsyntax-only
                            "${work}/program.cpp"
                    RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_QUIET)
    string(REGEX MATCH "error: [^\n]*" first "${errors}")
    if(status EQUAL 0 OR NOT first MATCHES "\"?${message}\"?$")
      fail("<${header}> with ${ARGN}: expected '${message}', got: ${errors}")
    endif()
  endforeach()
endfunction()

start_with_empty_folder()
if(NOT HEADERS)
  public_headers("${SOURCE}/include" HEADERS)
  list(REMOVE_ITEM HEADERS netlite/version.hpp) # compiles under any standard
endif()
# Nothing that can fail may precede export.hpp in a header.
foreach(header IN LISTS HEADERS)
  file(STRINGS "${SOURCE}/include/${header}" includes REGEX "^ *# *include")
  list(APPEND includes "#include <netlite/") # export.hpp itself includes nothing
  list(GET includes 0 first)
  if(NOT first MATCHES "<netlite/")
    fail("<${header}> begins with ${first}: the check for C++17 comes too late")
  endif()
endforeach()
expect("netlite requires C\\+\\+17" -std=c++14)
expect("netlite requires C\\+\\+ exceptions" -std=c++17 -fno-exceptions)
# Microsoft's compiler reports the standard in _MSVC_LANG, whatever __cplusplus is.
expect("netlite requires C\\+\\+17" -std=c++17 -D_MSVC_LANG=201402L)
