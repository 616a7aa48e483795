# shellcheck shell=bash
# What every script here shares: how it speaks, how it becomes root, how it cleans up. Sourced, never run.
#
# Progress goes to stdout as "== what happens now". Errors and hints go to stderr, lower case, without full stop.
# Exit codes: 0 all good, 1 something failed, 2 the machine or the command line is not as needed.

# The repository's root, wherever the script was called from.
# shellcheck disable=SC2034 # used by who sources this
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }

# die CODE MESSAGE [HINT]: the one way out on an error.
die() {
  printf 'valkey-secure: error: %s\n' "$2" >&2
  [ $# -lt 3 ] || printf 'valkey-secure: hint: %s\n' "$3" >&2
  exit "$1"
}

# Runs a command as root: directly, or through sudo. Says what is missing where neither is possible.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die 2 "root is needed, this user is $(id -un) and there is no sudo" "run this script as root, once"
  fi
}

# at_exit COMMAND...: runs when the script ends, however it ends; last registered first.
AT_EXIT=()
at_exit() { AT_EXIT=("$(printf '%q ' "$@")" "${AT_EXIT[@]}"); }
run_at_exit() {
  local code=$? command
  trap - EXIT
  for command in "${AT_EXIT[@]}"; do eval "$command" || true; done
  exit "$code"
}
trap run_at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A directory of our own that goes when the script ends.
make_scratch() {
  SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/valkey-secure.XXXXXX")
  at_exit rm -rf "$SCRATCH"
}

# at_least HAVE WANT: whether a dotted version is as new as the wanted one.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }
