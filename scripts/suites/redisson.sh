# shellcheck shell=bash
# what: both tables of refusals in full with Redisson, and 20 rotations under load with it; every build runs a few rows
# time: 6 min

suite() {
  local status=0 figures
  clear_reports
  run_maven test -pl valkey-secure-redisson,valkey-secure-tests -am \
    -Dtest='io.valkeysecure.redisson.*Test,RefusalTableTest#*Redisson*,VerificationTableTest#*Redisson*' \
    -Dsurefire.failIfNoSpecifiedTests=false -DexcludedGroups= || status=$?
  conclude redisson-tests "$status" || status=1
  figures=$(grep -h '^redisson: [0-9]* rotations' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-redisson: no figures}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
