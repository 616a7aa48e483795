# shellcheck shell=bash
# Other versions of Valkey beside the system's: the packages of another release of Debian, unpacked into a directory of
# their own with every library they need, and run with their own loader. Nothing is installed, and the machine's apt is
# left as it is. Needs common.sh and packages.sh. Sourced, never run.

# other_valkey SUITE DIR: makes DIR/valkey-server run the Valkey of Debian's release SUITE, such as trixie or sid. Kept, so
# that the next run finds it.
other_valkey() {
  local suite=$1 dir=$2 codename loader library archives=()
  [ ! -x "$dir/valkey-server" ] || return 0
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  say "fetching the valkey-server of $suite"
  rm -rf "$dir"
  mkdir -p "$dir"/{sources,preferences,state/lists/partial,cache/archives/partial,root}
  : >"$dir/status" # nothing is installed: the whole closure is wanted, the C library and all
  chmod -R go+rX "$dir"
  derive_sources "$dir/sources" "$codename" "$suite" ||
    die 2 "this machine has no source of packages for ${codename:-its release}" "Debian's other releases are found through it"
  beside "$dir" update >"$dir/log" 2>&1 || die_with_log "$dir/log" "cannot read the packages of $suite"
  beside "$dir" -y --no-install-recommends --download-only install valkey-server >>"$dir/log" 2>&1 ||
    die_with_log "$dir/log" "cannot fetch the valkey-server of $suite"
  archives=("$dir"/cache/archives/*.deb)
  for archive in "${archives[@]}"; do dpkg -x "$archive" "$dir/root"; done
  loader=$(find "$dir/root" \( -name 'ld-linux*.so.*' -o -name 'ld64.so.*' \) | head -n 1)
  library=$(dirname "$(find "$dir/root" -name 'libc.so.6' | head -n 1)")
  [ -n "$loader" ] || die 1 "the packages of $suite have no loader"
  # its own loader: this machine's does not fit a newer C library
  cat >"$dir/valkey-server" <<WRAPPER
#!/bin/sh
export OPENSSL_CONF="\${OPENSSL_CONF:-$dir/root/etc/ssl/openssl.cnf}" OPENSSL_MODULES="$library/ossl-modules"
exec "$loader" --library-path "$library" --argv0 valkey-server "$dir/root/usr/bin/valkey-server" "\$@"
WRAPPER
  chmod +x "$dir/valkey-server"
  "$dir/valkey-server" --version >/dev/null || {
    rm -f "$dir/valkey-server"
    die 1 "the valkey-server of $suite does not run here"
  }
  rm -rf "$dir/cache" "$dir/state"
}

# beside DIR ARGUMENTS...: apt-get with lists, cache and status of its own.
beside() {
  local dir=$1
  shift
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$dir/sources" \
    -o "Dir::Etc::PreferencesParts=$dir/preferences" -o Dir::Etc::Preferences=/dev/null -o "Dir::State=$dir/state" \
    -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache" -o APT::Keep-Downloaded-Packages=true \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"
}

die_with_log() {
  tail -n 5 "$1" >&2
  die 2 "$2"
}

# valkey_version BINARY
valkey_version() { "$1" --version | sed -nE 's/.* v=([^ ]+).*/\1/p'; }
