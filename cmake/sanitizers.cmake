# SPDX-License-Identifier: MIT
#
# NETLITE_SANITIZE and NETLITE_COVERAGE for one of netlite's own targets.

function(netlite_instrument target)
  target_compile_options(${target} PRIVATE ${ARGN})
  target_link_options(${target} PRIVATE ${ARGN})
endfunction()

function(netlite_add_sanitizers target)
  if(NETLITE_SANITIZE)
    netlite_instrument(${target} -fsanitize=${NETLITE_SANITIZE} -fno-sanitize-recover=all)
    # The vptr check looks at memory through a pipe, and takes an object for a wrong one when descriptors have run out,
    # which is what some tests are about.
    netlite_instrument(${target} -fno-sanitize=vptr)
    # Fortified calls would go past the sanitizers' own.
    target_compile_options(${target} PRIVATE -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
  endif()
  if(NETLITE_COVERAGE)
    netlite_instrument(${target} --coverage)
  endif()
endfunction()
