# SPDX-License-Identifier: MIT
#
# Tests web_chat_server with Node's and Python's WebSockets and with a browser, where there are some.
if(CMAKE_CROSSCOMPILING)
  return()
endif()
find_program(NETLITE_NODE node)
find_program(NETLITE_CHROMIUM NAMES chromium-headless-shell chromium chromium-browser google-chrome) # lightest first
# Not the first python3 on the PATH, which may be one without Debian's packages.
find_program(NETLITE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
mark_as_advanced(NETLITE_NODE NETLITE_CHROMIUM NETLITE_PYTHON)

# Sets `result` to whether the command succeeds.
function(netlite_can_run result)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs ${ARGN}
                  RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  set(${result} FALSE PARENT_SCOPE)
  if(status EQUAL 0)
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# How the tests run: with OS threads, with virtual ones, and over TLS.
set(variants plain virtual)
set(prefix_virtual virtual.)
set(options_virtual --virtual)
if(netlite_has_ssl)
  set(certificates "${CMAKE_CURRENT_BINARY_DIR}/web_certificates")
  add_executable(make_certificate web/make_certificate.cpp)
  netlite_configure_target(make_certificate)
  target_link_libraries(make_certificate PRIVATE tls_support)
  add_test(NAME WebChatServer.HasACertificate COMMAND make_certificate "${certificates}")
  set_tests_properties(WebChatServer.HasACertificate PROPERTIES FIXTURES_SETUP web_certificates)
  list(APPEND variants tls)
  set(prefix_tls tls.)
  set(options_tls --certificate "${certificates}/chain.pem" --key "${certificates}/key.pem")
  set(fixtures_tls web_certificates)
  set(environment_tls "NODE_EXTRA_CA_CERTS=${certificates}/authority.pem" "SSL_CERT_FILE=${certificates}/authority.pem")
endif()

# netlite_web_test(name missing command...): a test in all variants. Skipped if `missing` is not "".
function(netlite_web_test name missing)
  foreach(variant IN LISTS variants)
    set(test ${prefix_${variant}}${name})
    if(missing)
      add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: there is no ${missing}")
      set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped")
    else()
      add_test(NAME ${test} COMMAND ${ARGN} ${options_${variant}})
      set_tests_properties(${test} PROPERTIES TIMEOUT 240 LABELS starts_programs
        ENVIRONMENT "NODE_PATH=/usr/share/nodejs;${environment_${variant}}" FIXTURES_REQUIRED "${fixtures_${variant}}")
    endif()
  endforeach()
endfunction()

set(no_node "Node with the package ws")
set(no_python "Python with the package websockets")
set(no_chromium "Chromium")
if(NETLITE_NODE)
  netlite_can_run(has_ws "${NETLITE_NODE}" -e "require('ws')")
endif()
if(NETLITE_PYTHON)
  netlite_can_run(has_websockets "${NETLITE_PYTHON}" -c "import websockets")
endif()
if(has_ws)
  set(no_node "")
endif()
if(has_websockets)
  set(no_python "")
endif()
if(NETLITE_CHROMIUM)
  set(no_chromium "${no_node}")
endif()
set(folder "${CMAKE_CURRENT_SOURCE_DIR}/web")
set(server $<TARGET_FILE:web_chat_server>)
netlite_web_test(WebChatServer.NodeClients "${no_node}" "${NETLITE_NODE}" "${folder}/clients.js" ${server})
netlite_web_test(WebChatServer.PythonClients "${no_python}" "${NETLITE_PYTHON}" "${folder}/clients.py" ${server})
if(NETLITE_SANITIZE)
  list(REMOVE_ITEM variants tls)  # for the time that it takes: the other clients are enough to see the server's side
endif()
netlite_web_test(WebChatServer.Browsers "${no_chromium}" "${NETLITE_NODE}" "${folder}/browser.js" "${NETLITE_CHROMIUM}"
  ${server} $<TARGET_FILE:broadcast_client>)
