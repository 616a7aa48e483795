# shellcheck shell=bash
# what: certbot renews the certificates of a server and of its clients at pebble, an ACME server, while both clients write
# time: 5 min

suite() {
  local status=0 figures
  ensure_acme
  clear_reports
  run_maven test -pl valkey-secure-tests -am -Dtest=AcmeRun -Dsurefire.failIfNoSpecifiedTests=false || status=$?
  conclude acme-tests "$status" || status=1
  figures=$(grep -h '^acme: [0-9]* renewals' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-acme: no figures}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
