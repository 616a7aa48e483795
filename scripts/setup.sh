# shellcheck shell=bash
# What the build and the tests need: a JDK, Maven, Valkey. Found first, installed only where missing.
# Needs common.sh and packages.sh. Sourced, never run.

java_major() { "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = *//p'; }

# is_jdk HOME: whether it is a JDK 17 or newer.
is_jdk() {
  local major
  [ -x "$1/bin/javac" ] || return 1
  major=$(java_major "$1/bin/java")
  [[ "$major" =~ ^[0-9]+$ ]] && [ "$major" -ge 17 ]
}

# find_jdk MAJOR: the home of a JDK of exactly this version: JAVA_HOME_<MAJOR>, JAVA_HOME, or below /usr/lib/jvm.
find_jdk() {
  local named="JAVA_HOME_$1" home
  for home in "${!named:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && is_jdk "$home" && [ "$(java_major "$home/bin/java")" = "$1" ]; then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

ensure_java() {
  local home javac candidates=()
  [ -z "${JAVA_HOME:-}" ] || candidates+=("$JAVA_HOME")
  if javac=$(command -v javac); then candidates+=("$(dirname "$(dirname "$(readlink -f "$javac")")")"); fi
  candidates+=(/usr/lib/jvm/*)
  for home in "${candidates[@]}"; do
    if is_jdk "$home"; then
      use_java "$home"
      return
    fi
  done
  say "no JDK 17 or newer on PATH, in JAVA_HOME or below /usr/lib/jvm"
  install_package default-jdk-headless
  for home in /usr/lib/jvm/*; do
    if is_jdk "$home"; then
      use_java "$home"
      return
    fi
  done
  die 2 "the distribution's JDK is older than 17" "install a JDK 17 or newer and set JAVA_HOME"
}

use_java() {
  export JAVA_HOME=$1
  export PATH=$JAVA_HOME/bin:$PATH
  say "java: $(java_major "$JAVA_HOME/bin/java"), $JAVA_HOME"
}

maven_version() { mvn -v 2>/dev/null | sed -nE 's/.*Apache Maven ([0-9][0-9.]*).*/\1/p'; }

ensure_maven() {
  local version
  version=$(maven_version || true)
  if [ -z "$version" ]; then
    say "no Maven on PATH"
    install_package maven
    version=$(maven_version || true)
  fi
  at_least "${version:-0}" 3.8 || die 2 "maven 3.8 or newer is needed, found ${version:-none}" \
    "put a newer mvn first on PATH"
  say "maven: $version"
}

ensure_valkey() {
  if ! command -v valkey-server >/dev/null; then
    say "no valkey-server on PATH"
    install_without_service valkey-server valkey-server.service
    command -v valkey-server >/dev/null || die 2 "valkey-server was installed but is not on PATH" "check PATH: $PATH"
  fi
  say "valkey: $(valkey-server --version | sed -nE 's/.* v=([^ ]+).*/\1/p'), $(command -v valkey-server)"
}

# The command: the verifier is compared with it.
ensure_openssl() {
  if ! command -v openssl >/dev/null; then
    say "no openssl on PATH"
    install_package openssl
  fi
  say "openssl: $(openssl version)"
}

# Prometheus with promtool, for its programs only.
ensure_prometheus() {
  if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then
    say "no prometheus and promtool on PATH"
    install_without_service prometheus prometheus.service
    command -v promtool >/dev/null || die 2 "prometheus was installed but promtool is not on PATH" "check PATH: $PATH"
  fi
  say "prometheus: $(prometheus --version 2>&1 | sed -nE 's/^prometheus, version ([^ ]+).*/\1/p'), $(command -v prometheus)"
}

# ensure_programs: reads lines "PROGRAM PACKAGE", and installs what is missing.
ensure_programs() {
  local program package
  while read -r program package; do
    if ! PATH=$PATH:/usr/sbin command -v "$program" >/dev/null; then
      say "no $program on PATH"
      install_package "$package" </dev/null
    fi
  done
}

# Programs that check and use what the command line makes: valkey-cli, Python's client, nft, systemd-analyze; and a PKCS#11 token.
ensure_operators_tools() {
  local module
  ensure_programs <<'PROGRAMS'
valkey-cli valkey-tools
nft nftables
systemd-analyze systemd
softhsm2-util softhsm2
PROGRAMS
  for module in redis yaml; do
    /usr/bin/python3 -c "import $module" 2>/dev/null || install_package "python3-$module"
  done
}

# An ACME server and a client of it, for their programs only.
ensure_acme() {
  if ! command -v pebble >/dev/null; then
    say "no pebble on PATH"
    install_package pebble
  fi
  if ! command -v certbot >/dev/null; then
    say "no certbot on PATH"
    install_without_service certbot certbot.timer certbot.service
  fi
  say "pebble: $(dpkg-query -W -f '${Version}' pebble 2>/dev/null || echo unknown), $(certbot --version 2>&1)"
}

# What the doctor is measured by: two other scanners, a server that gets no fixes any more, an exporter, a browser.
ensure_doctors_tools() {
  ensure_programs <<'PROGRAMS'
sslscan sslscan
testssl testssl.sh
chromium chromium
PROGRAMS
  if ! command -v redis-server >/dev/null; then
    say "no redis-server on PATH"
    install_without_service redis-server redis-server.service
  fi
  if ! command -v prometheus-redis-exporter >/dev/null; then
    say "no prometheus-redis-exporter on PATH"
    install_without_service prometheus-redis-exporter prometheus-redis-exporter.service
  fi
  say "sslscan: $(sslscan --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1), testssl.sh:" \
    "$(dpkg-query -W -f '${Version}' testssl.sh 2>/dev/null || echo unknown)," \
    "redis: $(redis-server --version | sed -nE 's/.* v=([^ ]+).*/\1/p')," \
    "$(chromium --version 2>/dev/null | head -n 1)"
}
