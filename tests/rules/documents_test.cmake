# SPDX-License-Identifier: MIT
#
# Plants faults in a small tree of documents under ROOT and expects documents.cmake to find each; the tree without faults
# must pass.
cmake_minimum_required(VERSION 3.16)
include("${CMAKE_CURRENT_LIST_DIR}/planted.cmake")

set(code "<!-- command:test -->\n```sh\nls; ls [a-z]\n```\n<!-- end -->\n")
set(readme "# title\n\n[guide](docs/guide.md#one--two), [up](#title), [far](https://example.com/x)\n\n${code}")
set(readme_ko "# 제목\n\n${code}")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../../docs/architecture.md" rooms REGEX "^[|] `[a-z_/.]+` [|] .* [|] (yes|no) [|]$"
     ENCODING UTF-8)
list(JOIN rooms "\n" rooms)

set(rule "${CMAKE_COMMAND}" "-DROOT=${ROOT}" -P "${CMAKE_CURRENT_LIST_DIR}/documents.cmake")

# Writes the tree, with `old` in a file replaced by `new`.
function(plant file old new)
  file(REMOVE_RECURSE "${ROOT}")
  file(WRITE "${ROOT}/README.md" "${readme}")
  file(WRITE "${ROOT}/README.ko.md" "${readme_ko}")
  file(WRITE "${ROOT}/docs/guide.md" "# guide\n\n## One & `two`\n\n[back](../README.md)\n")
  file(WRITE "${ROOT}/docs/architecture.md" "${rooms}\n")
  file(WRITE "${ROOT}/SECURITY.md" "`SocketTest.Closes`\n")
  file(WRITE "${ROOT}/tests/socket_test.cpp" "TEST(SocketTest, Closes) {}\n")
  file(READ "${ROOT}/${file}" text)
  string(REPLACE "${old}" "${new}" text "${text}")
  file(WRITE "${ROOT}/${file}" "${text}")
endfunction()

function(expect_problem file old new problem)
  plant("${file}" "${old}" "${new}")
  expect_refused("'${old}' replaced by '${new}' in ${file}" "${problem}" ${rule})
endfunction()

plant(README.md "title" "title")
expect_accepted("the tree without faults" ${rule})

expect_problem(README.md "docs/guide.md" "docs/guid.md" "no such file")
expect_problem(README.md "guide.md#one--two" "guide.md#one-two" "no such heading")
expect_problem(README.md "(#title)" "(#tile)" "no such heading")
expect_problem(docs/guide.md "../README.md" "README.md" "no such file")
expect_problem(SECURITY.md "Closes" "Opens" "no such test")
expect_problem(README.ko.md "# 제목" "## 제목" "README.ko.md has")
expect_problem(README.ko.md "ls [a-z]" "ls [a-y]" "README.ko.md has")
expect_problem(README.ko.md "<!-- end -->\n" "" "README.ko.md has")
expect_problem(README.ko.md "<!-- end -->\n" "<!-- end -->\n# 더\n" "README.ko.md continues")
expect_problem(docs/architecture.md "| `src/io` | std, " "| `src/io` | std, net, " "lacks this row of tests/rules/rooms.cmake")
expect_problem(docs/architecture.md "| `src/io` |" "| `src/ssl` | std | no |\n| `src/io` |" "lacks this row of docs/arch")
