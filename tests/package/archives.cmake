# SPDX-License-Identifier: MIT
#
# Tests what cpack makes: an archive and, with Debian's tools, packages. Each is unpacked and used by a consumer.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

find_program(DPKG_DEB dpkg-deb)
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(CPACK cpack)
start_with_empty_folder()

function(pack generator)
  run("${CPACK}" -G ${generator} -C Release --config "${WORK}/other/CPackConfig.cmake" -B "${work}/packed")
endfunction()

# one_file(result pattern): the only file that matches.
function(one_file result pattern)
  file(GLOB files "${work}/packed/${pattern}")
  list(LENGTH files count)
  if(NOT count EQUAL 1)
    fail("expected one ${pattern}, got: ${files}")
  endif()
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

function(check_consumer prefix)
  file(REMOVE_RECURSE "${work}/build")
  build_consumer(-DMETHOD=find_package "-DCMAKE_PREFIX_PATH=${prefix}")
endfunction()

pack(TGZ)
one_file(archive "netlite-${VERSION}-*.tar.gz")
file(MAKE_DIRECTORY "${work}/from archive")
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar xzf "${archive}" WORKING_DIRECTORY "${work}/from archive")
file(GLOB prefix "${work}/from archive/*")
check_consumer("${prefix}")

if(NOT DPKG_DEB)
  skip("dpkg-deb is not on the PATH: Debian's packages are not tested")
endif()

# expect(package field pattern): checks a field of a package.
function(expect package field pattern)
  output_of(value "${DPKG_DEB}" --field "${package}" ${field})
  if(NOT value MATCHES "${pattern}")
    fail("${package} has ${field}: '${value}', expected: ${pattern}")
  endif()
endfunction()

if(OTHER STREQUAL "shared")
  execute_process(COMMAND "${CPACK}" -G DEB -C Release --config "${WORK}/other/CPackConfig.cmake"
                          -B "${work}/incomplete" -D NETLITE_DPKG_SHLIBDEPS=
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT output MATCHES "dpkg-shlibdeps is missing")
    fail("cpack does not report that the package has no dependencies:\n${output}")
  endif()
  if(NOT DPKG_SHLIBDEPS)
    skip("dpkg-shlibdeps is not on the PATH (Debian and Ubuntu: dpkg-dev): Debian's packages are not tested")
  endif()
endif()

pack(DEB)
one_file(development "libnetlite-dev_${VERSION}_*.deb")
expect("${development}" Version "^${VERSION}$")
run("${DPKG_DEB}" --extract "${development}" "${work}/from deb")
if(OTHER STREQUAL "shared")
  interface_version(interface)
  one_file(runtime "libnetlite${interface}_${VERSION}_*.deb")
  expect("${runtime}" Package "^libnetlite${interface}$")
  expect("${runtime}" Depends "libc6 .*libstdc\\+\\+6 ")
  expect("${development}" Depends "libnetlite${interface} \\(= ${VERSION}\\)")
  output_of(files "${DPKG_DEB}" --contents "${runtime}")
  if(files MATCHES "include/|\\.cmake|\\.pc|libnetlite\\.so( |\n)" OR NOT files MATCHES "libnetlite\\.so\\.${VERSION}")
    fail("not the files that a built program needs:\n${files}")
  endif()
  # Packages of different interface versions can be installed next to each other.
  string(REPLACE "\n" ";" unversioned "${files}")
  list(FILTER unversioned EXCLUDE REGEX "^d|netlite(\\.so\\.)?${interface}")
  if(unversioned)
    fail("these files would conflict with another interface version: ${unversioned}")
  endif()
  run("${DPKG_DEB}" --extract "${runtime}" "${work}/from deb")
endif()
check_consumer("${work}/from deb/usr")
