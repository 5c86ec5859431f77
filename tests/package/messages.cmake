# SPDX-License-Identifier: MIT
#
# A program that asks for too little gets one clear answer before anything else, from whichever of HEADERS it includes
# first.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

# expect(message options...): the first error of each header under these options of the compiler.
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
  list(REMOVE_ITEM HEADERS netlite/version.hpp) # every program may ask for the version
endif()
# A compiler that reads a header from the top must not meet anything that can fail before export.hpp.
foreach(header IN LISTS HEADERS)
  file(STRINGS "${SOURCE}/include/${header}" includes REGEX "^ *# *include")
  list(APPEND includes "#include <netlite/") # export.hpp itself includes nothing
  list(GET includes 0 first)
  if(NOT first MATCHES "<netlite/")
    fail("<${header}> begins with ${first}: what asks for C++17 comes too late")
  endif()
endforeach()
expect("netlite requires C\\+\\+17" -std=c++14)
expect("netlite requires C\\+\\+ exceptions" -std=c++17 -fno-exceptions)
# Microsoft's compiler says the standard by another name, whatever __cplusplus is.
expect("netlite requires C\\+\\+17" -std=c++17 -D_MSVC_LANG=201402L)
