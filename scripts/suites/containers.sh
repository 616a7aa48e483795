# shellcheck shell=bash
# what: the tests of valkey-secure-tests with Valkey in Testcontainers, but for clusters and sentinels, on a Docker engine of our own where none answers
# time: 5 min

suite() {
  local status=0
  ensure_docker
  # Without a registry there is no image of Testcontainers' clean-up helper; the engine goes with everything in it.
  export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost
  clear_reports
  # Servers in containers do not find each other under the addresses that they tell clients: no clusters, no sentinels.
  run_maven test -pl valkey-secure-tests -am -Dtest="$INTEGRATION_TESTS,!${TOPOLOGY_TESTS//,/,!}" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dvalkeysecure.testkit.runtime=container || status=$?
  conclude containers "$status" " on docker $DOCKER_VERSION"
}
