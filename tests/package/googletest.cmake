# SPDX-License-Identifier: MIT
#
# Where the tests' GoogleTest comes from if none is installed: local sources or an archive with the expected hash.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

if(NOT EXISTS "${GOOGLETEST}/CMakeLists.txt")
  skip("GoogleTest's sources are not in ${GOOGLETEST} (Debian and Ubuntu: googletest)")
endif()
start_with_empty_folder()
set(archive "${work}/archive.tar.gz")
get_filename_component(folder "${GOOGLETEST}" NAME)
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf "${archive}" "${folder}" WORKING_DIRECTORY "${GOOGLETEST}/..")
file(SHA256 "${archive}" hash)

file(WRITE "${work}/project/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.16)
project(tests LANGUAGES C CXX)
include(\"${SOURCE}/tests/support/googletest.cmake\")
if(NOT TARGET GTest::gtest_main)
  message(FATAL_ERROR \"GTest::gtest_main is missing\")
endif()
")

# expect_configure(succeeds pattern sources url hash): CMake succeeds or fails, and its output matches `pattern`.
function(expect_configure succeeds pattern sources url hash)
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${work}/project" -B "${work}/build" -G "${GENERATOR}"
                          "-DCMAKE_CXX_COMPILER=${COMPILER}" -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON
                          "-DNETLITE_GOOGLETEST_DIR=${sources}" "-DNETLITE_GOOGLETEST_URL=${url}"
                          "-DNETLITE_GOOGLETEST_SHA256=${hash}"
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}") # CMake breaks the lines of its errors
  if(succeeds AND NOT status EQUAL 0 OR NOT succeeds AND status EQUAL 0 OR NOT output MATCHES "${pattern}")
    fail("status ${status}, expected '${pattern}' in:\n${output}")
  endif()
endfunction()

string(REPEAT 0 64 wrong)
set(none "${work}/none")
expect_configure(OFF "is not the expected archive: its SHA-256 is ${hash}, expected ${wrong}.*libgtest-dev"
                 "${none}" "file://${archive}" "${wrong}")
expect_configure(OFF "Fetching file://.*/none failed: .*libgtest-dev" "${none}" "file://${none}" "${hash}")
expect_configure(ON "fetching file://.*archive.tar.gz.*Build files have been written"
                 "${none}" "file://${archive}" "${hash}")
# An earlier download and local sources are used without another download.
expect_configure(ON "Build files have been written" "${none}" "file://${none}" "${hash}")
file(REMOVE_RECURSE "${work}/build")
expect_configure(ON "Build files have been written" "${GOOGLETEST}" "file://${none}" "${hash}")
