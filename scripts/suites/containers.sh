# shellcheck shell=bash
# what: the image of the command line against a Valkey in a container; the tests of valkey-secure-testcontainers; those of valkey-secure-tests with Valkey in Testcontainers, but for clusters, sentinels and the examples of the documentation; on the engine that answers, Podman, or a Docker engine of our own
# time: 6 min

suite() {
  local status=0 image=0 own=0
  ensure_docker
  image || image=1
  # Without a registry there is no image of Testcontainers' clean-up helper; the engine goes with everything in it.
  export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=localhost
  clear_reports
  run_maven test -pl valkey-secure-testcontainers -am -Dtest='io/valkeysecure/testcontainers/**' -Dsurefire.failIfNoSpecifiedTests=false \
    -DexcludedGroups= || own=$?
  conclude testcontainers "$own" ", on $ENGINE" || own=1
  clear_reports
  # Servers in containers do not find each other under the addresses that they tell clients: no clusters, no sentinels,
  # and not the examples of the documentation, which use a cluster.
  run_maven test -pl valkey-secure-tests -am -Dtest="$INTEGRATION_TESTS,!${TOPOLOGY_TESTS//,/,!},!DocumentationExamplesTest" -Dsurefire.failIfNoSpecifiedTests=false \
    -DexcludedGroups=long,cluster \
    -Dvalkeysecure.testkit.runtime=container || status=$?
  [ "$image$own" = 00 ] || status=1
  conclude containers "$status" ", the image of the command line $([ "$image" = 0 ] && echo built and tested || echo FAILED), on $ENGINE; not in containers: clusters, sentinels, replicas, the examples of the documentation"
}

# The image of the command line: built from Containerfile on this machine's Java, and run as an ordinary user, without
# capabilities and with a read-only root: pki and conf make the files of a server, and the doctor examines it.
image() {
  local base=localhost/valkey-secure/java:local context=$SCRATCH/context
  IMAGE=localhost/valkey-secure/cli:local SERVER=valkey-secure-$$ WORK=$SCRATCH/operator AS=$(id -u):$(id -g)
  run_maven -q -Dmaven.test.skip -Denforcer.skip package -pl valkey-secure-cli -am || return 1
  import_java "$base"
  mkdir -p "$context/valkey-secure-cli/target" "$WORK"
  cp "$ROOT"/{LICENSE,NOTICE} "$context"
  cp "$ROOT/valkey-secure-cli/target/valkey-secure.jar" "$context/valkey-secure-cli/target"
  say "building the image of the command line"
  docker build -q -f "$ROOT/Containerfile" --build-arg BASE="$base" -t "$IMAGE" "$context" >/dev/null || return 1
  [ "$(docker image inspect --format '{{.Config.User}}' "$IMAGE")" = 10001:10001 ] || return 1
  [[ "$(confined "$IMAGE" --version)" = "valkey-secure "*", Java "* ]] || return 1
  if [ "$(id -u)" = 0 ]; then
    AS=10001:10001
    chown "$AS" "$WORK"
  fi
  local status=0
  make_server && examine_server || status=1
  docker rm -f "$SERVER" >/dev/null 2>&1 || true
  [ "$status" = 0 ] || return 1
  say "the image works: $IMAGE, $(docker image inspect --format '{{.Size}}' "$IMAGE") bytes"
}

confined() { docker run --rm --network none --read-only --cap-drop ALL --user "$AS" "$@"; }

# The command line, which may write to the directory.
operator() { confined -v "$WORK:/work" "$IMAGE" "$@"; }

make_server() {
  local name
  for name in ca app admin; do
    head -c 24 /dev/urandom | base64 >"$WORK/$name.password"
  done
  chmod 600 "$WORK"/*.password
  [ "$(id -u)" != 0 ] || chown "$AS" "$WORK"/*.password
  operator pki init ca --passphrase-file ca.password &&
    operator pki init other --passphrase-file ca.password &&
    operator pki server ca localhost --out server --passphrase-file ca.password &&
    operator pki client ca app --passphrase-file ca.password &&
    operator conf --for acl --app app=app.password --admin admin=admin.password >"$SCRATCH/users.acl" &&
    operator conf --cert server.crt --key server.key --ca ca/ca.crt --acl-file users.acl --port 6380 >"$SCRATCH/valkey.conf" || return 1
  # No user but these two: the files must not be writable by others, and the server reads them under another number.
  install -m 640 -o "${AS%:*}" -g "${AS#*:}" "$SCRATCH"/{users.acl,valkey.conf} "$WORK"
  printf '[{"id": "version-vulnerable", "node": "*", "reason": "the version of this machine", "until": "9999-12-31"}]\n' >"$WORK/accepted.json"
  docker run -d --name "$SERVER" --network none --read-only --cap-drop ALL --user "$AS" -v "$WORK:/work" -w /work \
    "$VALKEY_IMAGE" valkey-server valkey.conf --save '' >/dev/null
  for _ in $(seq 300); do
    docker logs "$SERVER" 2>&1 | grep -q 'Ready to accept' && return
    sleep 0.2
  done
  docker logs "$SERVER" >&2
  return 1
}

# expect CODE TEXT [OPTION]...: what the doctor answers, from beside the server, with files that it can only read.
expect() {
  local code=$1 text=$2 status=0
  shift 2
  docker run --rm --network "container:$SERVER" --pid "container:$SERVER" --read-only --cap-drop ALL --user "$AS" -v "$WORK:/work:ro" "$IMAGE" \
    doctor localhost:6380 --cert app.crt --key app.key --user admin --ignore accepted.json --plaintext-ports 6380 "$@" >"$SCRATCH/answer" 2>&1 || status=$?
  if [ "$status" != "$code" ] || ! grep -qF -- "$text" "$SCRATCH/answer"; then
    cat "$SCRATCH/answer"
    say "the doctor in its image: exit code $status, expected $code and \"$text\", with $*"
    return 1
  fi
}

examine_server() {
  expect 0 '== tight: 1 server, no findings' --ca ca/ca.crt --password-file admin.password &&
    expect 2 'WRONGPASS' --ca ca/ca.crt --password-file app.password &&
    expect 1 'certificate-untrusted' --ca other/ca.crt --password-file admin.password &&
    expect 2 'gone.crt does not exist' --ca gone.crt --password-file admin.password
}
