# shellcheck shell=bash
# what: format, static analysis and every test of every module, against this machine's valkey-server
# time: 9 min

suite() {
  local status=0
  clear_reports
  run_maven verify || status=$?
  conclude tests "$status"
}
