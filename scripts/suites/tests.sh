# shellcheck shell=bash
# what: format, static analysis and every test of every module, against this machine's valkey-server
# time: 12 min

suite() {
  local status=0
  clear_reports
  # A failed test fails the suite in its last line, which counts every module; Maven alone would stop at the first.
  # Two modules at a time: what waits for a server or a clock leaves its processor to the other.
  run_maven verify -T 2 -Dmaven.test.failure.ignore || status=$?
  conclude tests "$status"
}
