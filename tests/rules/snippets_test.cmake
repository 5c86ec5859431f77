# SPDX-License-Identifier: MIT
#
# Writes headers with and without an example under ROOT; only the first may pass netlite_require_example.
cmake_minimum_required(VERSION 3.16)

if(CHECK)
  include("${CMAKE_CURRENT_LIST_DIR}/snippets.cmake")
  netlite_require_example("${CHECK}" Thing)
  return()
endif()

# `passes` says whether the header has an example.
function(expect_result text passes)
  file(WRITE "${ROOT}/thing.hpp" "\n${text}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} "-DCHECK=${ROOT}/thing.hpp" -P "${CMAKE_CURRENT_LIST_FILE}"
                  RESULT_VARIABLE result ERROR_VARIABLE output)
  if(result EQUAL 0 AND NOT passes)
    message(SEND_ERROR "No example, but accepted: ${text}")
  elseif(passes AND NOT result EQUAL 0)
    message(SEND_ERROR "Wrongly refused: ${text}\n${output}")
  endif()
endfunction()

set(example "/// ```cpp\n/// int i = 0\\;\n/// ```")
expect_result("/// A thing.\n///\n${example}\nclass NETLITE_API Thing {" TRUE)
expect_result("/// A thing.\n///\n${example}\nclass Thing : public Base {" TRUE)
expect_result("/// A thing.\nclass NETLITE_API Thing {" FALSE)
expect_result("/// Another one.\n${example}\nclass Other {\n\n/// A thing.\nclass NETLITE_API Thing {" FALSE)
expect_result("class Thing;\n\n${example}\nclass Other {" FALSE)
file(REMOVE_RECURSE "${ROOT}")
