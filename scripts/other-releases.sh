# shellcheck shell=bash
# Programs of other releases of Debian, other versions of Valkey and newer JDKs, beside the system's: their packages, unpacked into a
# directory of their own with every library they need, and run with their own loader. Nothing is installed, and the machine's apt
# is left as it is. Needs common.sh, packages.sh and setup.sh. Sourced, never run.

# other_valkey SUITE DIR: makes DIR/valkey-server run the Valkey of Debian's release SUITE, such as trixie or sid. Kept, so
# that the next run finds it.
other_valkey() {
  local suite=$1 dir=$2 loader library
  [ ! -x "$dir/valkey-server" ] || return 0
  unpack_beside "$suite" "$dir" valkey-server
  loader=$(loader_of "$dir")
  library=$(library_of "$dir")
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
}

# other_jdk MAJOR SUITE DIR: says the home of a JDK of exactly this version: the machine's, or else that of Debian's release SUITE,
# kept in DIR, so that the next run finds it.
other_jdk() {
  local major=$1 suite=$2 dir=$3 home program link target
  ! find_jdk "$major" || return 0
  home=$dir/root/usr/lib/jvm/java-$major-openjdk-$(dpkg --print-architecture)
  if [ ! -e "$dir/complete" ]; then
    unpack_beside "$suite" "$dir" "openjdk-$major-jre-headless" patchelf >&2
    # java finds its home by the program that it is, so its loader cannot be named before it: it is written into it
    for program in "$home"/bin/java "$home"/lib/jspawnhelper; do
      "$(loader_of "$dir")" --library-path "$(library_of "$dir")" "$dir/root/usr/bin/patchelf" --force-rpath \
        --set-rpath "$(library_of "$dir"):\$ORIGIN/../lib" --set-interpreter "$(loader_of "$dir")" "$program"
    done
    find "$home" -type l -lname '/etc/*' | while read -r link; do
      target=$dir/root$(readlink "$link")
      [ ! -e "$target" ] || ln -sfn "$target" "$link"
    done
    "$home/bin/java" -version 2>/dev/null || die 1 "the JDK $major of $suite does not run here"
    touch "$dir/complete"
  fi
  printf '%s\n' "$home"
}

# unpack_beside SUITE DIR PACKAGE...: unpacks packages of Debian's release SUITE, with all that they depend on, into DIR/root.
unpack_beside() {
  local suite=$1 dir=$2 codename archive
  shift 2
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  say "fetching $1 of $suite"
  rm -rf "$dir"
  mkdir -p "$dir"/{sources,preferences,state/lists/partial,cache/archives/partial,root}
  : >"$dir/status" # nothing is installed: the whole closure is wanted, the C library and all
  chmod -R go+rX "$dir"
  derive_sources "$dir/sources" "$codename" "$suite" ||
    die 2 "this machine has no source of packages for ${codename:-its release}" "Debian's other releases are found through it"
  beside "$dir" update >"$dir/log" 2>&1 || die_with_log "$dir/log" "cannot read the packages of $suite"
  beside "$dir" -y --no-install-recommends --download-only install "$@" >>"$dir/log" 2>&1 ||
    die_with_log "$dir/log" "cannot fetch $* of $suite"
  for archive in "$dir"/cache/archives/*.deb; do dpkg -x "$archive" "$dir/root"; done
  [ -n "$(loader_of "$dir")" ] || die 1 "the packages of $suite have no loader"
  rm -rf "$dir/cache" "$dir/state"
}

loader_of() { find "$1/root" \( -name 'ld-linux*.so.*' -o -name 'ld64.so.*' \) | head -n 1; }

library_of() { dirname "$(find "$1/root" -name 'libc.so.6' | head -n 1)"; }

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
