# SPDX-License-Identifier: MIT
#
# Writes headers with and without an example under ROOT; only the first may pass netlite_require_example.
cmake_minimum_required(VERSION 3.16)

if(CHECK)
  include("${CMAKE_CURRENT_LIST_DIR}/snippets.cmake")
  netlite_require_example("${CHECK}" Thing)
  return()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/planted.cmake")

set(rule "${CMAKE_COMMAND}" "-DCHECK=${ROOT}/thing.hpp" -P "${CMAKE_CURRENT_LIST_FILE}")

function(expect_example text)
  file(WRITE "${ROOT}/thing.hpp" "\n${text}\n")
  expect_accepted("${text}" ${rule})
endfunction()

function(expect_no_example text)
  file(WRITE "${ROOT}/thing.hpp" "\n${text}\n")
  expect_refused("no example in: ${text}" "Thing" ${rule})
endfunction()

set(example "/// ```cpp\n/// int i = 0\\;\n/// ```")
expect_example("/// A thing.\n///\n${example}\nclass NETLITE_API Thing {")
expect_example("/// A thing.\n///\n${example}\nclass Thing : public Base {")
expect_no_example("/// A thing.\nclass NETLITE_API Thing {")
expect_no_example("/// Another one.\n${example}\nclass Other {\n\n/// A thing.\nclass NETLITE_API Thing {")
expect_no_example("class Thing;\n\n${example}\nclass Other {")
