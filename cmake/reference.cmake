# SPDX-License-Identifier: MIT
#
# The target `reference`: HTML documentation of the public headers, in the folder reference/ of the build. A comment
# that is missing or that Doxygen does not understand is an error.
find_package(Doxygen 1.9 QUIET)
find_program(NETLITE_SED sed)
mark_as_advanced(NETLITE_SED)

if(DOXYGEN_FOUND AND NETLITE_SED)
  set(NETLITE_REFERENCE_DIR "${PROJECT_BINARY_DIR}/reference")
  set(netlite_doxyfile "${PROJECT_BINARY_DIR}/Doxyfile")
  configure_file(docs/Doxyfile.in "${netlite_doxyfile}" @ONLY)
  add_custom_target(reference
    COMMAND "${DOXYGEN_EXECUTABLE}" "${netlite_doxyfile}"
    COMMAND ${CMAKE_COMMAND} -E echo "${NETLITE_REFERENCE_DIR}/index.html"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    COMMENT "Generating the reference"
    VERBATIM)
else()
  add_custom_target(reference
    COMMAND ${CMAKE_COMMAND} -E echo "The reference needs Doxygen 1.9 (Debian and Ubuntu: doxygen) and sed."
    COMMAND ${CMAKE_COMMAND} -E false
    VERBATIM)
endif()
