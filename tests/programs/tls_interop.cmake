# SPDX-License-Identifier: MIT
#
# The programs with which tls_interop_test connects the examples, where there are some. Without Go there is no peer in
# Go, and so on: those tests are skipped.
find_program(NETLITE_OPENSSL openssl)
find_program(NETLITE_CURL curl)
find_program(NETLITE_SSLSCAN sslscan)
find_program(NETLITE_GO go)
find_program(NETLITE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)  # as in web_clients.cmake
mark_as_advanced(NETLITE_OPENSSL NETLITE_CURL NETLITE_SSLSCAN NETLITE_GO NETLITE_PYTHON)

set(peers "${CMAKE_CURRENT_SOURCE_DIR}/tls")
set(peer_in_go "")
if(NETLITE_GO)
  set(peer_in_go "${CMAKE_CURRENT_BINARY_DIR}/tls_peer_in_go")
  add_custom_command(OUTPUT "${peer_in_go}"
    COMMAND ${CMAKE_COMMAND} -E env GO111MODULE=off "GOCACHE=${CMAKE_CURRENT_BINARY_DIR}/go_cache"
            "${NETLITE_GO}" build -o "${peer_in_go}" "${peers}/peer.go"
    DEPENDS "${peers}/peer.go" VERBATIM)
  add_custom_target(go_peer DEPENDS "${peer_in_go}")
  add_dependencies(tls_interop_test go_peer)
endif()

target_link_libraries(tls_interop_test PRIVATE tls_support)
target_compile_definitions(tls_interop_test PRIVATE
  NETLITE_TLS_PEER_IN_GO="${peer_in_go}"
  NETLITE_TLS_PEER_IN_PYTHON="${peers}/peer.py")
foreach(tool IN ITEMS OPENSSL CURL SSLSCAN PYTHON)
  set(path "")
  if(NETLITE_${tool})
    set(path "${NETLITE_${tool}}")
  endif()
  target_compile_definitions(tls_interop_test PRIVATE NETLITE_${tool}="${path}")
endforeach()
if(java_classes)
  add_dependencies(tls_interop_test java_peers)
endif()
if(TARGET web_chat_server)
  target_compile_definitions(tls_interop_test PRIVATE NETLITE_TEST_HAS_WEB_CHAT)
  add_dependencies(tls_interop_test web_chat_server)
endif()
