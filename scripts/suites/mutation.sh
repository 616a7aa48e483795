# shellcheck shell=bash
# what: mutants of the verifier's package, killed by its tests or listed with a reason in mutation-survivors.tsv
# time: 12 min

# A survivor is one line of the report: class.method, and what was changed.
survivors() {
  sed -nE "s|.*detected='false'.*<mutatedClass>[^<]*\.([A-Za-z0-9\$]+)</mutatedClass><mutatedMethod>([^<]*)</mutatedMethod>.*<description>([^<]*)</description>.*|\1.\2\t\3|p" "$1" |
    sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/\&#39;/'"'"'/g; s/&amp;/\&/g' | sort -u
}

suite() {
  local status=0 core=$ROOT/valkey-secure-core report total killed percent unlisted
  report=$core/target/pit-reports/mutations.xml
  rm -f "$report"
  run_maven process-test-classes -Pmutation -pl valkey-secure-core -am || status=$?
  [ -s "$report" ] || die 1 "PIT made no report"
  total=$(grep -c '<mutation ' "$report" || true)
  killed=$(grep -c "<mutation detected='true'" "$report" || true)
  percent=$((killed * 100 / total))
  unlisted=$(survivors "$report" | comm -23 - <(grep -v '^#' "$core/mutation-survivors.tsv" | cut -f 1,2 | sort -u))
  [ -z "$unlisted" ] || printf 'survived, and not in mutation-survivors.tsv:\n%s\n' "$unlisted"
  printf 'mutation: %d %% killed of %d\n' "$percent" "$total"
  [ "$status" = 0 ] && [ "$percent" -ge 95 ] && [ -z "$unlisted" ]
}
