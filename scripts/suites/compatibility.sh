# shellcheck shell=bash
# what: the tests of valkey-secure-tests, compiled once, run with older Lettuce, Jedis and Netty and on JDK 17 and 25
# time: 30 min
# args: [CLIENTS]

COMPATIBLE_CLIENTS=(newest compat-boot-4.1 compat-boot-3.5)

# Left out with older clients: what pins their newest words and types, and with the oldest the test classes that name what
# those do not have yet, and so cannot be loaded beside them, and the tests that call it.
beyond() {
  [ "$1" = newest ] || printf ',!PublicApiTest,!MisconfigurationsTest'
  [ "$1" != compat-boot-3.5 ] || printf ',!LettuceMultiDbTest,!**/jedis/CredentialsSequenceOfNewerClientsTest,!**/jedis/SentinelTest,!**/jedis/SentinelOfNewerVersions,!**/jedis/TopologyRefusalTest'
  [ "$1" != compat-boot-3.5 ] || printf ',!UnguardedConnectionsTest#guardedClients_ofACluster*,!ApplicationEncryptionTest#store_withTink*'
}

# With CLIENTS, those alone.
suite() {
  local all=("${COMPATIBLE_CLIENTS[@]}") clients jdk home rows=() missing=() run=0 failed=0 skipped=0 broken=0 profile row_run row_failed row_skipped status
  if [ $# -gt 0 ]; then
    all=("$1")
    [[ " ${COMPATIBLE_CLIENTS[*]} " = *" $1 "* ]] || die 2 "no clients $1" "there are: ${COMPATIBLE_CLIENTS[*]}"
  fi
  run_maven test-compile -pl valkey-secure-tests -am || die 1 "the build failed"
  for clients in "${all[@]}"; do
    for jdk in 17 25; do
      if ! home=$(find_jdk "$jdk"); then
        missing+=("$clients on jdk $jdk")
        continue
      fi
      say "$clients clients on jdk $jdk"
      profile=()
      [ "$clients" = newest ] || profile=("-P$clients")
      status=0
      clear_reports
      # Format and versions were checked by the tests suite; the older versions are not ours to converge.
      run_maven test -pl valkey-secure-tests -am -Dtest="$INTEGRATION_TESTS$(beyond "$clients")" \
        -Dsurefire.failIfNoSpecifiedTests=false -Denforcer.skip -Djvm="$home/bin/java" \
        "${profile[@]}" || status=$?
      name_failures
      read -r row_run row_failed row_skipped < <(count_reports)
      rows+=("$(printf '%-16s jdk %s: %d run, %d failed, %d skipped%s' "$clients" "$jdk" "$row_run" "$row_failed" \
        "$row_skipped" "$([ "$status" = 0 ] || echo ', maven failed')")")
      run=$((run + row_run)) failed=$((failed + row_failed)) skipped=$((skipped + row_skipped))
      if [ "$status" != 0 ] || [ "$row_run" = 0 ]; then broken=$((broken + 1)); fi
    done
  done
  printf '\n'
  printf '%s\n' "${rows[@]}"
  [ ${#missing[@]} = 0 ] || printf '%s: not run, no such jdk; set JAVA_HOME_25 or JAVA_HOME_17\n' "${missing[@]}"
  printf 'compatibility: %d run, %d failed, %d skipped in %d rows, %d rows broken, %d rows without their jdk\n' \
    "$run" "$failed" "$skipped" "${#rows[@]}" "$broken" "${#missing[@]}"
  [ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$broken" = 0 ] && [ ${#missing[@]} = 0 ]
}
