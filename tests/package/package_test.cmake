# SPDX-License-Identifier: MIT
#
# netlite as its users meet it. CASE chooses the way: installed (find_package and pkg-config, after the installed tree
# has been moved) or subdirectory (add_subdirectory; only configured, as a build would be the one that the tests are
# part of once more).
#
#   cmake -DCASE= -DSOURCE= -DBUILD= -DCONFIG= -DVERSION= -DCOMPILER= -DGENERATOR= -DWORK= -P package_test.cmake
cmake_minimum_required(VERSION 3.16)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGV}")
  endif()
endfunction()

function(configure_consumer)
  run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/package" -B "${WORK}/build" -G "${GENERATOR}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" ${ARGN})
endfunction()

function(build_consumer_by_pkg_config prefix)
  file(GLOB_RECURSE pc_file "${prefix}/*/netlite.pc")
  get_filename_component(pc_dir "${pc_file}" DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
  run(${PKG_CONFIG} --exact-version=${VERSION} netlite)
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs netlite
                  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  get_filename_component(lib_dir "${pc_dir}" DIRECTORY)
  run("${COMPILER}" -std=c++17 "${SOURCE}/tests/package/consumer.cpp" ${flags} "-Wl,-rpath,${lib_dir}"
      -o "${WORK}/by_pkg_config")
  run("${WORK}/by_pkg_config")
endfunction()

file(REMOVE_RECURSE "${WORK}")
if(CASE STREQUAL "subdirectory")
  configure_consumer("-DNETLITE_SOURCE=${SOURCE}")
else()
  run("${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${WORK}/installed")
  file(RENAME "${WORK}/installed" "${WORK}/moved")
  configure_consumer("-DCMAKE_PREFIX_PATH=${WORK}/moved" "-DNETLITE_VERSION=${VERSION}")
  run("${CMAKE_COMMAND}" --build "${WORK}/build")
  run("${WORK}/build/consumer")
  find_program(PKG_CONFIG pkg-config)
  if(PKG_CONFIG)
    build_consumer_by_pkg_config("${WORK}/moved")
  else()
    message("pkg-config is not there: its part is skipped")
  endif()
endif()
file(REMOVE_RECURSE "${WORK}")
