#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a Windows program under Wine, in a separate Wine prefix (build/wine, or $WINEPREFIX). CMake and CTest start the
# programs of the mingw preset with this script.
#
#   cmake/wine.sh [--again] program.exe [argument...]
#   cmake/wine.sh --stop                      stops that Wine, which otherwise ends ten minutes after its last program
#
# --again is for tests: it runs the program once more if Wine itself failed at the program's end, and notes that in
# $WINEPREFIX/died. About once in 8,000 times Wine 8.0 dies of a segmentation fault when a process ends while one of its
# threads is ending; if the program itself faults, Wine exits with a code and is not killed. Now and then Wine does not
# end a process whose tests have passed, which they note in the file $NETLITE_TEST_PASSED.
set -u
: "${WINEPREFIX:=$(cd "$(dirname "$0")/.." && pwd)/build/wine}"
: "${WINEDEBUG:=-all}"
: "${LC_ALL:=C.UTF-8}"
export WINEPREFIX WINEDEBUG LC_ALL
wine=/usr/lib/wine/wine64
server=/usr/lib/wine/wineserver64

if [ "${1-}" = --stop ]; then
  "$server" -k
  exec "$server" -w
fi

# The first caller starts a server that keeps running (otherwise each program would start its own) and the services that
# Wine runs alongside programs; later callers wait for it. Services that a program started itself would keep its output
# open, and a reader of that output would wait for them.
mkdir -p "$WINEPREFIX" || exit
(
  flock 9
  "$server" -p600 9>&- || exit 0 # a server is running
  "$wine" wineboot -i </dev/null 9>&-
) 9>"$WINEPREFIX/lock" >/dev/null 2>&1

# Wine needs certain addresses. With address space randomization, one program in some thousands does not start. A
# container may forbid switching it off.
if setarch -R true 2>/dev/null; then
  fixed='setarch -R'
else
  fixed=
fi

if [ "${1-}" != --again ]; then
  exec $fixed "$wine" "$@"
fi
shift
readonly killed=137 died_of_sigsegv=139
NETLITE_TEST_PASSED="$WINEPREFIX/passed.$$"
export NETLITE_TEST_PASSED

# CTest kills only this script when a test exceeds its time limit; pdeathsig then kills the program, too.
run() {
  rm -f "$NETLITE_TEST_PASSED"
  setpriv --pdeathsig KILL $fixed "$wine" "$@" <&0 &
  program=$!
  kill_if_it_does_not_end $program >/dev/null 2>&1 &
  watcher=$!
  wait $program
  status=$?
  kill $watcher
}

kill_if_it_does_not_end() {
  while kill -0 "$1"; do
    sleep 5
    [ ! -e "$NETLITE_TEST_PASSED" ] || { sleep 10 && kill -KILL "$1"; }
  done
}

wine_failed() {
  [ $status = $died_of_sigsegv ] || { [ $status = $killed ] && [ -e "$NETLITE_TEST_PASSED" ]; }
}

run "$@"
if wine_failed; then
  echo "wine.sh: Wine failed at the program's end; running the program again" >&2
  echo "$(date): status $status: $*" >>"$WINEPREFIX/died"
  run "$@"
fi
rm -f "$NETLITE_TEST_PASSED"
exit $status
