# SPDX-License-Identifier: MIT
#
# The two Conan recipes describe the same build and use of the library. On Windows, where the Conan test does not run,
# they link the same libraries as CMakeLists.txt.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

# recipe(path result): the recipe from the settings to the end, without the parts that must differ.
function(recipe path result)
  file(READ "${SOURCE}/${path}" text)
  string(REGEX REPLACE "^.*\n(    package_type = )" "\\1" text "${text}")
  foreach(line IN ITEMS "exports_sources = " "test_package_folder = ")
    string(REGEX REPLACE "    ${line}[^\n]*\n" "" text "${text}")
  endforeach()
  foreach(function IN ITEMS set_version source layout)
    string(REGEX REPLACE "    def ${function}\\(self\\):\n(        [^\n]*\n)+\n" "" text "${text}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

recipe(conanfile.py ours)
recipe(packaging/conan/all/conanfile.py center)
if(NOT ours STREQUAL center)
  fail("the recipes differ:\n${ours}\n\n${center}")
endif()

file(STRINGS "${SOURCE}/src/platform/CMakeLists.txt" libraries REGEX "set\\(libraries Threads::Threads .+\\)")
string(REGEX REPLACE ".*Threads::Threads (.*)\\)" "\\1" libraries "${libraries}")
string(REPLACE " " "\", \"" libraries "${libraries}")
string(FIND "${ours}" "system_libs = [\"${libraries}\"]" found)
if(libraries STREQUAL "" OR found EQUAL -1)
  fail("the recipes do not link on Windows the libraries of CMakeLists.txt: \"${libraries}\"")
endif()
