# shellcheck shell=bash
# what: the tests of valkey-secure-tests with Valkey in Testcontainers, but for clusters and sentinels, on a Docker engine of our own where none answers; the image of the command line
# time: 6 min

suite() {
  local status=0
  ensure_docker
  # Without a registry there is no image of Testcontainers' clean-up helper; the engine goes with everything in it.
  export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost
  clear_reports
  # Servers in containers do not find each other under the addresses that they tell clients: no clusters, no sentinels.
  run_maven test -pl valkey-secure-tests -am -Dtest="$INTEGRATION_TESTS,!${TOPOLOGY_TESTS//,/,!}" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dvalkeysecure.testkit.runtime=container || status=$?
  image || status=1
  conclude containers "$status" " on docker $DOCKER_VERSION"
}

# The image of the command line: built from Containerfile on this machine's Java, run without network, capabilities and a
# writable root, by its own user and by ours.
image() {
  local context=$SCRATCH/context work=$SCRATCH/operator base=valkey-secure/java:local image=valkey-secure/cli:local
  local confined=(docker run --rm --network none --read-only --cap-drop ALL)
  run_maven -q -Dmaven.test.skip -Denforcer.skip package -pl valkey-secure-cli -am || return 1
  import_java "$base"
  mkdir -p "$context/valkey-secure-cli/target" "$work"
  cp "$ROOT"/{LICENSE,NOTICE} "$context"
  cp "$ROOT/valkey-secure-cli/target/valkey-secure.jar" "$context/valkey-secure-cli/target"
  say "building the image of the command line"
  docker build -q -f "$ROOT/Containerfile" --build-arg BASE="$base" -t "$image" "$context" >/dev/null || return 1
  head -c 24 /dev/urandom | base64 >"$work/passphrase"
  chmod 600 "$work/passphrase"
  [ "$(docker image inspect --format '{{.Config.User}}' "$image")" = 10001:10001 ] || return 1
  [[ "$("${confined[@]}" "$image" --version)" = "valkey-secure "*", Java "* ]] || return 1
  "${confined[@]}" --user "$(id -u):$(id -g)" -v "$work:/work" "$image" pki init ca --passphrase-file passphrase || return 1
  [ -s "$work/ca/ca.crt" ] && say "the image works: $image, $(docker image inspect --format '{{.Size}}' "$image") bytes"
}
