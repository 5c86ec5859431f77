# SPDX-License-Identifier: MIT
#
# Functions that .ci/run and .ci/more share. A script that sources this defines all_checks, install_prerequisites and
# a check_NAME for each of its checks, and calls run_checks. Everything is checked in a fresh clone of HEAD.
set -uo pipefail
export LC_ALL=C.UTF-8
export CTEST_PARALLEL_LEVEL=4

readonly skipped=77 # status of a check that cannot run here and has printed the reason
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel) || exit 2
work=$(mktemp -d)
trap clean_up EXIT
passed=0
failed=0
summary=()
failed_checks=()

clean_up() {
  [ ! -d "$work/netlite/build/wine" ] || "$work/netlite/cmake/wine.sh" --stop # it outlives its programs
  rm -rf "$work"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

install_packages() {
  command -v apt-get >/dev/null || { echo "missing: $*" >&2; exit 2; }
  echo "installing: $*"
  as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy "$@" || exit 2
}

exists() { if [[ $1 == /* ]]; then [ -e "$1" ]; else command -v "$1" >/dev/null; fi; }

# install_missing [apt's option] PROGRAM=PACKAGE... PATH=PACKAGE...
install_missing() {
  local options=() packages=() pair
  for pair; do
    if [[ $pair == -* ]]; then
      options+=("$pair")
    else
      exists "${pair%%=*}" || packages+=("${pair#*=}")
    fi
  done
  [ ${#packages[@]} -eq 0 ] || install_packages "${options[@]}" "${packages[@]}"
}

can_link_fuzzers() {
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o "$work/probe" 2>/dev/null
}

# The compiler, and its sanitizers' libraries.
install_clang() {
  install_missing clang++=clang
  can_link_fuzzers || install_packages "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
}

# Adds CTest's totals from the log, of all its runs, or counts the check as one.
count() {
  local status=$1 log=$2 out_of failures
  read -r failures out_of < <(grep -Eo '[0-9]+ tests? failed out of [0-9]+' "$log" |
    awk '{ failures += $1; all += $NF } END { print failures + 0, all + 0 }')
  if [ "$out_of" -gt 0 ]; then
    passed=$((passed + out_of - failures))
    failed=$((failed + failures))
    [ "$status" -eq 0 ] || [ "$failures" -gt 0 ] || failed=$((failed + 1))
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
  elif [ "$status" -ne "$skipped" ]; then
    failed=$((failed + 1))
  fi
}

# Prints the output of a failed check: up to 100 lines of each failed test, or its last lines if it ran no tests.
print_failures() {
  local text
  text=$(awk '/^ *[0-9]+\/[0-9]+ Test +#/ { wanted = /\*\*\*/ && !/\*\*\*Skipped/ ? 100 : 0 }
    /^ +Start +[0-9]+:/ { wanted = 0 }
    wanted-- > 0' "$1")
  [ -n "$text" ] || text=$(tail -n 40 "$1")
  printf '%s\n' "$text"
}

run_check() {
  local status=0 result start=$SECONDS log="$work/$1.log"
  printf '\n==== %s\n' "$1"
  (cd "$work/netlite" && "check_$1") 2>&1 | tee "$log" || status=$?
  count "$status" "$log"
  case $status in
    0) result=ok ;;
    "$skipped") result=skipped ;;
    *) result=FAILED; failed_checks+=("$1") ;;
  esac
  summary+=("$(printf '%-8s %-7s %4d s' "$1" "$result" $((SECONDS - start)))")
}

# Prints which tests ran again, see cmake/wine.sh.
print_deaths_of_wine() {
  local deaths="$work/netlite/build/wine/died"
  [ ! -e "$deaths" ] || { echo "Wine failed at the end of these, and they ran again:"; cat "$deaths"; }
}

run_checks() {
  local checks=("$@") check
  [ ${#checks[@]} -gt 0 ] || checks=("${all_checks[@]}")
  for check in "${checks[@]}"; do
    declare -F "check_$check" >/dev/null || { echo "no such check: $check (${all_checks[*]})" >&2; exit 2; }
  done

  install_prerequisites
  [ -z "$(git -C "$root" status --porcelain)" ] || echo "note: uncommitted changes are not checked"
  git clone --quiet "$root" "$work/netlite" || exit 2
  for check in "${checks[@]}"; do run_check "$check"; done

  # Repeated at the end, since some CI systems show only the end of a long output.
  for check in "${failed_checks[@]}"; do
    printf '\n==== %s has failed:\n' "$check"
    print_failures "$work/$check.log"
  done
  echo
  print_deaths_of_wine
  printf '%s\n' "${summary[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
