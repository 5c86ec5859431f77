# SPDX-License-Identifier: MIT
#
# Plants faults in a copy of the public headers under ROOT and expects Doxygen to refuse each; the unchanged copy must
# pass. Needs DOXYGEN, the DOXYFILE of the reference and SOURCE, netlite's folder.
cmake_minimum_required(VERSION 3.16)
include("${CMAKE_CURRENT_LIST_DIR}/planted.cmake")

file(READ "${DOXYFILE}" doxyfile)
string(REPLACE "\"${SOURCE}/include/netlite\"" "\"${ROOT}/include/netlite\"" doxyfile "${doxyfile}")
string(APPEND doxyfile "\nOUTPUT_DIRECTORY = \"${ROOT}\"\nHTML_OUTPUT = html\n")

set(rule "${CMAKE_COMMAND}" -E chdir "${SOURCE}" "${DOXYGEN}" "${ROOT}/Doxyfile")

# Copies the headers, with `old` in one of them replaced by `new`.
function(plant header old new)
  file(REMOVE_RECURSE "${ROOT}")
  file(MAKE_DIRECTORY "${ROOT}")
  file(COPY "${SOURCE}/include" DESTINATION "${ROOT}")
  file(WRITE "${ROOT}/Doxyfile" "${doxyfile}")
  file(READ "${ROOT}/include/netlite/${header}" text)
  string(REPLACE "${old}" "${new}" planted "${text}")
  if(planted STREQUAL text AND NOT old STREQUAL new)
    message(SEND_ERROR "${header} no longer contains '${old}': plant another fault")
  endif()
  file(WRITE "${ROOT}/include/netlite/${header}" "${planted}")
endfunction()

function(expect_problem header old new)
  plant("${header}" "${old}" "${new}")
  expect_refused("'${old}' replaced by '${new}' in ${header}" "include/netlite/${header}:" ${rule})
endfunction()

plant(socket.hpp "close();" "close();")
expect_accepted("the headers without faults" ${rule})

# A member and a class without a comment, and parameters documented under wrong names.
expect_problem(socket.hpp "  bool isClosed() const;" "  bool isClosed() const;\n  bool isOpen() const;")
expect_problem(tcp_server.hpp "  struct Options {" "  struct Planted {\n    int member;\n  };\n\n  struct Options {")
expect_problem(socket.hpp "@param trafficClass" "@param octet")
expect_problem(server_socket.hpp "@param backlog" "@param queue")
