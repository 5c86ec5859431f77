# SPDX-License-Identifier: MIT
#
# An archive of netlite's sources, fetched by a C++20 project. It is a unity build, which is quicker.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")

start_with_empty_folder()
set(archive "${work}/netlite.tar.gz")
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf "${archive}" CMakeLists.txt LICENSE cmake include src
                WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE status)
file(SHA256 "${archive}" hash)
build_consumer(-DMETHOD=FetchContent "-DNETLITE_ARCHIVE=${archive}" "-DNETLITE_ARCHIVE_SHA256=${hash}"
               -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DCMAKE_CXX_STANDARD=20)
