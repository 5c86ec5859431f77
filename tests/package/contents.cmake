# SPDX-License-Identifier: MIT
#
# What is installed: all of the headers and nothing that is not expected, and no file that tells where it was built.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

installed_prefix(${KIND} prefix)
public_headers("${SOURCE}/include" headers)
list(TRANSFORM headers PREPEND "include/")

file(GLOB_RECURSE files RELATIVE "${prefix}" "${prefix}/*")
set(missing ${headers} share/licenses/netlite/LICENSE)
list(REMOVE_ITEM missing ${files})
if(missing)
  fail("not installed: ${missing}")
endif()
set(library "[^/]*netlite[-0-9.]*\\.(a|so|so\\.[0-9.]+|dylib|[0-9.]+dylib|lib|dll|dll\\.a)")
set(unexpected ${files})
list(REMOVE_ITEM unexpected ${headers} share/licenses/netlite/LICENSE)
list(FILTER unexpected EXCLUDE REGEX "^(lib[^/]*(/[^/]+)?|bin)/${library}$")
list(FILTER unexpected EXCLUDE REGEX "/pkgconfig/netlite\\.pc$|/cmake/netlite/netlite-[-a-z]+\\.cmake$")
if(unexpected)
  fail("installed, and not expected: ${unexpected}")
endif()

# A Debug library has to lead the debugger to its sources.
if(KIND STREQUAL THIS AND CONFIG STREQUAL "Debug")
  list(FILTER files EXCLUDE REGEX "/${library}$")
endif()
foreach(file IN LISTS files)
  foreach(place IN LISTS SOURCE BUILD WORK)
    string(HEX "${place}" needle)
    file(READ "${prefix}/${file}" content HEX)
    string(FIND "${content}" "${needle}" found)
    if(NOT found EQUAL -1)
      fail("${file} tells where it was built: ${place}")
    endif()
  endforeach()
endforeach()
