# shellcheck shell=bash
# what: the doctor against some fifty badly configured Valkeys, and a cluster of twenty nodes: each has exactly its findings
# time: 2 min

suite() {
  local status=0 figures
  run_maven test -pl valkey-secure-cli -am -Dtest='Doctor*Test' -Dsurefire.failIfNoSpecifiedTests=false -Denforcer.skip \
    -Ddoctor.matrix=all || status=$?
  figures=$(sed -n 's/^\(doctor: [0-9]* servers, [0-9]* findings, [0-9]* missed, [0-9]* false\)$/\1/p' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-doctor: no figures}"
  [ "$status" = 0 ] && [[ "$figures" = *" 0 missed, 0 false" ]]
}
