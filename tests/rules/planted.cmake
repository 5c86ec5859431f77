# SPDX-License-Identifier: MIT
#
# What the tests of the rules share: each plants a fault in a small tree under ROOT, runs a rule on it, and expects the
# rule to refuse the tree and to name the fault.

# Runs the command, which is a rule on the tree under ROOT, and removes the tree.
function(run_rule result_variable output_variable)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  file(REMOVE_RECURSE "${ROOT}")
  set(${result_variable} "${result}" PARENT_SCOPE)
  set(${output_variable} "${output}" PARENT_SCOPE)
endfunction()

# Expects the command to fail and its output to contain `problem`.
function(expect_refused fault problem)
  run_rule(result output ${ARGN})
  string(FIND "${output}" "${problem}" position)
  if(result EQUAL 0 OR position EQUAL -1)
    message(SEND_ERROR "Not found: ${fault}\n${output}")
  endif()
endfunction()

# Expects the command to succeed.
function(expect_accepted what)
  run_rule(result output ${ARGN})
  if(NOT result EQUAL 0)
    message(SEND_ERROR "Wrongly refused: ${what}\n${output}")
  endif()
endfunction()
