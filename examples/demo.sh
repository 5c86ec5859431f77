#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Real conversations over loopback between the example programs, line by line as they happen: an echo, a broadcast chat
# of three, and a 1:1 chat. Fails if a line does not come back as it was sent, or if a program does not end with exit
# code 0.
#
#   demo.sh FOLDER      the folder of the example programs
set -eu

programs=$1
limit=60 # seconds for everything, so that nothing can hang

folder=$(mktemp -d)
running=''
watchdog=''
clean_up() {
  for pid in $watchdog $running; do
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

# The signal also ends a blocked open or read of a pipe.
(
  sleep "$limit" &
  trap 'kill $!' TERM
  wait $! && kill -TERM $$
) >/dev/null 2>&1 &
watchdog=$!

# start NAME PROGRAM ARGUMENT...: the program in the background, with pipes NAME.in and NAME.out that the caller opens.
start() {
  name=$1 program=$2
  shift 2
  mkfifo "$folder/$name.in" "$folder/$name.out"
  echo "\$ $program $*"
  "$programs/$program" "$@" <"$folder/$name.in" >"$folder/$name.out" &
  started=$!
  running="$running $started"
}

# ended PID: waits for the end of a program, whose exit code must be 0.
ended() {
  wait "$1" || fail "a program ended with exit code $?"
}

# expect LINE: reads a line from standard input, which must be this one, and shows it.
expect() {
  IFS= read -r line || fail "'$1' did not come"
  [ "$line" = "$1" ] || fail "'$line' came, not '$1'"
  printf '  %s\n' "$line"
}

# greeted: reads a server's first line from standard input, and sets `port` to its port.
greeted() {
  IFS= read -r line || fail "the server said nothing"
  printf '  %s\n' "$line"
  port=${line##* }
}

echo_conversation() {
  printf '\nEcho: the server sends every line back.\n\n'
  start server echo_server 0
  server=$started
  exec 3>"$folder/server.in" 4<"$folder/server.out"
  greeted <&4
  start client echo_client 127.0.0.1 "$port"
  client=$started
  exec 5>"$folder/client.in" 6<"$folder/client.out"
  for text in "Hello, netlite!" "안녕하세요, 소켓!" "한글도 그대로 돌아옵니다 🙂"; do
    echo "$text"
    echo "$text" >&5
    expect "From server: $text" <&6
  done
  exec 5>&- # the end of its input ends the client
  ended "$client"
  kill -TERM "$server"
  ended "$server"
  exec 3>&- 4<&- 6<&-
}

# all_hear LINE: expects LINE at all three clients.
all_hear() {
  for heard in 7 8 9; do
    eval "expect \"\$1\" <&$heard" >/dev/null
  done
  printf '  (to all three) %s\n' "$1"
}

broadcast_chat() {
  printf '\nBroadcast: every line goes to all clients, in the same order.\n\n'
  start room broadcast_server 0 --nicknames
  room=$started
  exec 3<>"$folder/room.in" 4<"$folder/room.out"
  greeted <&4
  exec 4<&-
  start minji broadcast_client 127.0.0.1 "$port" minji --nickname
  minji=$started
  exec 4>"$folder/minji.in" 7<"$folder/minji.out"
  expect "[minji joined the chat]" <&7
  start jun broadcast_client 127.0.0.1 "$port" jun --nickname
  jun=$started
  exec 5>"$folder/jun.in" 8<"$folder/jun.out"
  expect "[jun joined the chat]" <&8
  expect "[jun joined the chat]" <&7 >/dev/null
  start ada broadcast_client 127.0.0.1 "$port" ada --nickname
  ada=$started
  exec 6>"$folder/ada.in" 9<"$folder/ada.out"
  all_hear "[ada joined the chat]"
  echo "안녕, 여러분!" >&4
  all_hear "[minji : 안녕, 여러분!]"
  echo "반가워요 🙂" >&5
  all_hear "[jun : 반가워요 🙂]"
  echo "Hello, both of you." >&6
  all_hear "[ada : Hello, both of you.]"
  exec 6>&-
  ended "$ada"
  expect "[ada left the chat]" <&7
  exec 4>&- 5>&-
  ended "$minji"
  ended "$jun"
  kill -TERM "$room"
  ended "$room"
  exec 3>&- 7<&- 8<&- 9<&-
}

private_chat() {
  printf '\nChat: two people, both ways at any time, until one says quit.\n\n'
  start host chat_server 0
  host=$started
  exec 3>"$folder/host.in" 4<"$folder/host.out"
  greeted <&4
  start guest chat_client 127.0.0.1 "$port"
  guest=$started
  exec 5>"$folder/guest.in" 6<"$folder/guest.out"
  expect "127.0.0.1 connected" <&4
  echo "점심 먹었어?" >&5
  expect "점심 먹었어?" <&4
  echo "Not yet. Shall we?" >&3
  expect "Not yet. Shall we?" <&6
  echo "quit" >&5
  ended "$guest"
  ended "$host"
  exec 3>&- 4<&- 5>&- 6<&-
}

echo_conversation
broadcast_chat
private_chat
printf '\n(all programs ended with exit code 0)\n\n'
