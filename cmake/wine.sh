#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a Windows program under Wine, in a Wine of netlite's own (build/wine, or $WINEPREFIX): what CMake and CTest start
# the programs of the mingw preset with.
#
#   cmake/wine.sh program.exe [argument...]
#   cmake/wine.sh --stop                      ends that Wine; by itself it ends ten minutes after its last program
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

# The first of several programs makes the folder, the others wait for it.
mkdir -p "$WINEPREFIX" || exit
if [ ! -e "$WINEPREFIX/ready" ]; then
  (
    flock 9
    [ -e "$WINEPREFIX/ready" ] || "$wine" wineboot -i </dev/null >/dev/null 2>&1 9>&- && : >"$WINEPREFIX/ready"
  ) 9>"$WINEPREFIX/lock"
fi
"$server" -p600 >/dev/null 2>&1 # one that goes on running, or every program would start its own; says no if there is one
exec "$wine" "$@"
