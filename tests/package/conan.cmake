# SPDX-License-Identifier: MIT
#
# The Conan package, static and shared, in a separate cache: it is created and used as C++17, used as C++20 and C++23,
# and refused below C++17.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

find_program(CONAN conan)
if(NOT CONAN)
  skip("conan is not on the PATH")
endif()

set(ENV{CONAN_HOME} "${WORK}/conan home")
file(REMOVE_RECURSE "${WORK}/conan home")
start_with_empty_folder()
# Conan builds a test package in its recipe's folder, so this uses a copy of the sources.
run("${CMAKE_COMMAND}" -E copy "${SOURCE}/conanfile.py" "${SOURCE}/CMakeLists.txt" "${SOURCE}/LICENSE" "${work}")
foreach(folder IN ITEMS cmake include src packaging)
  file(COPY "${SOURCE}/${folder}" DESTINATION "${work}")
endforeach()
run("${CONAN}" profile detect)

set(unity "tools.cmake.cmaketoolchain:extra_variables={'CMAKE_UNITY_BUILD': 'ON'}") # quicker
foreach(shared IN ITEMS False True)
  run("${CONAN}" create "${work}" --no-remote -o "netlite/*:shared=${shared}" -s compiler.cppstd=17 -c "${unity}")
  foreach(standard IN ITEMS 20 23)
    run("${CONAN}" test "${work}/packaging/conan/all/test_package" netlite/${VERSION} --no-remote
        -o "netlite/*:shared=${shared}" -s compiler.cppstd=${standard})
  endforeach()
endforeach()

execute_process(COMMAND "${CONAN}" create "${work}" --no-remote -s compiler.cppstd=14 RESULT_VARIABLE status
                ERROR_VARIABLE errors OUTPUT_QUIET)
if(status EQUAL 0 OR NOT errors MATCHES "C\\+\\+ standard|cppstd")
  fail("C++14 is not refused: ${errors}")
endif()

output_of(description "${CONAN}" inspect "${work}/packaging/conan/all/conanfile.py")
if(NOT description MATCHES "name: netlite")
  fail("the recipe for conan-center cannot be read: ${description}")
endif()
