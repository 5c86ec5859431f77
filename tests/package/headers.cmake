# SPDX-License-Identifier: MIT
#
# Every public header compiles on its own with a second compiler and the newest standard that this compiler supports.
# (The build compiles each header with the first compiler as C++17.)
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

start_with_empty_folder()
newest_standard(standard)
public_headers("${SOURCE}/include" headers)
foreach(header IN LISTS headers)
  file(WRITE "${work}/program.cpp" "#include <${header}>\n")
  run("${COMPILER}" -std=${standard} -Wall -Wextra -Wpedantic -Werror "-I${SOURCE}/include" -fsyntax-only
      "${work}/program.cpp")
endforeach()
