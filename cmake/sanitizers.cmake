# SPDX-License-Identifier: MIT
#
# Applies NETLITE_SANITIZE and NETLITE_COVERAGE to one of netlite's own targets.

function(netlite_instrument target)
  target_compile_options(${target} PRIVATE ${ARGN})
  target_link_options(${target} PRIVATE ${ARGN})
endfunction()

function(netlite_add_sanitizers target)
  if(NETLITE_SANITIZE)
    netlite_instrument(${target} -fsanitize=${NETLITE_SANITIZE} -fno-sanitize-recover=all)
    # The vptr check reads memory through a pipe and fails when descriptors have run out, as they do in some tests.
    netlite_instrument(${target} -fno-sanitize=vptr)
    # Fortified calls would bypass the sanitizers' interceptors.
    target_compile_options(${target} PRIVATE -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
  endif()
  if(NETLITE_COVERAGE)
    netlite_instrument(${target} --coverage -fprofile-update=atomic) # several threads count
  endif()
endfunction()
