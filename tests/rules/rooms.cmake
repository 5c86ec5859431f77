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
room(src/thread MAY std public base thread platform/poller platform/process platform/stack platform/thread platform/types platform/wait thread/context)
room(src/thread/context MAY std system thread/context ANY_WORD)
room(src/address MAY std public base thread address platform/resolver platform/types platform/unix_domain)
room(src/io MAY std public base thread io platform/file)
room(src/net MAY std public base thread address net platform)
room(src/server MAY std public base thread net)
room(src/ssl MAY std public base net/channel ssl any)
room(src/ssl/posix MAY std public ssl any)
room(src/ssl/windows MAY std public ssl system any ANY_WORD)

room(examples MAY std public support EXCEPT "/window_chat\\.cpp$")
room(examples MAY std public support any FILES window_chat.cpp)
room(examples/support MAY std public support EXCEPT "/(chat_message|digest|websocket)\\.hpp$")
room(examples/support MAY std public support any FILES chat_message.hpp)
room(examples/support MAY std public support any FILES digest.hpp)
room(examples/support MAY std public support any FILES websocket.hpp)
room(examples/support/posix MAY std public support system ANY_WORD)
room(examples/support/windows MAY std public support system ANY_WORD)
room(bench MAY std public support any FILES *.cpp)
room(bench/support MAY std public support sibling any ANY_WORD)
room(bench/rivals MAY std public support any ANY_WORD)
