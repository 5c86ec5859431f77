# SPDX-License-Identifier: MIT
#
# netlite_linker_wraps(source result): the linker options that redirect calls of each function f to the __wrap_f that
# `source` defines.
function(netlite_linker_wraps source result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(STRINGS "${source}" options REGEX "^[a-z].* __wrap_[A-Za-z0-9_]+\\(")
  list(TRANSFORM options REPLACE ".* __wrap_([A-Za-z0-9_]+)\\(.*" "-Wl,--wrap=\\1")
  set(${result} "${options}" PARENT_SCOPE)
endfunction()
