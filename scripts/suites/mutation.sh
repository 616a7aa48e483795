# shellcheck shell=bash
# what: mutants of the verifier and the guards of core, Lettuce's and Jedis' adapter, killed by tests or listed with a reason in mutation-survivors.tsv
# time: 25 min
# args: [MODULE]

# Which classes are guards, and which tests judge their mutants, is in the profile "mutation" of each module's POM.
MUTATED_MODULES=(core lettuce jedis)
LEAST_PERCENT=95

# A survivor is one line of the reports: class.method, and what was changed.
survivors() {
  sed -nE "s|.*detected='false'.*<mutatedClass>[^<]*\.([A-Za-z0-9\$]+)</mutatedClass><mutatedMethod>([^<]*)</mutatedMethod>.*<description>([^<]*)</description>.*|\1.\2\t\3|p" "$@" |
    sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g' | sort -u
}

# The patterns of classes in the POM of a module by which no mutant was made: the class has moved, or has another name.
# idle MODULE REPORT...
idle() {
  local pom=$1/pom.xml pattern
  shift
  sed -n '/<id>mutation</,/<\/profile>/p' "$pom" | sed -n '/<targetClasses>/,/<\/targetClasses>/s/.*<param>\(.*\)\*<\/param>.*/\1/p' |
    while read -r pattern; do
      grep -q -a -F "<mutatedClass>$pattern" "$@" || printf '%s*\n' "$pattern"
    done
}

# With MODULE, that one alone.
suite() {
  local modules=("${MUTATED_MODULES[@]}") skipped=() status=0 name module reports total=0 killed=0 percent listed unlisted moved missing=0
  if [ $# -gt 0 ]; then
    modules=("$1")
    [[ " ${MUTATED_MODULES[*]} " = *" ${modules[0]} "* ]] || die 2 "no mutants in ${modules[0]}" "there are: ${MUTATED_MODULES[*]}"
  fi
  # The modules below one that is asked for are built, and not mutated.
  for name in "${MUTATED_MODULES[@]}"; do
    [[ " ${modules[*]} " = *" $name "* ]] || skipped+=("-Dmutation.skip.$name=true")
  done
  for name in "${modules[@]}"; do rm -rf "$ROOT/valkey-secure-$name/target/pit-reports"; done
  run_maven process-test-classes -Pmutation -Denforcer.skip -pl "$(printf ',valkey-secure-%s' "${modules[@]}" | cut -c 2-)" -am \
    "${skipped[@]}" || status=$?
  [ "$status" = 0 ] || say "Maven ended with $status: the figures below are of a part of the mutants"
  for name in "${modules[@]}"; do
    module=$ROOT/valkey-secure-$name
    reports=("$module"/target/pit-reports/*/mutations.xml)
    if [ ! -s "${reports[0]}" ]; then
      printf 'PIT made no report of %s\n' "$name"
      status=1
      continue
    fi
    total=$((total + $(cat "${reports[@]}" | grep -a -c '<mutation ' || true)))
    killed=$((killed + $(cat "${reports[@]}" | grep -a -c "<mutation detected='true'" || true)))
    listed=$(sed '/^#/d' "$module/mutation-survivors.tsv" | cut -f 1,2 | sort -u)
    unlisted=$(survivors "${reports[@]}" | comm -23 - <(printf '%s\n' "$listed"))
    moved=$(idle "$module" "${reports[@]}")
    if [ -n "$moved" ]; then
      missing=1
      printf '%s: no mutant of these classes of the POM:\n%s\n' "$name" "$moved"
    fi
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
