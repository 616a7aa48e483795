# shellcheck shell=bash
# what: SPIFFE in full, with 20 rotations under load by both clients; every build makes two rotations
# time: 3 min

suite() {
  local status=0 figures
  clear_reports
  run_maven test -pl valkey-secure-spiffe -am -Dtest='io.valkeysecure.spiffe.*Test' \
    -Dsurefire.failIfNoSpecifiedTests=false -DexcludedGroups= || status=$?
  conclude identity-tests "$status" || status=1
  figures=$(grep -h '^spiffe: 20 rotations' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-spiffe: no figures}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
