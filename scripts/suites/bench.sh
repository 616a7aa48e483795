# shellcheck shell=bash
# what: what connections and commands cost, beside the clients' own TLS, plaintext, ayza and C; fails below a floor
# time: 1 h
# args: [quick|page|jdk MAJOR|jdks] [PART]...

# shellcheck source=scripts/other-releases.sh
. "$ROOT/scripts/other-releases.sh"

# Where a JDK comes from that this machine does not have: the release of Debian that has it.
JDKS=(17: 21:trixie 25:trixie 27:sid)
JDKS_PARTS=(connect-one connect-eight pipelining-get-100 jedis-get waiting-one)

# With quick, some minutes, to see that everything works: too little is done to fail by a figure. PART is the beginning of a name
# that Bench tells of. What was measured, if not quick, is written to the documentation: in the column of its JDK, and what JDK 17
# measured in tables, too; other parts stay there. With jdks, some parts on each JDK, for the page that has a column for each.
suite() {
  local home=$JAVA_HOME entry missed=()
  run_maven -q -DskipTests -Denforcer.skip process-classes -pl valkey-secure-benchmarks -am || die 1 "the build failed"
  build_client
  if [ "${1:-}" = jdks ]; then
    for entry in "${JDKS[@]}"; do
      home=$(jdk_home "${entry%:*}") || exit
      measure "$home" "${JDKS_PARTS[@]}" || missed+=("JDK ${entry%:*}")
    done
    printf 'bench: columns of %d JDKs, %d below a floor or not measured%s\n' "${#JDKS[@]}" "${#missed[@]}" "${missed[*]:+: ${missed[*]}}"
    [ ${#missed[@]} = 0 ]
    return
  fi
  if [ "${1:-}" = jdk ]; then
    [ -n "${2:-}" ] || die 2 "expected the version of a JDK, seen none" "for example: ./verify bench jdk 25"
    home=$(jdk_home "$2") || exit
    shift 2
  fi
  measure "$home" "$@"
}

# jdk_home MAJOR: the home of a JDK: the machine's, or one that is fetched.
jdk_home() {
  local entry
  for entry in "${JDKS[@]}"; do
    if [ "${entry%:*}" = "$1" ]; then
      other_jdk "$1" "${entry#*:}" "$ROOT/target/jdks/$1"
      return
    fi
  done
  find_jdk "$1" || die 2 "there is no JDK $1" "set JAVA_HOME_$1"
}

# The client in C that shows the limit.
build_client() {
  local source=$ROOT/valkey-secure-benchmarks/src/main/c/openssl-client.c
  CLIENT=$ROOT/valkey-secure-benchmarks/target/openssl-client
  command -v cc >/dev/null || install_package gcc
  echo '#include <netdb.h>' | cc -E - >/dev/null 2>&1 || install_package libc6-dev
  echo '#include <openssl/ssl.h>' | cc -E - >/dev/null 2>&1 || install_package libssl-dev
  cc -O2 -Wall -Wextra -Werror -pthread -o "$CLIENT" "$source" -lssl -lcrypto || die 1 "$source could not be compiled"
}

# measure HOME ARGUMENT...
measure() {
  local home=$1 jdk module=$ROOT/valkey-secure-benchmarks options
  shift
  options=("-Dbench.openssl-client=$CLIENT" "-Dbench.jdks=$ROOT/docs/performance-jdks.md")
  jdk=$(java_major "$home/bin/java")
  [ "$jdk" != 17 ] || options+=("-Dbench.page=$ROOT/docs/performance.md")
  # newer ones warn of each native library
  [ "$jdk" -lt 22 ] || options+=(--enable-native-access=ALL-UNNAMED)
  say "measuring on JDK $jdk; whatever else runs on this machine is measured too"
  "$home/bin/java" -Xms1g -Xmx2g "${options[@]}" -cp "$module/target/classes:$(<"$module/target/class-path")" \
    io.valkeysecure.benchmarks.Bench "$@"
}
