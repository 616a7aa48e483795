# shellcheck shell=bash
# what: the doctor against some 120 Valkeys, most badly configured, beside sslscan and testssl.sh, and twenty nodes; a redis_exporter; its report in a browser
# time: 15 min

suite() {
  local status=0 opinions figures
  ensure_doctors_tools
  run_maven test -pl valkey-secure-cli -am -Dtest='Doctor*Test,DoctorReportLook,DoctorExporterRun' -Dsurefire.failIfNoSpecifiedTests=false \
    -Denforcer.skip -Ddoctor.matrix=all || status=$?
  opinions=$(sed -n 's/^\(second opinions: .*\)$/\1/p' "$SCRATCH/maven.log" | tail -n 1)
  figures=$(sed -n 's/^\(doctor: [0-9]* servers, [0-9]* findings, [0-9]* missed, [0-9]* false, [0-9]* silent\)$/\1/p' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n%s\n' "${opinions:-second opinions: no figures}" "${figures:-doctor: no figures}"
  [ "$status" = 0 ] && [[ "$opinions" = *" 0 unexplained" ]] && [[ "$figures" = *" 0 missed, 0 false, 0 silent" ]]
}
