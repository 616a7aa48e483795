# shellcheck shell=bash
# what: the tests on clusters, sentinels, replicas and what newer servers can, with the Valkey of Debian's newer releases; there JDK 27's hybrid key exchange, too
# time: 10 min

# shellcheck source=scripts/other-releases.sh
. "$ROOT/scripts/other-releases.sh"

# What the servers of a release must be able to, lest the tests of it pass on one that is not (NewerServerTest).
abilities() {
  case $1 in
    trixie) echo hybrid ;;
    sid) echo hybrid,users_by_certificate ;;
  esac
}

# The JDK whose own TLS has a hybrid group, and the tests of that.
HYBRID_JDK=27
HYBRID_TESTS=NewerServerTest,KeyExchangeTest,EngineTest,SecureLettuceEngineTest

suite() {
  local release binary jdk rows=() run=0 failed=0 skipped=0 broken=0
  jdk=$(other_jdk "$HYBRID_JDK" sid "$ROOT/target/jdks/$HYBRID_JDK") || die 2 "there is no JDK $HYBRID_JDK" "set JAVA_HOME_$HYBRID_JDK"
  for release in trixie sid; do # Valkey 8.1, and 9
    binary=$ROOT/target/valkeys/$release/valkey-server
    other_valkey "$release" "${binary%/*}"
    with_valkey "$release" "$binary" "" -Dtest="$TOPOLOGY_TESTS,NewerServerTest"
    with_valkey "$release" "$binary" " on jdk $HYBRID_JDK" -Dtest="$HYBRID_TESTS" -Djvm="$jdk/bin/java"
  done
  printf '\n'
  printf '%s\n' "${rows[@]}"
  printf 'valkeys: %d run, %d failed, %d skipped in %d rows, %d broken\n' "$run" "$failed" "$skipped" "${#rows[@]}" "$broken"
  [ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$broken" = 0 ]
}

# with_valkey RELEASE BINARY WHERE OPTION...: runs tests with a server, and counts them for the suite, in its variables.
with_valkey() {
  local release=$1 binary=$2 what status=0 row_run row_failed row_skipped
  what="valkey $(valkey_version "$binary")$3"
  shift 3
  say "$what"
  clear_reports
  run_maven test -pl valkey-secure-tests -am -Dsurefire.failIfNoSpecifiedTests=false -Denforcer.skip \
    -Dvalkeysecure.testkit.runtime=native -Dvalkeysecure.testkit.binary="$binary" \
    -Dvalkeysecure.tests.abilities="$(abilities "$release")" "$@" || status=$?
  name_failures
  read -r row_run row_failed row_skipped < <(count_reports)
  rows+=("$(printf '%s: %d run, %d failed, %d skipped%s' "$what" "$row_run" "$row_failed" "$row_skipped" \
    "$([ "$status" = 0 ] || echo ', maven failed')")")
  run=$((run + row_run)) failed=$((failed + row_failed)) skipped=$((skipped + row_skipped))
  if [ "$status" != 0 ] || [ "$row_run" = 0 ]; then broken=$((broken + 1)); fi
}
