# shellcheck shell=bash
# what: every test twice, beside six busy loops: no verdict may depend on how fast the machine is; or those of the modules named
# args: [MODULE]...
# time: 80 min

suite() {
  local round loop rounds=() only=() failed=0 figures status
  [ $# -eq 0 ] || only=(-pl "$(IFS=, && printf '%s' "$*")" -am)
  for _ in 1 2 3 4 5 6; do
    while :; do :; done &
    loop=$!
    at_exit kill "$loop"
  done
  for round in 1 2; do
    say "round $round of 2, beside six busy loops"
    status=0
    clear_reports
    run_maven verify -T 2 -Dmaven.test.failure.ignore "${only[@]}" || status=$?
    figures=$(conclude "round $round" "$status") || failed=$((failed + 1))
    rounds+=("$figures")
  done
  printf 'load: 2 rounds, %d failed; %s\n' "$failed" "$(printf '%s; ' "${rounds[@]}" | sed 's/; $//')"
  [ "$failed" = 0 ]
}
