# SPDX-License-Identifier: MIT
#
# Plants faults in a copy of the public headers under ROOT and expects Doxygen to refuse each; the unchanged copy must
# pass. Needs DOXYGEN, the DOXYFILE of the reference and SOURCE, netlite's folder.
cmake_minimum_required(VERSION 3.16)

file(READ "${DOXYFILE}" doxyfile)
string(REPLACE "\"${SOURCE}/include/netlite\"" "\"${ROOT}/include/netlite\"" doxyfile "${doxyfile}")
string(APPEND doxyfile "\nOUTPUT_DIRECTORY = \"${ROOT}\"\nHTML_OUTPUT = html\n")

# Runs Doxygen with `old` in a header replaced by `new`.
function(run_on_planted header old new result_variable output_variable)
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
  execute_process(COMMAND "${DOXYGEN}" "${ROOT}/Doxyfile" WORKING_DIRECTORY "${SOURCE}"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  file(REMOVE_RECURSE "${ROOT}")
  set(${result_variable} "${result}" PARENT_SCOPE)
  set(${output_variable} "${output}" PARENT_SCOPE)
endfunction()

function(expect_refused header old new)
  run_on_planted("${header}" "${old}" "${new}" result output)
  if(result EQUAL 0)
    message(SEND_ERROR "Not found: '${old}' replaced by '${new}' in ${header}\n${output}")
  endif()
endfunction()

run_on_planted(socket.hpp "close();" "close();" result output)
if(NOT result EQUAL 0)
  message(SEND_ERROR "Wrongly refused:\n${output}")
endif()

# A member and a class without a comment, and parameters documented under wrong names.
expect_refused(socket.hpp "  bool isClosed() const;" "  bool isClosed() const;\n  bool isOpen() const;")
expect_refused(tcp_server.hpp "  struct Options {" "  struct Planted {\n    int member;\n  };\n\n  struct Options {")
expect_refused(socket.hpp "@param trafficClass" "@param octet")
expect_refused(server_socket.hpp "@param backlog" "@param queue")
