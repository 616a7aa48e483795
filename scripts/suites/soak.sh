# shellcheck shell=bash
# what: 500 rotations of identity and 50 of CA under the load of 64 connections of both clients; reconnects of 500 after one
# time: 14 min

suite() {
  local status=0 figures
  clear_reports
  run_maven test -pl valkey-secure-tests -am -Dtest='SoakTest,ReconnectSpreadTest' -Dsurefire.failIfNoSpecifiedTests=false \
    -DexcludedGroups= -Dsoak.identities=500 -Dsoak.cas=50 -Dsoak.connections=64 -Dsoak.window=15 -Dspread.connections=500 || status=$?
  conclude soak-tests "$status" || status=1
  figures=$(grep -h '^soak: [0-9]* rotations' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-soak: no figures}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
