# SPDX-License-Identifier: MIT
#
# Provides GTest::gtest_main from an installed package, local sources or a pinned archive, in this order.
set(NETLITE_GOOGLETEST_DIR /usr/src/googletest CACHE PATH "GoogleTest's sources, used if no package is found")
set(NETLITE_GOOGLETEST_URL https://github.com/google/googletest/archive/refs/tags/v1.14.0.tar.gz
    CACHE STRING "GoogleTest's archive, fetched if there are no local sources either")
set(NETLITE_GOOGLETEST_SHA256 8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7
    CACHE STRING "The SHA-256 of NETLITE_GOOGLETEST_URL")
mark_as_advanced(NETLITE_GOOGLETEST_URL NETLITE_GOOGLETEST_SHA256)

set(netlite_googletest_advice
    "Install GoogleTest (Debian and Ubuntu: libgtest-dev), set the folder of its sources "
    "(-DNETLITE_GOOGLETEST_DIR=...), or build without the tests (-DNETLITE_BUILD_TESTS=OFF).")

# Without a network, ExternalProject and FetchContent retry for minutes and cannot advise what to install instead.
function(netlite_download_googletest archive)
  if(EXISTS "${archive}")
    file(SHA256 "${archive}" hash)
    if(hash STREQUAL NETLITE_GOOGLETEST_SHA256)
      return()
    endif()
  endif()
  message(STATUS "netlite: GoogleTest is neither installed nor in ${NETLITE_GOOGLETEST_DIR}: "
                 "fetching ${NETLITE_GOOGLETEST_URL}")
  file(DOWNLOAD "${NETLITE_GOOGLETEST_URL}" "${archive}" STATUS status INACTIVITY_TIMEOUT 30)
  list(GET status 0 code)
  list(GET status 1 reason)
  if(NOT code EQUAL 0)
    file(REMOVE "${archive}")
    message(FATAL_ERROR "Fetching ${NETLITE_GOOGLETEST_URL} failed: ${reason}.\n" ${netlite_googletest_advice})
  endif()
  file(SHA256 "${archive}" hash)
  if(NOT hash STREQUAL NETLITE_GOOGLETEST_SHA256)
    file(REMOVE "${archive}")
    message(FATAL_ERROR "${NETLITE_GOOGLETEST_URL} is not the expected archive: its SHA-256 is ${hash}, "
                        "expected ${NETLITE_GOOGLETEST_SHA256}.\n" ${netlite_googletest_advice})
  endif()
endfunction()

# netlite_fetch_googletest(result): sets result to the folder of the fetched sources.
function(netlite_fetch_googletest result)
  string(SUBSTRING "${NETLITE_GOOGLETEST_SHA256}" 0 12 version)
  set(folder "${PROJECT_BINARY_DIR}/googletest-${version}")
  netlite_download_googletest("${folder}.tar.gz")
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E tar xzf "${folder}.tar.gz" WORKING_DIRECTORY "${folder}"
                  RESULT_VARIABLE status)
  file(GLOB lists "${folder}/*/CMakeLists.txt")
  list(LENGTH lists count)
  if(NOT status EQUAL 0 OR NOT count EQUAL 1)
    message(FATAL_ERROR "${NETLITE_GOOGLETEST_URL} does not unpack into one folder with a CMakeLists.txt.\n"
                        ${netlite_googletest_advice})
  endif()
  get_filename_component(sources "${lists}" DIRECTORY)
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

# An installed GoogleTest is built for this machine; for another machine its sources are part of this build.
if(NOT CMAKE_CROSSCOMPILING)
  find_package(GTest CONFIG QUIET)
endif()
if(NOT TARGET GTest::gtest_main)
  set(netlite_googletest_sources "${NETLITE_GOOGLETEST_DIR}")
  if(NOT EXISTS "${NETLITE_GOOGLETEST_DIR}/CMakeLists.txt")
    netlite_fetch_googletest(netlite_googletest_sources)
  endif()
  set(INSTALL_GTEST OFF)
  add_subdirectory("${netlite_googletest_sources}" "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL)
endif()
