# shellcheck shell=bash
# Packages of the distribution, with the machine's own apt set-up left as it is. Needs common.sh. Sourced, never run.
#
# A release that lacks a package may have it in its backports. Their source line is derived from the machine's own
# entry at run time and used for one command, so that no address stands here and no file stays behind.

APT_UPDATED=
APT_SOURCES=() # apt options that name the derived sources; empty as long as the machine's own will do

apt_do() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
    "${APT_SOURCES[@]}" "$@"
}

# Refreshes the package lists. apt waits for its dpkg lock but not for the one of the lists: another run may hold it.
apt_update() {
  local log=$SCRATCH/apt-update.log attempt
  for attempt in $(seq 24); do
    apt_do -o APT::Get::List-Cleanup=false update >"$log" 2>&1 && return
    grep -q 'Could not get lock' "$log" || break
    [ "$attempt" -gt 1 ] || say "waiting for another apt-get to finish"
    sleep 5
  done
  # A third-party source that does not answer is no reason to stop; whether the package is there is asked next.
  sed 's/^/apt-get update: /' "$log" >&2
}

apt_has() {
  local candidate
  candidate=$(LC_ALL=C apt-cache "${APT_SOURCES[@]}" policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p')
  [ -n "$candidate" ] && [ "$candidate" != "(none)" ]
}

# derive_sources DIR CODENAME SUITE...: writes DIR/derived.sources or DIR/derived.list, the machine's own entry of the
# release CODENAME, for these suites in its place.
derive_sources() {
  local dir=$1 codename=$2 file suite
  shift 2
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] || continue
    # One paragraph is one source. Options, a key written inline included, are carried over as they stand.
    awk -v codename="$codename" -v wanted_suites="$*" '
      BEGIN { RS = ""; FS = "\n" }
      {
        suites = ""; wanted = 1; text = ""
        for (i = 1; i <= NF; i++) {
          if ($i ~ /^#/) continue
          key = tolower($i)
          if (key ~ /^suites:/) { suites = $i; sub(/^[^:]*:[ \t]*/, "", suites); $i = "Suites: " wanted_suites }
          if (key ~ /^types:/) { if ($i !~ /deb([ \t]|$)/) wanted = 0; $i = "Types: deb" }
          if (key ~ /^enabled:[ \t]*no/) wanted = 0
          text = text $i "\n"
        }
        if (wanted && (" " suites " ") ~ (" " codename " ")) { print text; exit }
      }' "$file" >"$dir/derived.sources"
    [ ! -s "$dir/derived.sources" ] || return 0
  done
  rm -f "$dir/derived.sources"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -e "$file" ] || continue
    for suite in "$@"; do
      sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$codename +(.*)$/deb \1\2 $suite \3/p" "$file" | head -n 1
    done >"$dir/derived.list"
    [ ! -s "$dir/derived.list" ] || return 0
  done
  rm -f "$dir/derived.list"
  return 1
}

# Points apt to the backports of this release, for this run only.
use_backports() {
  local codename dir=$SCRATCH/apt
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  [ -n "$codename" ] || return 1
  mkdir -p "$dir"
  chmod 755 "$SCRATCH" "$dir" # apt reads as a user of its own
  derive_sources "$dir" "$codename" "$codename" "$codename-backports" || return 1
  say "looking in $codename-backports, with a source derived from this machine's own, for this command only"
  APT_SOURCES=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$dir" -t "$codename-backports")
  apt_update
}

# can_install PACKAGE: ends the script, with the way out, where this machine or this user cannot install anything.
can_install() {
  command -v apt-get >/dev/null ||
    die 2 "$1 is missing and this is no Debian or Ubuntu" "install $1 with this system's package manager, then run this again"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    die 2 "$1 is missing, installing it needs root, and there is no sudo" \
      "run this once as root, or have $1 installed (on Debian 12 valkey-server is in bookworm-backports)"
}

# install_package PACKAGE: from the machine's sources as they are, then with fresh lists, then from the backports.
install_package() {
  local package=$1 hint="install $1 by hand, then run this again"
  can_install "$package"
  [ -n "${SCRATCH:-}" ] || make_scratch
  if ! apt_has "$package" && [ -z "$APT_UPDATED" ]; then
    say "refreshing the package lists"
    apt_update
    APT_UPDATED=yes
  fi
  apt_has "$package" || use_backports || true
  apt_has "$package" || die 2 "no package $package in this machine's sources nor in their backports" "$hint"
  say "installing $package"
  if ! apt_do install -y --no-install-recommends "$package" >"$SCRATCH/apt.log" 2>&1; then
    # The list may be older than the mirror: once more with a fresh one.
    apt_update
    apt_do install -y --no-install-recommends "$package" >"$SCRATCH/apt.log" 2>&1 || {
      tail -n 20 "$SCRATCH/apt.log" >&2
      die 2 "could not install $package" "$hint"
    }
  fi
  APT_SOURCES=()
}

# install_without_service PACKAGE UNIT...: for its programs only; the services the package brings are neither started
# now nor at the next boot.
install_without_service() {
  local package=$1 unit policy=/usr/sbin/policy-rc.d
  shift
  can_install "$package"
  if [ ! -e "$policy" ]; then
    # Debian's switch for "start nothing while installing", taken away again below or, on an error, at exit.
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    at_exit as_root rm -f "$policy"
    install_package "$package"
    as_root rm -f "$policy"
  else
    install_package "$package"
  fi
  command -v systemctl >/dev/null || return 0
  for unit in "$@"; do
    as_root systemctl disable "$unit" >/dev/null 2>&1 || true
    if systemctl is-active --quiet "$unit" 2>/dev/null; then as_root systemctl stop "$unit"; fi
  done
}
