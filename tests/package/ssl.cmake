# SPDX-License-Identifier: MIT
#
# The component netlite::ssl of the installed netlite of one KIND, found by CMake and by pkg-config. The core does not
# need OpenSSL.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

installed_prefix(${KIND} prefix)
start_with_empty_folder()
run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/package/ssl_consumer" -B "${work}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${work}/build")

find_program(PKG_CONFIG pkg-config)
if(NOT PKG_CONFIG)
  skip("pkg-config is not on the PATH")
endif()
file(GLOB_RECURSE pc_file "${prefix}/*/netlite-ssl.pc")
get_filename_component(pc_dir "${pc_file}" DIRECTORY)
get_filename_component(library_dir "${pc_dir}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${pc_dir}:$ENV{PKG_CONFIG_PATH}")
output_of(flags "${PKG_CONFIG}" --cflags --libs netlite-ssl)
separate_arguments(flags UNIX_COMMAND "${flags}")
run("${COMPILER}" -std=c++17 "${SOURCE}/tests/package/ssl_consumer/main.cpp" ${flags} "-Wl,-rpath,${library_dir}"
    -o "${work}/consumer")
run("${work}/consumer")

output_of(flags_of_core "${PKG_CONFIG}" --libs netlite)
if(flags_of_core MATCHES "-lssl|-lcrypto")
  fail("the core links OpenSSL: ${flags_of_core}")
endif()
