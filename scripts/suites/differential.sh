# shellcheck shell=bash
# what: N generated chains, drawn with SEED, judged by the verifier and by openssl verify; 10000 unless told
# time: 3 min
# args: [N [SEED]]

suite() {
  local chains=${1:-10000} seed=${2:-$((SRANDOM % 1000000000))} status=0 figures
  [[ "$chains" =~ ^[1-9][0-9]*$ && "$seed" =~ ^[0-9]+$ ]] ||
    die 2 "expected numbers, got: $*" "./verify differential 10000 7"
  run_maven test -pl valkey-secure-core -am -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Ddifferential.chains="$chains" -Ddifferential.seed="$seed" || status=$?
  figures=$(sed -n 's/^\(differential: [0-9]* chains, .* unexplained\)$/\1/p' "$SCRATCH/maven.log" | tail -n 1)
  printf '%s\n' "${figures:-differential: no figures, seed $seed}"
  [ "$status" = 0 ] && [ -n "$figures" ]
}
