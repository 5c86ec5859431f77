# SPDX-License-Identifier: MIT
#
# What `cmake --install` installs and where: the library, the headers, the CMake package and the pkg-config file. The
# installed tree may be moved as a whole. Component Runtime is for running programs, Development for building them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(CheckCXXCompilerFlag)

set(netlite_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/netlite")

# Installed files do not contain paths of the build. A debugger started in netlite's folder still finds the sources of a
# Debug build; the counters of a coverage build need the full path.
check_cxx_compiler_flag("-ffile-prefix-map=/from=to" NETLITE_COMPILER_HAS_FILE_PREFIX_MAP)
if(NETLITE_COMPILER_HAS_FILE_PREFIX_MAP AND NOT NETLITE_COVERAGE)
  foreach(library IN LISTS netlite_libraries)
    target_compile_options(${library} PRIVATE
      "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build"
      "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=$<IF:$<CONFIG:Debug>,.,netlite>")
  endforeach()
endif()

# netlite_install_library(target name prefix): its files are in the components PREFIXRuntime and PREFIXDevelopment, and
# CMake's description of it is in NAME-targets.cmake.
function(netlite_install_library target name prefix)
  install(TARGETS ${target} EXPORT ${name}
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${prefix}Runtime
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${prefix}Runtime NAMELINK_COMPONENT ${prefix}Development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${prefix}Development
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT ${name} NAMESPACE netlite:: FILE ${name}-targets.cmake DESTINATION "${netlite_package_dir}"
    COMPONENT ${prefix}Development)
endfunction()

netlite_install_library(netlite netlite "")
install(DIRECTORY include/netlite DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT Development
  FILES_MATCHING PATTERN "*.hpp" PATTERN "ssl*.hpp" EXCLUDE)
install(FILES tools/gdb_virtual_threads.py DESTINATION "${CMAKE_INSTALL_DATADIR}/netlite" COMPONENT Development)
if(netlite_has_ssl)
  netlite_install_library(netlite_ssl netlite-ssl Ssl)
  install(DIRECTORY include/netlite DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT SslDevelopment
    FILES_MATCHING PATTERN "ssl*.hpp")
endif()

configure_package_config_file(cmake/netlite-config.cmake.in "${PROJECT_BINARY_DIR}/netlite-config.cmake"
  INSTALL_DESTINATION "${netlite_package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/netlite-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/netlite-config.cmake" "${PROJECT_BINARY_DIR}/netlite-config-version.cmake"
  DESTINATION "${netlite_package_dir}" COMPONENT Development)

# The licence is installed with the library. Shared libraries of two interface versions can be installed side by side,
# so their files must have different paths.
if(BUILD_SHARED_LIBS)
  get_target_property(netlite_interface netlite SOVERSION)
  install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/netlite${netlite_interface}" COMPONENT Runtime)
else()
  install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/netlite" COMPONENT Development)
endif()

set(netlite_pc_libs -lnetlite)
set(netlite_pc_libs_private ${CMAKE_THREAD_LIBS_INIT})
foreach(library IN LISTS netlite_system_libraries)
  if(NOT library STREQUAL "Threads::Threads")
    list(APPEND netlite_pc_libs_private -l${library})
  endif()
endforeach()
if(BUILD_SHARED_LIBS)
  set(netlite_pc_cflags " -DNETLITE_SHARED")
else()
  list(APPEND netlite_pc_libs ${netlite_pc_libs_private})
  set(netlite_pc_libs_private "")
endif()
list(JOIN netlite_pc_libs " " netlite_pc_libs)
list(JOIN netlite_pc_libs_private " " netlite_pc_libs_private)
set(netlite_pc_dir "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH netlite_pc_prefix "${netlite_pc_dir}" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" netlite_pc_prefix "${netlite_pc_prefix}")
file(RELATIVE_PATH netlite_pc_libdir "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_LIBDIR}")
file(RELATIVE_PATH netlite_pc_includedir "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
configure_file(cmake/netlite.pc.in "${PROJECT_BINARY_DIR}/netlite.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/netlite.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT Development)
if(netlite_has_ssl)
  set(netlite_ssl_pc_requires netlite)
  set(netlite_ssl_pc_requires_private "libssl, libcrypto")
  if(NOT BUILD_SHARED_LIBS)
    string(APPEND netlite_ssl_pc_requires ", libssl, libcrypto")
    set(netlite_ssl_pc_requires_private "")
  endif()
  set(netlite_ssl_pc_libs -lnetlite_ssl)
  if(WIN32 AND NOT BUILD_SHARED_LIBS)
    string(APPEND netlite_ssl_pc_libs " -lcrypt32")
  endif()
  configure_file(cmake/netlite-ssl.pc.in "${PROJECT_BINARY_DIR}/netlite-ssl.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/netlite-ssl.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT SslDevelopment)
endif()
