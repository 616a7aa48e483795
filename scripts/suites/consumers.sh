# shellcheck shell=bash
# what: projects outside this one, built against the jars as published: Maven, Gradle, Kotlin, class path and module path, JDK 17 and 25
# args: [PROJECT]...
# time: 5 min

# shellcheck source=scripts/outsiders.sh
. "$ROOT/scripts/outsiders.sh"

suite() {
  local only=" $* " work=$ROOT/target/consumers jdk home rows=() failed=0 asserted=0
  rm -rf "$work"
  mkdir -p "$work"
  ensure_programs <<<"gradle gradle"
  # Deploying is never offline, be it into a directory.
  maven -DskipTests -Denforcer.skip -Dspotless.check.skip '-P!static-analysis' -pl "$PUBLISHED" -am \
    -DaltDeploymentRepository="consumers::file://$work/repository" deploy || die 1 "the build failed"
  repository_without_ours "$work/local"
  start_operated_valkey "$SCRATCH/operator"
  for jdk in 17 25; do
    home=$(find_jdk "$jdk") || die 2 "there is no JDK $jdk" "set JAVA_HOME_$jdk"
    for project in lettuce jedis redisson valkey-java testkit; do
      row maven_project "$project" flat "$jdk" "$home" none
      row maven_project "$project" modular "$jdk" "$home" none
    done
    row maven_project kotlin flat "$jdk" "$home" --enable-native-access=ALL-UNNAMED
    row maven_project spring-boot-3.5 flat "$jdk" "$home" --sun-misc-unsafe-memory-access=allow
    row gradle_project lettuce flat "$jdk" "$home"
    row gradle_project jedis flat "$jdk" "$home"
  done
  printf '\n'
  printf '%s\n' "${rows[@]}"
  printf 'consumers: %d run, %d failed, 0 skipped, %d things asserted\n' "${#rows[@]}" "$failed" "$asserted"
  [ "$failed" = 0 ] && [ ${#rows[@]} -gt 0 ]
}

# row BUILD PROJECT SHAPE JDK HOME...: builds and runs one project and keeps its line, in the suite's variables.
row() {
  local what
  [[ $only = "  " || $only = *" $2 "* ]] || return 0
  what=$(printf '%-6s %-8s %-8s jdk %s' "${1%_project}" "$2" "$3" "$4")
  say "$what"
  CHECKS=()
  if ! "$@"; then
    failed=$((failed + 1))
    CHECKS+=("FAILED")
  fi
  asserted=$((asserted + ${#CHECKS[@]}))
  rows+=("$what: $(printf '%s, ' "${CHECKS[@]}" | sed 's/, $//')")
}

# holds WHAT COMMAND...: one thing that a row asserts.
holds() {
  local what=$1
  shift
  if ! "$@"; then
    printf 'not so: %s\n' "$what" >&2
    return 1
  fi
  CHECKS+=("$what")
}

stage() {
  cp -r "$ROOT/consumers/${1/valkey-java/jedis}/." "$2"
  [ "$1" != valkey-java ] || find "$2" -type f -exec sed -i -e 's/redis\.clients\.jedis/io.valkey/' -e 's/valkeysecure\.jedis/valkeysecure.valkeyjava/' \
    -e 's/secure-jedis/secure-valkey-java/' -e 's/SecureJedis\.client(\(.*\))\.build()/SecureValkeyJava.pooled(\1)/' \
    -e 's/SecureJedis/SecureValkeyJava/' -e 's/RedisClient/JedisPooled/' {} +
  mkdir -p "$2/src/main/java/com/example"
  cp "$ROOT/consumers/shared/Observed.java" "$2/src/main/java/com/example/"
}

# stage_spring_boot DIR: the lines of the page on Spring Boot 3.5, once for each client, reading the files that the program names.
stage_spring_boot() {
  local client other
  for client in lettuce jedis; do
    other=$([ "$client" = jedis ] && echo Lettuce || echo Jedis)
    mkdir -p "$1/src/main/java/com/example/$client"
    {
      printf 'package com.example.%s;\n\n' "$client"
      printf 'import %s.*;\n' io.lettuce.core.resource io.valkeysecure io.valkeysecure.jedis io.valkeysecure.lettuce java.nio.file \
        org.springframework.boot.autoconfigure.data.redis org.springframework.context.annotation
      # Beans are apart by an empty line; the last one ends with the brace of the class.
      sed -n '/^## Spring Boot 3.5/,$p' "$ROOT/docs/spring.md" | sed -n '/^```java/,/^```$/p' | sed '/^```/d' |
        awk -v other="$other" 'BEGIN { RS = ""; ORS = "\n\n" } index($0, other) { if (/\n}$/) print "}"; next } { print }' |
        sed -E -e 's/^class/public class/' -e 's#"/etc/valkey/tls/(tls\.)?(ca|crt|key)(\.crt)?"#System.getProperty("tls.\2")#g'
    } >"$1/src/main/java/com/example/$client/ValkeySecureConfiguration.java"
  done
}

maven_project() {
  local project=$1 shape=$2 jdk=$3 home=$4 allowed=$5 dir main place goal=compile classes=target/classes
  dir=$work/$project-$shape-$jdk
  mkdir -p "$dir"
  stage "$project" "$dir"
  [ "$project" != spring-boot-3.5 ] || stage_spring_boot "$dir"
  [ "$shape" = modular ] || rm -f "$dir/src/main/java/module-info.java"
  # A test stands in no module.
  [ "$shape" = flat ] || rm -rf "$dir/src/test"
  [ ! -d "$dir/src/test" ] || goal='test'
  main=$(sed -nE 's#.*<main.class>(.*)</main.class>.*#\1#p' "$dir/pom.xml")
  if ! (cd "$dir" && JAVA_HOME=$home mvn -B -ntp -Dstyle.color=never -Dmaven.repo.local="$work/local" \
    -Dconsumers.repository="file://$work/repository" -Dvalkey-secure.version="$(pom_value version)" \
    -Dcompiler-plugin.version="$(pom_value compiler-plugin.version)" \
    -Dresources-plugin.version="$(pom_value resources-plugin.version)" -Dslf4j.version="$(pom_value slf4j.version)" \
    -Dsurefire-plugin.version="$(pom_value surefire-plugin.version)" -Djunit.version="$(pom_value junit.version)" "$goal" \
    "org.apache.maven.plugins:maven-dependency-plugin:$(pom_value dependency-plugin.version):build-classpath" \
    -Dmdep.outputFile=class-path -DincludeScope=runtime \
    "org.apache.maven.plugins:maven-dependency-plugin:$(pom_value dependency-plugin.version):list" \
    -DoutputFile=dependencies.txt -DincludeScope=runtime) >"$dir/build.log" 2>&1; then
    grep -E 'ERROR|WARNING' "$dir/build.log" | head -n 10 >&2
    return 1
  fi
  holds "no warning" no_line '^\[WARNING\]|: warning:' "$dir/build.log" || return
  if [ "$goal" = 'test' ]; then
    holds "a test of $(test_lines "$dir") lines" grep -q 'Tests run: 1, Failures: 0, Errors: 0, Skipped: 0' "$dir/build.log" || return
    holds "no more than ten" [ "$(test_lines "$dir")" -le 10 ] || return
  fi
  sed -nE 's/^ +([^: ]+):([^: ]+):jar:([^:]+:)?([^: ]+):(compile|runtime).*/\1:\2:\4/p' "$dir/dependencies.txt" >"$dir/dependencies"
  one_version_each "$dir/dependencies" || return
  place=(-cp "$classes:$(cat "$dir/class-path")" "$main")
  [ "$shape" = flat ] || place=(-p "$classes:$(cat "$dir/class-path")" -m "com.example/$main")
  runs "$dir" "$home" "$shape" "$allowed" "${place[@]}"
}

gradle_project() {
  local project=$1 jdk=$3 home=$4 dir=$work/gradle-$1-$3 main
  mkdir -p "$dir"
  cp "$ROOT"/consumers/gradle/* "$dir"
  for main in lettuce jedis; do
    mkdir -p "$dir/$main"
    cp -r "$ROOT/consumers/$main/src" "$dir/$main/"
    rm "$dir/$main/src/main/java/module-info.java"
    cp "$ROOT/consumers/shared/Observed.java" "$dir/$main/src/main/java/com/example/"
  done
  # Gradle of Debian runs on its own JDK, and compiles with the one that is asked for.
  if ! (cd "$dir" && gradle --no-daemon --console=plain -q --gradle-user-home "$work/gradle-home" --offline \
    -PconsumersRepository="file://$work/repository" -PvalkeySecureVersion="$(pom_value version)" -Pjdk="$home" \
    -Dmaven.repo.local="$work/local" -Pslf4jVersion="$(pom_value slf4j.version)" ":$project:classPath") >"$dir/build.log" 2>&1; then
    head -n 20 "$dir/build.log" >&2
    return 1
  fi
  holds "no warning" no_line 'warning:' "$dir/build.log" || return
  one_version_each "$dir/$project/build/dependencies" || return
  main=$(find "$dir/$project" -name '*Consumer.java' -printf '%f\n')
  runs "$dir" "$home" flat none -cp "$(cat "$dir/$project/build/class-path")" "com.example.${main%.java}"
}

# What a test's class is made of: without its head, its last brace and empty lines.
test_lines() { sed -e '1,/^class /d' -e '/^}$/d' -e '/^$/d' "$1"/src/test/java/com/example/*.java | wc -l; }

no_line() { ! grep -E "$1" "$2" >&2; }

# The families are those of which several artifacts are used together; netty-tcnative counts its versions by itself.
one_version_each() {
  local several
  several=$(awk -F: '{
      family = $1
      if ($2 ~ /^netty-tcnative/) family = family ":netty-tcnative"
      else if ($1 !~ /^(io.netty|org.bouncycastle|io.valkeysecure|io.lettuce|redis.clients|org.slf4j|io.projectreactor|io.micrometer)$/)
        family = $1 ":" $2
      if ($2 ~ /authx/) family = $1 ":" $2
      if (!((family, $3) in seen)) { seen[family, $3] = 1; versions[family] = versions[family] " " $3; count[family]++ }
    }
    END { for (family in count) if (count[family] > 1) print family ":" versions[family] }' "$1")
  holds "$(wc -l <"$1") dependencies, one version of each family" [ -z "$several" ] || {
    printf '%s\n' "$several" >&2
    return 1
  }
  # Gson, which Jedis brings, brings Error Prone's annotations; Spring brings Micrometer's observations.
  grep -q '^com.google.code.gson:' "$1" || holds "no Error Prone" no_line '^com.google.errorprone:' "$1" || return
  holds "no Testcontainers, no meters" no_line '^(org.testcontainers:|io.micrometer:micrometer-core:)' "$1"
}

# runs DIR HOME SHAPE ALLOWED ARGUMENT...: the program ends by itself, with nothing on standard error.
runs() {
  local dir=$1 home=$2 shape=$3 allowed=$4 flags=()
  shift 4
  # JDK 24 and later print a warning for a program that loads native code or, as Netty 4.1, uses Unsafe and was not allowed to.
  [ "$allowed" = none ] || [ "$(java_major "$home/bin/java")" -lt 24 ] || flags=("$allowed")
  if ! (cd "$dir" && timeout 300 "$home/bin/java" "${flags[@]}" "$@" "$SCRATCH/operator" "$PORT") >"$dir/out" 2>"$dir/err"; then
    tail -n 5 "$dir/out" "$dir/err" >&2
    return 1
  fi
  sed 's/^/  /' "$dir/out"
  holds "runs, refuses, exits" grep -q '^consumer: ok$' "$dir/out" || return
  holds "on the $([ "$shape" = flat ] && echo class || echo module) path" \
    grep -qx "$([ "$shape" = flat ] && echo class || echo module) path" "$dir/out" || return
  holds "no thread left, no log line above INFO" grep -q '^threads left: 0, log lines above INFO: 0$' "$dir/out" || return
  holds "nothing on standard error" no_line 'WARN|SEVERE|Exception|SLF4J' "$dir/err"
}
