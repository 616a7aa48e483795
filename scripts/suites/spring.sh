# shellcheck shell=bash
# what: the starter's tests, compiled once, run with Spring Boot 4.0 and 4.1; the example in headless Chromium, ahead of time, and without the starter
# time: 8 min

# Left out with Spring Boot 4.0: classes that name types which its Jedis 7.0 does not have yet.
beyond() { [ "$1" != 4.0 ] || printf ',!ConfigurationTest,!NativeImageTest'; }

suite() {
  local boot rows=() run=0 failed=0 skipped=0 broken=0 status row_run row_failed row_skipped figures
  command -v chromium >/dev/null || install_package chromium
  command -v curl >/dev/null || install_package curl
  for boot in 4.1 4.0; do
    say "Spring Boot $boot"
    status=0
    clear_reports
    # The older versions are not ours to converge.
    run_maven test -pl valkey-secure-spring-boot-starter -am -Dtest="io.valkeysecure.spring.*Test$(beyond "$boot")" \
      -Dsurefire.failIfNoSpecifiedTests=false -Denforcer.skip -DexcludedGroups= "-Pspring-boot-$boot" || status=$?
    row "$boot"
  done
  say "the example in Chromium"
  status=0
  clear_reports
  run_maven test -pl valkey-secure-examples-spring -am -Dtest='io.valkeysecure.examples.spring.*Test' \
    -Dsurefire.failIfNoSpecifiedTests=false -Denforcer.skip -DexcludedGroups= || status=$?
  row example
  figures=$(grep -h '^start: ' "$SCRATCH/maven.log" | tail -n 1)
  printf '\n'
  printf '%s\n' "${rows[@]}" "${figures:-start: no figures}"
  printf 'spring: %d run, %d failed, %d skipped in %d rows, %d rows broken\n' "$run" "$failed" "$skipped" "${#rows[@]}" "$broken"
  [ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$broken" = 0 ] && [ -n "$figures" ]
}

# row NAME: adds the figures of the last run; a helper of suite, whose variables it uses.
row() {
  name_failures
  read -r row_run row_failed row_skipped < <(count_reports)
  rows+=("$(printf '%-8s %d run, %d failed, %d skipped%s' "$1" "$row_run" "$row_failed" "$row_skipped" \
    "$([ "$status" = 0 ] || echo ', maven failed')")")
  run=$((run + row_run)) failed=$((failed + row_failed)) skipped=$((skipped + row_skipped))
  if [ "$status" != 0 ] || [ "$row_run" = 0 ]; then broken=$((broken + 1)); fi
}
