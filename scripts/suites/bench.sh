# shellcheck shell=bash
# what: what connections and commands cost, beside the clients' own TLS, plaintext, ayza and C; fails below a floor
# time: 1 h
# args: [jdk MAJOR] [quick] [PART]...

# With quick, some minutes, to see that everything works: too little is done to fail by a figure. PART is the beginning of a name
# that Bench tells of. Only a full run of all parts on JDK 17 is written to the documentation.
suite() {
  local module=$ROOT/valkey-secure-benchmarks home=$JAVA_HOME jdk options=()
  if [ "${1:-}" = jdk ]; then
    home=$(find_jdk "${2:-}") || die 2 "there is no JDK ${2:-}" "set JAVA_HOME_${2:-25}"
    shift 2
  fi
  jdk=$(java_major "$home/bin/java")
  [ "$jdk" != 17 ] || options+=("-Dbench.page=$ROOT/docs/performance.md")
  # newer ones warn of each native library
  [ "$jdk" -lt 22 ] || options+=(--enable-native-access=ALL-UNNAMED)
  run_maven -q -DskipTests -Denforcer.skip process-classes -pl valkey-secure-benchmarks -am || die 1 "the build failed"
  say "measuring on JDK $jdk; whatever else runs on this machine is measured too"
  "$home/bin/java" -Xms1g -Xmx2g "${options[@]}" -cp "$module/target/classes:$(<"$module/target/class-path")" \
    io.valkeysecure.benchmarks.Bench "$@"
}
