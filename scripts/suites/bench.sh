# shellcheck shell=bash
# what: what connections and commands cost, beside the clients' own TLS, plaintext, ayza and C; fails below a floor
# time: 1 h
# args: [jdks|PART]...

# shellcheck source=scripts/other-releases.sh
. "$ROOT/scripts/other-releases.sh"

# Where a JDK comes from that this machine does not have: the release of Debian that has it.
JDKS=(17: 21:trixie 25:trixie 27:sid)
JDKS_PARTS=(connect-one connect-eight pipelining jedis waiting)

# With quick, some minutes, to see that everything works: too little is done to fail by a figure. PART is the beginning of a name
# that Bench tells of. What JDK 17 measured, if not quick, is written to the documentation; other parts stay there. With jdks, some
# parts on each JDK, for the page that has a column for each; a floor that is missed there is told, and fails nothing: the floors
# are for JDK 17.
suite() {
  local home=$JAVA_HOME page='' entry
  run_maven -q -DskipTests -Denforcer.skip process-classes -pl valkey-secure-benchmarks -am || die 1 "the build failed"
  if [ "${1:-}" = jdks ]; then
    for entry in "${JDKS[@]}"; do
      home=$(other_jdk "${entry%:*}" "${entry#*:}" "$ROOT/target/jdks/${entry%:*}") || die 2 "there is no JDK ${entry%:*}" "set JAVA_HOME_${entry%:*}"
      measure "$home" "-Dbench.jdks=$ROOT/docs/performance-jdks.md" "${JDKS_PARTS[@]}" || die 1 "JDK ${entry%:*} could not be measured"
    done
    printf 'bench: columns of %d JDKs written\n' "${#JDKS[@]}"
    return
  fi
  if [ "${1:-}" = jdk ]; then
    home=$(find_jdk "${2:-}") || die 2 "there is no JDK ${2:-}" "set JAVA_HOME_${2:-25}"
    shift 2
  fi
  [ "$(java_major "$home/bin/java")" != 17 ] || page=-Dbench.page=$ROOT/docs/performance.md
  measure "$home" "$page" "$@"
}

# measure HOME OPTION ARGUMENT...: OPTION names the page that the result is written to; none if it is empty.
measure() {
  local home=$1 option=$2 jdk module=$ROOT/valkey-secure-benchmarks options=()
  shift 2
  jdk=$(java_major "$home/bin/java")
  [ -z "$option" ] || options+=("$option")
  # newer ones warn of each native library
  [ "$jdk" -lt 22 ] || options+=(--enable-native-access=ALL-UNNAMED)
  say "measuring on JDK $jdk; whatever else runs on this machine is measured too"
  "$home/bin/java" -Xms1g -Xmx2g "${options[@]}" -cp "$module/target/classes:$(<"$module/target/class-path")" \
    io.valkeysecure.benchmarks.Bench "$@"
}
