# shellcheck shell=bash
# what: coverage-guided fuzzing of all that reads what a stranger or a file may hold, for MINUTES in all, 30 unless told
# time: 31 min
# args: [MINUTES [TARGET]...]

# What is learnt is kept in valkey-secure-fuzz/target/fuzz: a corpus for each target, from which the next run goes on, and for
# each finding its shortest input with a file beside it that says what happened.
suite() {
  local module=$ROOT/valkey-secure-fuzz minutes=${1:-30}
  [ $# -eq 0 ] || shift
  [[ "$minutes" =~ ^[1-9][0-9]{0,3}$ ]] || die 2 "expected a number of minutes, got: $minutes" "./verify fuzz 30"
  run_maven -q -DskipTests -Denforcer.skip process-classes -pl valkey-secure-fuzz -am || die 1 "the build failed"
  "$JAVA_HOME/bin/java" -Xmx512m -cp "$module/target/classes:$(<"$module/target/class-path")" \
    io.valkeysecure.fuzz.FuzzSuite "$minutes" "$module/target/fuzz" "$@"
}
