# SPDX-License-Identifier: MIT
#
# NETLITE_SSL, and whether the component netlite::ssl is built: netlite_has_ssl.
include(CheckCXXSourceCompiles)

set(NETLITE_SSL AUTO CACHE STRING
    "Build the component netlite::ssl: AUTO (if OpenSSL is found and netlite is the top project), ON or OFF")
set_property(CACHE NETLITE_SSL PROPERTY STRINGS AUTO ON OFF)

# A cross-compiling build may find the OpenSSL of the machine that it runs on.
function(netlite_check_openssl)
  set(CMAKE_REQUIRED_LIBRARIES OpenSSL::SSL OpenSSL::Crypto)
  check_cxx_source_compiles(
    "#include <openssl/ssl.h>\nint main() { return SSL_CTX_new(TLS_method()) == nullptr; }" NETLITE_OPENSSL_LINKS)
endfunction()

set(netlite_has_ssl OFF)
if(NETLITE_SSL STREQUAL "AUTO")
  if(netlite_top_level)
    find_package(OpenSSL 1.1.1 QUIET)
    if(OPENSSL_FOUND)
      netlite_check_openssl()
      set(netlite_has_ssl "${NETLITE_OPENSSL_LINKS}")
    endif()
  endif()
elseif(NETLITE_SSL)
  find_package(OpenSSL 1.1.1 REQUIRED)
  set(netlite_has_ssl ON)
endif()
