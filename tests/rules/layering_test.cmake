# SPDX-License-Identifier: MIT
#
# Plants violations, each in its own tree under ROOT, and expects layering.cmake to name the line: for every row of
# rooms.cmake an include that the row does not allow and, where the row forbids it, a word of the operating system. Then
# plants an allowed include for every permission, which must pass.
cmake_minimum_required(VERSION 3.16)
include("${CMAKE_CURRENT_LIST_DIR}/planted.cmake")

set(rooms platform base thread address io net server ssl)
set(subfolders platform/posix platform/windows thread/context ssl/posix ssl/windows)
set(rule "${CMAKE_COMMAND}" "-DROOT=${ROOT}" -P "${CMAKE_CURRENT_LIST_DIR}/layering.cmake")

function(plant file line)
  file(REMOVE_RECURSE "${ROOT}")
  foreach(subfolder IN LISTS subfolders)
    file(MAKE_DIRECTORY "${ROOT}/src/${subfolder}")
  endforeach()
  file(WRITE "${ROOT}/${file}" "// line 1; [with] \\ characters\n\n${line}\n")
endfunction()

function(expect_violation file line)
  plant("${file}" "${line}")
  expect_refused("'${line}' in ${file}" "${file}:3: " ${rule})
endfunction()

function(expect_clean file line)
  plant("${file}" "${line}")
  expect_accepted("'${line}' in ${file}" ${rule})
endfunction()

# An include that the permission allows.
function(example_of permission result)
  if(permission STREQUAL "std")
    set(include "<vector>")
  elseif(permission STREQUAL "public")
    set(include "<netlite/socket.hpp>")
  elseif(permission STREQUAL "system")
    set(include "<unistd.h>  // errno")
  elseif(permission STREQUAL "any")
    set(include "<asio.hpp>")
  elseif(permission STREQUAL "sibling")
    set(include "\"planted.hpp\"")
  elseif(permission STREQUAL "support" OR permission IN_LIST rooms OR permission IN_LIST subfolders)
    set(include "\"${permission}/planted.hpp\"")
  else()
    set(include "\"${permission}.hpp\"")
  endif()
  set(${result} "#include ${include}" PARENT_SCOPE)
endfunction()

# A file that the row applies to.
function(file_of folder patterns result)
  set(file planted.cpp)
  if(patterns AND NOT patterns MATCHES "[*]")
    set(file "${patterns}")
  endif()
  set(${result} "${folder}/${file}" PARENT_SCOPE)
endfunction()

# Plants lines for every row of the table.
function(room folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ANY_WORD" "EXCEPT" "MAY;FILES")
  if(folder STREQUAL "include/netlite" AND NOT arg_FILES)
    set(arg_FILES socket.hpp)
  endif()
  file_of(${folder} "${arg_FILES}" file)
  foreach(permission IN LISTS arg_MAY)
    example_of(${permission} line)
    expect_clean(${file} "${line}")
  endforeach()
  expect_violation(${file} "#include \"nowhere/planted.hpp\"")
  foreach(room IN LISTS rooms)
    if(NOT room IN_LIST arg_MAY)
      expect_violation(${file} "#include \"${room}/planted.hpp\"")
    endif()
  endforeach()
  if(NOT "system" IN_LIST arg_MAY AND NOT "any" IN_LIST arg_MAY)
    expect_violation(${file} "  # include <unistd.h>")
  endif()
  if(NOT arg_ANY_WORD)
    expect_violation(${file} "#ifdef _WIN32")
    expect_violation(${file} "  if (errno == 4) return;")
  else()
    expect_clean(${file} "#if defined(_WIN32)")
  endif()
  expect_clean(${file} "  return std::errc::connection_refused;")
endfunction()

include("${CMAKE_CURRENT_LIST_DIR}/rooms.cmake")

# A rule that no single row states: the twins never include each other.
expect_violation(src/platform/posix/wait.cpp "#include \"platform/windows/winsock.hpp\"")
expect_violation(src/platform/windows/wait.cpp "#include \"platform/posix/native_types.hpp\"")
expect_violation(examples/support/windows/system.cpp "#include \"../posix/system.hpp\"")

# EXACT finds a permission that nothing uses.
file(REMOVE_RECURSE "${ROOT}")
foreach(room IN LISTS rooms)
  file(MAKE_DIRECTORY "${ROOT}/src/${room}")
endforeach()
expect_refused("a permission that nothing uses" "src/server may include net, but does not"
               "${CMAKE_COMMAND}" "-DROOT=${ROOT}" -DEXACT=ON -P "${CMAKE_CURRENT_LIST_DIR}/layering.cmake")
