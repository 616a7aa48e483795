# shellcheck shell=bash
# what: both tables of refusals in full with valkey-java, the tests of Jedis' adapter with it, a cluster, sentinels, and 20 rotations under load
# time: 7 min

suite() {
  local status=0 figures
  clear_reports
  run_maven test -pl valkey-secure-valkey-java,valkey-secure-tests -am \
    -Dtest='io.valkeysecure.valkeyjava.**,io.valkeysecure.tests.valkeyjava.**,RefusalTableTest#*ValkeyJavaInALongRun*,VerificationTableTest#*ValkeyJava*' \
    -Dsurefire.failIfNoSpecifiedTests=false -DexcludedGroups= || status=$?
  conclude valkey-java-tests "$status" || status=1
  figures=$(grep -h '^valkey-java .* rotations: ' "$SCRATCH/maven.log")
  printf '%s\n' "${figures:-valkey-java: no figures}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
