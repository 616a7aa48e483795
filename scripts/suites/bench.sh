# shellcheck shell=bash
# what: what connections and commands cost, beside the clients' own TLS, plaintext, ayza and C; fails below a floor
# time: 25 min
# args: [quick] [PART]...

# With quick, two minutes, to see that everything works: too little is done to fail by a figure. PART is the beginning of a name
# that Bench tells of. Only a full run of all parts is written to the documentation.
suite() {
  local module=$ROOT/valkey-secure-benchmarks
  run_maven -q -DskipTests -Denforcer.skip process-classes -pl valkey-secure-benchmarks -am || die 1 "the build failed"
  say "measuring; whatever else runs on this machine is measured too"
  java -Xms1g -Xmx2g -Dbench.page="$ROOT/docs/performance.md" -cp "$module/target/classes:$(<"$module/target/class-path")" \
    io.valkeysecure.benchmarks.Bench "$@"
}
