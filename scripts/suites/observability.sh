# shellcheck shell=bash
# what: a real Prometheus scrapes a program through refusals and a rotation; every panel's and alert's query, and promtool
# time: 2 min

suite() {
  local status=0 figures rules
  ensure_prometheus
  promtool check rules "$ROOT/docs/observability/alerts.yml" || status=1
  rules=$(promtool test rules "$ROOT/docs/observability/alerts-test.yml" 2>&1) || status=1
  printf '%s\n' "$rules"
  clear_reports
  run_maven test -pl valkey-secure-tests -am -Dtest=ObservabilityRun -Dsurefire.failIfNoSpecifiedTests=false || status=1
  conclude observability-tests "$status" || status=1
  figures=$(grep -h '^observability: [0-9]* queries' "$SCRATCH/maven.log" | tail -n 1)
  [ "$status" = 0 ] && [ -n "$figures" ] || {
    printf 'observability: failed\n'
    return 1
  }
  printf '%s, promtool: rules good and tested\n' "$figures"
}
