#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a Windows program under Wine, in a separate Wine prefix (build/wine, or $WINEPREFIX). CMake and CTest start the
# programs of the mingw preset with this script.
#
#   cmake/wine.sh [--again] program.exe [argument...]
#   cmake/wine.sh --stop                      stops that Wine, which otherwise ends ten minutes after its last program
#
# --again is for tests: it runs the program once more if Wine itself died of a segmentation fault, and notes that in
# $WINEPREFIX/died. Wine 8.0 dies about once in 8,000 times when a process ends while one of its threads is ending. If the
# program itself faults, Wine exits with a code and is not killed.
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
# CTest kills only this script when a test exceeds its time limit; pdeathsig then kills the program, too.
run() {
  setpriv --pdeathsig KILL $fixed "$wine" "$@"
}
readonly died_of_sigsegv=139
run "$@"
status=$?
if [ $status = $died_of_sigsegv ]; then
  echo "wine.sh: Wine died; running the program again" >&2
  echo "$(date): $*" >>"$WINEPREFIX/died"
  run "$@"
  status=$?
fi
exit $status
