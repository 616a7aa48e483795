# shellcheck shell=bash
# what: a release to its last step, against a file repository: built twice, signed, checked as Central does, and the API compared
# time: 6 min

# shellcheck source=scripts/outsiders.sh
. "$ROOT/scripts/outsiders.sh"

suite() {
  local work=$ROOT/target/release checks=() failed=0 version jars
  rm -rf "$work"
  mkdir -p "$work"
  ensure_programs <<'PROGRAMS'
gpg gnupg
jq jq
zip zip
asciidoctor asciidoctor
man man-db
PROGRAMS
  version=$(pom_value version)
  version=${version%-SNAPSHOT}
  take_key
  source_of "$work/one" "$version"
  source_of "$work/two" "$version"
  build "$work/one" deploy -DaltDeploymentRepository="staged::file://$work/staged" || die 1 "the release does not build"
  build "$work/two" deploy -Dgpg.skip -DaltDeploymentRepository="staged::file://$work/again" || die 1 "it builds only once"
  jars=$(find "$work/staged" -name '*.jar' | wc -l)
  check "each module has its jar, sources, javadoc and SBOM" complete "$work/staged/io/valkeysecure" "$version"
  check "every file is signed by the key" signed "$work/staged"
  check "every checksum is right" summed "$work/staged"
  check "every POM has what Central asks for, and no snapshot" described "$work/staged"
  check "every SBOM names its components" inventoried "$work/staged"
  check "two builds have the same bytes" same_bytes "$work/staged" "$work/again"
  check "valkey-secure.jar has the same bytes twice" cmp "$work"/{one,two}/valkey-secure-cli/target/valkey-secure.jar
  check "every command has a man page" manual "$work/one"
  check "LICENSES.md names what valkey-secure.jar contains" licensed "$work/one"
  check "the API compared with itself is the same" compared "$work" "$version"
  check "a public method removed is seen" seen_removed "$work" "$version"
  check "the bundle for Central is made" bundled "$work" "$version"
  printf '\n'
  printf '%s\n' "${checks[@]}"
  printf 'release: %d run, %d failed, 0 skipped; %s: %d jars, %d signatures, bundle of %s\n' "${#checks[@]}" "$failed" "$version" \
    "$jars" "$(find "$work/staged" -name '*.asc' | wc -l)" "$(du -h "$work/valkey-secure-$version-bundle.zip" | cut -f 1)"
  [ "$failed" = 0 ]
}

# check WHAT COMMAND...: counts for the suite, in its variables.
check() {
  local what=$1
  shift
  say "$what"
  if "$@"; then
    checks+=("yes: $what")
  else
    checks+=("NO:  $what")
    failed=$((failed + 1))
  fi
}

# The project's key, or one that is gone when this ends.
take_key() {
  export GNUPGHOME=$SCRATCH/gnupg
  mkdir -m 700 "$GNUPGHOME"
  at_exit gpgconf --kill all
  if [ -n "${RELEASE_KEY:-}" ]; then
    gpg --batch --quiet --import <<<"$RELEASE_KEY"
  else
    gpg --batch --quiet --passphrase '' --quick-generate-key 'valkey-secure, thrown away' default default never
  fi
}

# source_of DIR VERSION: what is committed or about to be, with the version of the release.
source_of() {
  mkdir -p "$1"
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - --ignore-failed-read 2>/dev/null) | tar -x -C "$1"
  sed -i "s#<version>$2-SNAPSHOT</version>#<version>$2</version>#" "$1"/pom.xml "$1"/*/pom.xml
}

# build DIR GOAL ARGUMENT...: without what the tests suite does.
build() {
  local dir=$1
  shift
  say "mvn -Prelease $1 in $dir"
  (cd "$dir" && mvn -B -ntp -q -Dstyle.color=never '-Prelease,!static-analysis' -DskipTests -Denforcer.skip -Dspotless.check.skip \
    -pl "${MODULES:-$PUBLISHED}" -am "$@")
}

complete() {
  local module extension status=0
  for module in "$1"/*; do
    module=${module##*/}
    for extension in .pom .jar -sources.jar -javadoc.jar -cyclonedx.json; do
      case $module$extension in
        valkey-secure-bom.pom | valkey-secure-parent.pom) ;;
        valkey-secure-bom* | valkey-secure-parent*) continue ;;
      esac
      [ -s "$1/$module/$2/$module-$2$extension" ] || {
        printf 'missing: %s-%s%s\n' "$module" "$2" "$extension" >&2
        status=1
      }
    done
  done
  return "$status"
}

# artifacts DIR: every file that is published for itself.
artifacts() { find "$1" -type f ! -name '*.asc' ! -name '*.md5' ! -name '*.sha1' ! -name 'maven-metadata*' | sort; }

signed() {
  local file count=0
  while read -r file; do
    gpg --batch --quiet --verify "$file.asc" "$file" 2>/dev/null || {
      printf 'not signed: %s\n' "$file" >&2
      return 1
    }
    count=$((count + 1))
  done < <(artifacts "$1")
  [ "$count" -gt 0 ]
}

summed() {
  local file count=0 status=0
  while read -r file; do
    printf '%s %s\n' "$(cat "$file.sha1")" "$file" | sha1sum --check --status || status=1
    printf '%s %s\n' "$(cat "$file.md5")" "$file" | md5sum --check --status || status=1
    [ "$status" = 0 ] || {
      printf 'wrong sum: %s\n' "$file" >&2
      return 1
    }
    count=$((count + 1))
  done < <(artifacts "$1")
  [ "$count" -gt 0 ]
}

# A module may have it from its parent, which is published with it; the BOM has none.
described() {
  local pom word parent status=0
  parent=$(find "$1" -name 'valkey-secure-parent-*.pom')
  while read -r pom; do
    ! grep -H 'SNAPSHOT' "$pom" >&2 || status=1
    for word in name description url licenses developers scm; do
      grep -q "<$word" "$pom" || { grep -q '<parent>' "$pom" && grep -q "<$word" "$parent"; } || {
        printf 'no %s: %s\n' "$word" "$pom" >&2
        status=1
      }
    done
  done < <(find "$1" -name '*.pom')
  return "$status"
}

# A module without dependencies has an SBOM of itself alone.
inventoried() {
  local sbom components=0
  while read -r sbom; do
    jq -e '.bomFormat == "CycloneDX" and .metadata.component.purl and all((.components // [])[]; .purl and .hashes and .licenses)' "$sbom" \
      >/dev/null || {
      printf 'incomplete: %s\n' "$sbom" >&2
      return 1
    }
    components=$((components + $(jq '.components // [] | length' "$sbom")))
  done < <(find "$1" -name '*-cyclonedx.json')
  [ "$components" -gt 0 ]
}

same_bytes() { diff -r -q -x '*.asc*' -x 'maven-metadata*' "$1" "$2" >&2; }

manual() {
  local page problems status=0
  mkdir -p "$work/man"
  asciidoctor -b manpage -D "$work/man" "$1"/valkey-secure-cli/target/man/*.adoc || return
  for page in "$work"/man/*.1; do
    problems=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=100 man --warnings -l "$page" 2>&1 >/dev/null)
    [ -z "$problems" ] || {
      printf '%s: %s\n' "$page" "$problems" >&2
      status=1
    }
  done
  [ -s "$work/man/valkey-secure-doctor.1" ] && return "$status"
}

licensed() {
  local artifact status=0
  (cd "$1" && mvn -B -ntp -q '-P!static-analysis' -pl valkey-secure-cli -am -Denforcer.skip -DskipTests package \
    "org.apache.maven.plugins:maven-dependency-plugin:$(pom_value dependency-plugin.version):build-classpath" -DincludeScope=runtime \
    -Dmdep.outputFile="$work/cli.classpath" -Dspotless.check.skip) || return
  while read -r artifact; do
    grep -q "\b$artifact\b" "$1/valkey-secure-cli/src/main/resources/META-INF/LICENSES.md" || {
      printf 'not in LICENSES.md: %s\n' "$artifact" >&2
      status=1
    }
  done < <(tr ':' '\n' <"$work/cli.classpath" | sed -E 's#.*/##; s#-[0-9][^/]*\.jar$##' | grep -v '^valkey-secure\|^classes$')
  unzip -p "$1/valkey-secure-cli/target/valkey-secure.jar" META-INF/LICENSES.md META-INF/LICENSE META-INF/NOTICE >/dev/null || status=1
  [ -s "$work/cli.classpath" ] && return "$status"
}

# The next version of the staged one, which is found as a released one is.
compared() {
  local work=$1 version=$2
  repository_without_ours "$work/local"
  mkdir -p "$work/local/io"
  cp -r "$work/staged/io/valkeysecure" "$work/local/io/"
  sed -i "s#<version>$version</version>#<version>$version.1</version>#" "$work"/two/pom.xml "$work"/two/*/pom.xml
  compare "$work" "$version"
}

compare() {
  MODULES=valkey-secure-jedis,valkey-secure-lettuce,valkey-secure-testkit build "$1/two" verify -Dapi.uncompared=false \
    -Dapi.baseline="$2" -Dmaven.repo.local="$1/local" -Dgpg.skip -Dmaven.javadoc.skip -Dmaven.source.skip -Dcyclonedx.skip \
    >"$1/compared.log" 2>&1
}

seen_removed() {
  sed -i 's/public static RedisClient client(SecureTls tls, RedisURI/static RedisClient client(SecureTls tls, RedisURI/' \
    "$1/two/valkey-secure-lettuce/src/main/java/io/valkeysecure/lettuce/SecureLettuce.java"
  ! compare "$1" "$2" && grep -q 'SecureLettuce.client' "$1/compared.log"
}

bundled() {
  (cd "$1/staged" && zip -q -r "$1/valkey-secure-$2-bundle.zip" io -x '*/maven-metadata*') &&
    [ "$(unzip -l "$1/valkey-secure-$2-bundle.zip" | grep -c '\.jar$')" -gt 0 ]
}
