# SPDX-License-Identifier: MIT
#
# Who may include whom, read from the sources themselves. Fails with file:line for every line that breaks a rule.
#
#   cmake -DROOT=<netlite's folder> -P layering.cmake
cmake_minimum_required(VERSION 3.16)

set(violations "")

# Splits a file into lines. A CMake list cannot carry ; [ ] and \ as they are, and no rule asks for them.
function(read_lines path result)
  file(READ "${path}" text)
  string(REPLACE "\\" "/" text "${text}")
  string(REGEX REPLACE "[];[]" "|" text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(check_line place line includes words)
  if(line MATCHES "^[ \t]*#[ \t]*include" AND NOT line MATCHES "^[ \t]*#[ \t]*include[ \t]*(${includes})")
    set(problem "may not be included here")
  elseif(words AND line MATCHES "(^|[^A-Za-z0-9_])(${words})([^A-Za-z0-9_]|$)")
    set(problem "does not belong here")
  else()
    return()
  endif()
  set(violations "${violations}${place}: ${problem}: ${line}\n" PARENT_SCOPE)
endfunction()

# check_files(includes words glob... [EXCEPT regex]): in the files of these patterns every #include fits `includes`,
# and no line holds one of `words`.
function(check_files includes words)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "EXCEPT" "")
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND "${ROOT}/")
  file(GLOB files RELATIVE "${ROOT}" ${arg_UNPARSED_ARGUMENTS})
  if(arg_EXCEPT)
    list(FILTER files EXCLUDE REGEX "${arg_EXCEPT}")
  endif()
  foreach(file IN LISTS files)
    read_lines("${ROOT}/${file}" lines)
    set(number 0)
    foreach(line IN LISTS lines)
      math(EXPR number "${number} + 1")
      check_line("${file}:${number}" "${line}" "${includes}" "${words}")
    endforeach()
  endforeach()
  set(violations "${violations}" PARENT_SCOPE)
endfunction()

set(name "[a-z0-9_]+")
set(public "<${name}>|<netlite/${name}\\.hpp>")
set(sibling "\"${name}\\.hpp\"")
set(contract "\"platform/platform\\.hpp\"|\"\\.\\./platform\\.hpp\"")
set(system "<[A-Za-z0-9_/]+(\\.h)?>")
string(CONCAT system_words "_WIN32|winsock2?\\.h|ws2tcpip\\.h|windows\\.h|sys/${name}|netinet/${name}|arpa/${name}|"
                           "netdb\\.h|unistd\\.h|poll\\.h|c?errno")

check_files("${public}" "${system_words}" include/netlite/*.hpp EXCEPT "/export\\.hpp$")
check_files("${public}" "" include/netlite/export.hpp)
check_files("${public}|${sibling}|\"platform/platform\\.hpp\"" "${system_words}" src/*.hpp src/*.cpp)
check_files("${public}" "${system_words}" src/platform/platform.hpp)
# What all systems do alike, with types that native_types.hpp takes from the system.
set(native "\"platform/native_address\\.hpp\"")
check_files("${public}|\"platform/platform\\.hpp\"|${native}|\"native_types\\.hpp\"" "${system_words}"
            src/platform/*.hpp src/platform/*.cpp EXCEPT "/platform\\.hpp$")
check_files("${system}|${public}|${sibling}|${contract}|${native}|\"platform/posix/${name}\\.hpp\"" "windows/${name}"
            src/platform/posix/*.hpp src/platform/posix/*.cpp)
check_files("${system}|${public}|${sibling}|${contract}|${native}|\"platform/windows/${name}\\.hpp\"" "posix/${name}"
            src/platform/windows/*.hpp src/platform/windows/*.cpp)
check_files("${public}|\"support/${name}\\.hpp\"" "${system_words}"
            examples/*.hpp examples/*.cpp examples/support/*.hpp examples/support/*.cpp)
check_files("${system}|${public}|\"support/${name}\\.hpp\"" "_WIN32"
            examples/support/posix/*.cpp examples/support/windows/*.cpp)
# Baselines and load generators stand on the system itself, rivals on others' libraries: they live in these folders.
check_files("${public}|\"support/${name}\\.hpp\"|<benchmark/benchmark\\.h>" "${system_words}" bench/*.cpp)
check_files("<[A-Za-z0-9_/]+(\\.h|\\.hpp)?>|${sibling}|\"support/${name}\\.hpp\"" ""
            bench/support/*.hpp bench/support/*.cpp bench/rivals/*.cpp)

if(violations)
  message("${violations}")
  message(FATAL_ERROR "These lines break the rules of docs/architecture.md, \"Who may include whom\".")
endif()
