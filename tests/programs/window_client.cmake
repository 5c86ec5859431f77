# SPDX-License-Identifier: MIT
#
# Uses the window of window_chat where there is an X server without a screen.
find_program(NETLITE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(NETLITE_XVFB Xvfb)
find_program(NETLITE_XDOTOOL xdotool)
mark_as_advanced(NETLITE_PYTHON NETLITE_XVFB NETLITE_XDOTOOL)
if(NETLITE_PYTHON AND NETLITE_XVFB AND NETLITE_XDOTOOL AND NOT CMAKE_CROSSCOMPILING)
  add_test(NAME WindowChat.Window
    COMMAND "${NETLITE_PYTHON}" "${CMAKE_CURRENT_SOURCE_DIR}/window_chat.py" $<TARGET_FILE:window_chat>)
  set_tests_properties(WindowChat.Window PROPERTIES TIMEOUT 240 LABELS starts_programs)
else()
  add_test(NAME WindowChat.Window COMMAND ${CMAKE_COMMAND} -E echo "skipped: there is no Xvfb, xdotool or Python")
  set_tests_properties(WindowChat.Window PROPERTIES SKIP_REGULAR_EXPRESSION "skipped")
endif()
