# SPDX-License-Identifier: MIT
#
# Installs netlite of one KIND, and moves the installed tree to a path with a space.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

set(build "${WORK}/other")
set(config Release)
if(KIND STREQUAL THIS)
  set(build "${BUILD}")
  set(config "${CONFIG}")
endif()
installed_prefix(${KIND} prefix)
start_with_empty_folder()
file(REMOVE_RECURSE "${prefix}")
run("${CMAKE_COMMAND}" --install "${build}" --config "${config}" --prefix "${work}/before")
file(RENAME "${work}/before" "${prefix}")
