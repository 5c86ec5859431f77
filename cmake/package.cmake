# SPDX-License-Identifier: MIT
#
# What `cpack` makes of the installed files: an archive and, on Linux, Debian packages, one for running programs (if the
# library is shared) and one for building them; and the same two for the component netlite::ssl.
set(CPACK_GENERATOR TGZ)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  list(APPEND CPACK_GENERATOR DEB)
endif()
set(CPACK_PACKAGE_NAME netlite)
set(netlite_kind static)
if(BUILD_SHARED_LIBS)
  set(netlite_kind shared)
endif()
set(CPACK_PACKAGE_FILE_NAME
    "netlite-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}-${netlite_kind}")
set(CPACK_PACKAGE_VENDOR "netlite contributors")
set(CPACK_PACKAGE_CONTACT "netlite contributors <contributors@netlite.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL Development)
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL Runtime)
endif()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)

# netlite_debian_packages(prefix name depends): the names of the packages of PREFIXRuntime and PREFIXDevelopment, and
# what the latter needs besides the former.
macro(netlite_debian_packages prefix name depends)
  set(CPACK_DEBIAN_${prefix}RUNTIME_PACKAGE_NAME "${name}${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
  set(CPACK_DEBIAN_${prefix}DEVELOPMENT_PACKAGE_NAME ${name}-dev)
  set(CPACK_DEBIAN_${prefix}DEVELOPMENT_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_${prefix}DEVELOPMENT_PACKAGE_DEPENDS "${depends}")
  if(BUILD_SHARED_LIBS)
    string(APPEND CPACK_DEBIAN_${prefix}DEVELOPMENT_PACKAGE_DEPENDS
           ", ${CPACK_DEBIAN_${prefix}RUNTIME_PACKAGE_NAME} (= ${PROJECT_VERSION})")
  endif()
endmacro()

netlite_debian_packages("" libnetlite "libstdc++-dev")
if(netlite_has_ssl)
  list(APPEND CPACK_COMPONENTS_ALL SslDevelopment)
  set(netlite_ssl_needs "libnetlite-dev (= ${PROJECT_VERSION})")
  if(BUILD_SHARED_LIBS)
    list(APPEND CPACK_COMPONENTS_ALL SslRuntime)
    set(CPACK_DEBIAN_SSLRUNTIME_PACKAGE_DEPENDS "${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (= ${PROJECT_VERSION})")
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}") # where it finds libnetlite
  else()
    string(APPEND netlite_ssl_needs ", libssl-dev") # a program that links a static library also links OpenSSL
  endif()
  netlite_debian_packages(SSL libnetlite-ssl "${netlite_ssl_needs}")
endif()
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_SOURCE_DIR}/cmake/package_dependencies.cmake")
include(CPack)
