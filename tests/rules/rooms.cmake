# SPDX-License-Identifier: MIT
#
# The table of the include rules. layering.cmake checks the sources against it, layering_test.cmake plants a violation
# for each of its rows, and docs/architecture.md shows it.
#
#   room(FOLDER MAY permission... [FILES pattern...] [EXCEPT regex] [ANY_WORD])
#
# A permission is the name of a room of src/ (any of its headers), ROOM/FILE (one header, without .hpp), or
#   std      the standard library             <vector>
#   public   the public headers               <netlite/socket.hpp>
#   system   headers of the operating system  <sys/socket.h>
#   any      any installed library            <asio.hpp>
#   sibling  a header of the same folder      "raw_socket.hpp"
#   support  the folder's support library     "support/console.hpp"
# ANY_WORD: the files may name the operating system (_WIN32, errno) and the like.

room(include/netlite MAY std public EXCEPT "/export\\.hpp$")
room(include/netlite MAY std public FILES export.hpp ANY_WORD)

room(src/platform MAY std platform)
room(src/platform/posix MAY std platform platform/posix system ANY_WORD)
room(src/platform/windows MAY std platform platform/windows system ANY_WORD)
room(src/base MAY std public base)
room(src/thread MAY std base thread platform/process platform/thread platform/wait)
room(src/address MAY std public base thread address platform/resolver platform/types)
room(src/io MAY std public base thread io)
room(src/net MAY std public base thread address net platform)
room(src/server MAY std public base thread net)

room(examples MAY std public support)
room(examples/support MAY std public support)
room(examples/support/posix MAY std public support system ANY_WORD)
room(examples/support/windows MAY std public support system ANY_WORD)
room(bench MAY std public support any FILES *.cpp)
room(bench/support MAY std public support sibling any ANY_WORD)
room(bench/rivals MAY std public support any ANY_WORD)
