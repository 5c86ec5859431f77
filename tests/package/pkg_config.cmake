# SPDX-License-Identifier: MIT
#
# The installed netlite of one KIND, used with pkg-config and a command line.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

find_program(PKG_CONFIG pkg-config)
if(NOT PKG_CONFIG)
  skip("pkg-config is not on the PATH")
endif()

installed_prefix(${KIND} prefix)
file(GLOB_RECURSE pc_file "${prefix}/*/netlite.pc")
get_filename_component(pc_dir "${pc_file}" DIRECTORY)
get_filename_component(library_dir "${pc_dir}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
run("${PKG_CONFIG}" --exact-version=${VERSION} netlite)

# expect(option flag present): checks whether `pkg-config option` prints this flag.
function(expect option flag present)
  output_of(flags "${PKG_CONFIG}" ${option} netlite)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  set(found OFF)
  if(flag IN_LIST flags)
    set(found ON)
  endif()
  if(NOT found STREQUAL present)
    fail("pkg-config ${option} of the ${KIND} library, ${flag}: expected ${present} in ${flags}")
  endif()
endfunction()

set(shared OFF)
if(KIND STREQUAL "shared")
  set(shared ON)
endif()
expect(--cflags -DNETLITE_SHARED ${shared})
expect(--libs -lnetlite ON)

start_with_empty_folder()
output_of(flags "${PKG_CONFIG}" --cflags --libs netlite)
separate_arguments(flags UNIX_COMMAND "${flags}")
run("${COMPILER}" -std=c++17 "${SOURCE}/tests/package/consumer/main.cpp" "${SOURCE}/tests/package/consumer/other.cpp"
    ${flags} "-Wl,-rpath,${library_dir}" -o "${work}/consumer")
run("${work}/consumer")
