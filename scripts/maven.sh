# shellcheck shell=bash
# Runs Maven, offline where the local repository is known to hold everything. Needs common.sh. Sourced, never run.
#
# "Known" means: the same command ran here before with the same POMs and JDK. The note of that lies in Maven's local repository,
# so that it goes when the repository goes.

MAVEN_REPOSITORY=${HOME}/.m2/repository

maven_warm_note() {
  local digest
  digest=$( (cd "$ROOT" && cat pom.xml ./*/pom.xml && printf '%s\n' "${JAVA_HOME:-}" "$@") | sha256sum | cut -c 1-16)
  printf '%s/.valkey-secure/%s\n' "$MAVEN_REPOSITORY" "$digest"
}

# Without colour, and without the reset codes that Maven writes even so: they would stick to the line printed next.
maven() { (cd "$ROOT" && mvn -B -ntp -Dstyle.color=never "$@") 2>&1 | sed -u $'s/\033\\[[0-9;]*m//g'; }

# run_maven ARGUMENTS...: in the repository's root; its status is Maven's.
run_maven() {
  local note log status=0
  note=$(maven_warm_note "$@")
  log=$SCRATCH/maven.log
  if [ -e "$note" ]; then
    say "maven, offline: mvn $*"
    maven -o "$@" | tee "$log" || status=$?
    if [ "$status" = 0 ] || ! grep -q 'offline mode' "$log"; then return "$status"; fi
    say "the local repository has lost something, going online"
    rm -f "$note"
    status=0
  fi
  say "maven, online, fetching what is missing: mvn $*"
  maven "$@" | tee "$log" || status=$?
  # Only a run that went through has surely fetched all that it needs.
  if [ "$status" = 0 ]; then
    mkdir -p "$(dirname "$note")"
    : >"$note"
  fi
  return "$status"
}
