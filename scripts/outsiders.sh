# shellcheck shell=bash
# A file repository with what is published, and what outside projects need beside it. Needs common.sh and maven.sh. Sourced, never run.

# shellcheck disable=SC2034 # used by the suites
PUBLISHED=valkey-secure-archunit,valkey-secure-bom,valkey-secure-boringssl,valkey-secure-cli,valkey-secure-forbidden-apis,valkey-secure-jedis,valkey-secure-lettuce,valkey-secure-netty,valkey-secure-redisson,valkey-secure-rewrite,valkey-secure-spiffe,valkey-secure-spring-boot-starter,valkey-secure-testcontainers,valkey-secure-testkit,valkey-secure-valkey-java,valkey-secure-vault

# pom_value NAME: a property of the parent POM, or its version.
pom_value() { sed -nE "s#^ {2,4}<$1>([^<]*)</$1>.*#\1#p" "$ROOT/pom.xml" | head -n 1; }

# repository_without_ours DIR: a local repository of Maven that shares everything with this machine's but what is ours, so that
# a project finds our modules in the file repository or nowhere.
repository_without_ours() {
  local entry
  rm -rf "$1"
  mkdir -p "$1/io"
  for entry in "$MAVEN_REPOSITORY"/*; do
    [ "${entry##*/}" = io ] || ln -s "$entry" "$1/"
  done
  for entry in "$MAVEN_REPOSITORY"/io/*; do
    [ "${entry##*/}" = valkeysecure ] || ln -s "$entry" "$1/io/"
  done
}

# start_operated_valkey DIR: a server that speaks only TLS, made by the command line as an operator does; $PORT is its port. DIR
# then holds ca/ca.crt, app.crt, app.key and app.password, and in other/ a CA that the server has nothing to do with.
start_operated_valkey() {
  local cli=$ROOT/valkey-secure attempt version server
  mkdir -p "$1"
  (
    cd "$1" || exit
    umask 077
    head -c 24 /dev/urandom | base64 >ca.passphrase
    head -c 24 /dev/urandom | base64 >app.password
    head -c 24 /dev/urandom | base64 >admin.password
    "$cli" pki init ca --passphrase-file ca.passphrase
    "$cli" pki init other --passphrase-file ca.passphrase
    "$cli" pki server ca localhost --out server --passphrase-file ca.passphrase
    "$cli" pki client ca app --passphrase-file ca.passphrase
    "$cli" conf --for acl --app app=app.password --admin admin=admin.password >users.acl
  ) >"$1.log" || die 1 "no certificates could be made, see $1.log"
  version=$(valkey-server --version | sed -nE 's/.* v=([0-9]+\.[0-9]+).*/\1/p')
  for attempt in 1 2 3 4 5; do
    PORT=$((20000 + RANDOM % 30000))
    "$cli" conf --valkey "$version" --port "$PORT" --cert "$1/server.crt" --key "$1/server.key" --ca "$1/ca/ca.crt" \
      --acl-file "$1/users.acl" >"$1/valkey.conf"
    valkey-server "$1/valkey.conf" --dir "$1" --save '' >"$1/valkey.log" 2>&1 &
    server=$!
    until grep -q 'Ready to accept' "$1/valkey.log" || ! kill -0 "$server" 2>/dev/null; do sleep 0.1; done
    ! kill -0 "$server" 2>/dev/null || break # somebody else may have had the port
    [ "$attempt" -lt 5 ] || die 1 "valkey-server does not start: $(tail -n 1 "$1/valkey.log")"
  done
  at_exit kill "$server"
}
