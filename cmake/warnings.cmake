# SPDX-License-Identifier: MIT
#
# The warnings of netlite's own targets. Programs that use the library do not inherit them.

function(netlite_add_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 /permissive- /utf-8)
  else()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
      "$<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>") # a guarded field that is used without its lock
  endif()
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage) # meant for headers, but hits unity sources
  endif()
  if(NETLITE_WERROR)
    target_compile_options(${target} PRIVATE "$<IF:$<CXX_COMPILER_ID:MSVC>,/WX,-Werror>")
  endif()
endfunction()
