# shellcheck shell=bash
# what: the tests on clusters, sentinels, replicas and what newer servers can, with the Valkey of Debian's newer releases, unpacked beside the system's
# time: 10 min

# shellcheck source=scripts/valkey-versions.sh
. "$ROOT/scripts/valkey-versions.sh"

# What the servers of a release must be able to, lest the tests of it pass on one that is not (NewerServerTest).
abilities() {
  case $1 in
    trixie) echo hybrid ;;
    sid) echo hybrid,users_by_certificate ;;
  esac
}

suite() {
  local release binary status rows=() run=0 failed=0 skipped=0 broken=0 row_run row_failed row_skipped
  for release in trixie sid; do # Valkey 8.1, and 9
    binary=$ROOT/target/valkeys/$release/valkey-server
    other_valkey "$release" "${binary%/*}"
    say "valkey $(valkey_version "$binary") of $release"
    status=0
    clear_reports
    run_maven test -pl valkey-secure-tests -am -Dtest="$TOPOLOGY_TESTS,NewerServerTest" -Dsurefire.failIfNoSpecifiedTests=false \
      -Denforcer.skip -Dvalkeysecure.testkit.runtime=native -Dvalkeysecure.testkit.binary="$binary" \
      -Dvalkeysecure.tests.abilities="$(abilities "$release")" || status=$?
    read -r row_run row_failed row_skipped < <(count_reports)
    rows+=("$(printf 'valkey %s: %d run, %d failed, %d skipped%s' "$(valkey_version "$binary")" "$row_run" "$row_failed" \
      "$row_skipped" "$([ "$status" = 0 ] || echo ', maven failed')")")
    run=$((run + row_run)) failed=$((failed + row_failed)) skipped=$((skipped + row_skipped))
    if [ "$status" != 0 ] || [ "$row_run" = 0 ]; then broken=$((broken + 1)); fi
  done
  printf '\n'
  printf '%s\n' "${rows[@]}"
  printf 'valkeys: %d run, %d failed, %d skipped in %d versions, %d broken\n' "$run" "$failed" "$skipped" "${#rows[@]}" "$broken"
  [ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$broken" = 0 ]
}
