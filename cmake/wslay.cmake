# SPDX-License-Identifier: MIT
#
# wslay, as the target netlite_wslay; no target where it is not found.
include_guard(GLOBAL)
find_path(NETLITE_WSLAY_INCLUDE wslay/wslay.h)
find_library(NETLITE_WSLAY_LIBRARY wslay)
mark_as_advanced(NETLITE_WSLAY_INCLUDE NETLITE_WSLAY_LIBRARY)
if(NETLITE_WSLAY_INCLUDE AND NETLITE_WSLAY_LIBRARY)
  add_library(netlite_wslay INTERFACE)
  target_include_directories(netlite_wslay SYSTEM INTERFACE "${NETLITE_WSLAY_INCLUDE}")
  target_link_libraries(netlite_wslay INTERFACE "${NETLITE_WSLAY_LIBRARY}")
endif()
