# SPDX-License-Identifier: MIT
#
# The shared library exports only netlite's names and links every library that it needs.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

find_program(NM nm)
if(NOT NM)
  skip("nm is not on the PATH")
endif()
installed_prefix(shared prefix)
file(GLOB_RECURSE library "${prefix}/*/libnetlite.so")

# symbols(result options...): the names in the dynamic table.
function(symbols result)
  output_of(lines "${NM}" -D ${ARGN} "${library}")
  string(REPLACE "\n" ";" lines "${lines}")
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

symbols(exported --defined-only)
set(foreign ${exported})
list(FILTER foreign EXCLUDE REGEX " (_ZNK?|_ZT[ISV]N)7netlite[^ ]*$")
if(foreign)
  list(JOIN foreign "\n" foreign)
  fail("exported, but not in namespace netlite:\n${foreign}")
endif()
list(FILTER exported INCLUDE REGEX "7netlite8platform|7netlite10SocketCore")
if(exported)
  list(JOIN exported "\n" exported)
  fail("exported, but internal to netlite:\n${exported}")
endif()

# Names that other libraries provide carry a version; weak names may stay undefined.
symbols(missing --undefined-only)
list(FILTER missing EXCLUDE REGEX " w |@")
if(missing)
  list(JOIN missing "\n" missing)
  fail("undefined:\n${missing}")
endif()
