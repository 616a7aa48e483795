# shellcheck shell=bash
# what: the tests of valkey-secure-tests with Valkey in Testcontainers, on a Docker engine of our own where none answers
# time: 5 min

suite() {
  local status=0
  ensure_docker
  # Without a registry there is no image of Testcontainers' clean-up helper; the engine goes with everything in it.
  export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost
  clear_reports
  run_maven test -pl valkey-secure-tests -am -Dtest="$INTEGRATION_TESTS" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dvalkeysecure.testkit.runtime=container || status=$?
  conclude containers "$status" " on docker $DOCKER_VERSION"
}
