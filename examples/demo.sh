#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A real conversation over loopback between echo_server and echo_client, line by line as it happens. Fails if an answer
# is not the line that was sent, or if one of the programs does not end in order.
#
#   demo.sh ECHO_SERVER ECHO_CLIENT
set -eu

server=$1
client=$2
limit=30 # seconds for everything, so that nothing can hang

folder=$(mktemp -d)
server_pid='' client_pid='' watchdog_pid=''
clean_up() {
  for pid in $watchdog_pid $client_pid $server_pid; do
    kill "$pid" 2>/dev/null || :
  done
  rm -rf "$folder"
}
fail() {
  echo "demo: $1" >&2
  exit 1
}
trap clean_up EXIT
trap 'fail "not done after $limit seconds, or interrupted"' INT TERM

# A blocked open or read of a pipe ends when the signal comes.
(
  sleep "$limit" &
  trap 'kill $!' TERM
  wait $! && kill -TERM $$
) >/dev/null 2>&1 &
watchdog_pid=$!

mkfifo "$folder/server_out" "$folder/client_in" "$folder/client_out"

echo
echo "\$ echo_server 0"
"$server" 0 >"$folder/server_out" &
server_pid=$!
exec 3<"$folder/server_out"
IFS= read -r greeting <&3 || fail "the server said nothing"
echo "$greeting"
port=${greeting##* }

echo "\$ echo_client 127.0.0.1 $port"
"$client" 127.0.0.1 "$port" <"$folder/client_in" >"$folder/client_out" &
client_pid=$!
exec 4>"$folder/client_in" 5<"$folder/client_out"

say() {
  printf '%s\n' "$1"
  printf '%s\n' "$1" >&4
  IFS= read -r answer <&5 || fail "no answer"
  printf '%s\n' "$answer"
  [ "$answer" = "From server: $1" ] || fail "that is not what was said"
}

say "Hello, netlite!"
say "안녕하세요, 소켓!"
say "한글도 그대로 돌아옵니다 🙂"
say "bye"

exec 4>&- # the end of the client's input ends the client
wait "$client_pid" || fail "the client failed"
client_pid=''
kill -TERM "$server_pid"
wait "$server_pid" || fail "the server did not end in order"
server_pid=''
echo "(both programs ended in order)"
echo
