# SPDX-License-Identifier: MIT
#
# A program that unloads netlite with dlclose while a lookup is in progress keeps running.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

installed_prefix(shared prefix)
start_with_empty_folder()
run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/package/plugin" -B "${work}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${work}/build")
