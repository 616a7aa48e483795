# shellcheck shell=bash
# what: mutants of the verifier and the guards of core, Lettuce's and Jedis' adapter, killed by tests or listed with a reason in mutation-survivors.tsv
# time: 60 min
# args: [MODULE [CLASS]...]

MUTATED_MODULES=(core lettuce jedis)
LEAST_PERCENT=95

# A survivor is one line of the report: class.method, and what was changed.
survivors() {
  sed -nE "s|.*detected='false'.*<mutatedClass>[^<]*\.([A-Za-z0-9\$]+)</mutatedClass><mutatedMethod>([^<]*)</mutatedMethod>.*<description>([^<]*)</description>.*|\1.\2\t\3|p" "$1" |
    sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/\&#39;/'"'"'/g; s/&amp;/\&/g' | sort -u
}

# With MODULE, that one alone; with CLASS, such as 'io.valkeysecure.HandshakeTurns*', those of it alone: while tests are written.
suite() {
  local modules=("${MUTATED_MODULES[@]}") only=() status=0 name module report total=0 killed=0 percent listed unlisted missing=0
  if [ $# -gt 0 ]; then
    modules=("$1")
    shift
    [[ " ${MUTATED_MODULES[*]} " = *" ${modules[0]} "* ]] || die 2 "no mutants in ${modules[0]}" "there are: ${MUTATED_MODULES[*]}"
    [ $# -eq 0 ] || only=("-Dmutation.classes=$(IFS=,; printf '%s' "$*")")
  fi
  for name in "${modules[@]}"; do rm -f "$ROOT/valkey-secure-$name/target/pit-reports/mutations.xml"; done
  run_maven process-test-classes -Pmutation -Denforcer.skip -pl "$(printf ',valkey-secure-%s' "${modules[@]}" | cut -c 2-)" -am \
    "${only[@]}" || status=$?
  for name in "${modules[@]}"; do
    module=$ROOT/valkey-secure-$name
    report=$module/target/pit-reports/mutations.xml
    if [ ! -s "$report" ]; then
      printf 'PIT made no report of %s\n' "$name"
      status=1
      continue
    fi
    total=$((total + $(grep -a -c '<mutation ' "$report" || true)))
    killed=$((killed + $(grep -c "<mutation detected='true'" "$report" || true)))
    listed=$(sed '/^#/d' "$module/mutation-survivors.tsv" | cut -f 1,2 | sort -u)
    unlisted=$(survivors "$report" | comm -23 - <(printf '%s\n' "$listed"))
    if [ -n "$unlisted" ]; then
      missing=1
      printf '%s: survived, and not in mutation-survivors.tsv:\n%s\n' "$name" "$unlisted"
    fi
  done
  [ "$total" -gt 0 ] || die 1 "PIT made no mutants"
  percent=$((killed * 100 / total))
  printf 'mutation: %d %% killed of %d\n' "$percent" "$total"
  [ "$status" = 0 ] && [ "$percent" -ge "$LEAST_PERCENT" ] && [ "$missing" = 0 ]
}
