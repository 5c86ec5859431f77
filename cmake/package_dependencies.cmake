# SPDX-License-Identifier: MIT
#
# cpack reads this once for each kind of package. dpkg-shlibdeps adds the needed libraries to the Debian package.
if(CPACK_GENERATOR STREQUAL "DEB" AND CPACK_COMPONENTS_ALL MATCHES "Runtime")
  find_program(NETLITE_DPKG_SHLIBDEPS dpkg-shlibdeps)
  if(NETLITE_DPKG_SHLIBDEPS)
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
    set(CPACK_DEBIAN_SSLRUNTIME_PACKAGE_SHLIBDEPS ON)
  else()
    message(WARNING "dpkg-shlibdeps is missing, so ${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} is packed without its "
                    "dependencies. Install dpkg-dev and pack again.")
  endif()
endif()
