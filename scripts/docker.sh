# shellcheck shell=bash
# A Docker engine with a Valkey image, without a registry. Needs common.sh and packages.sh. Sourced, never run.

VALKEY_IMAGE=valkey/valkey:8

# An engine that answers is used as it is. Otherwise one of our own runs until the script ends, on a socket and a data
# directory of its own; it changes no firewall rule and publishes ports on loopback only.
ensure_docker() {
  if command -v docker >/dev/null && docker version >/dev/null 2>&1; then
    say "docker: an engine answers, using it"
    DOCKER_VERSION=$(docker version --format '{{.Server.Version}}')
    return
  fi
  say "no docker engine answers"
  command -v dockerd >/dev/null || install_without_service docker.io docker.socket docker.service containerd.service
  command -v docker >/dev/null || install_package docker-cli
  start_docker
  import_valkey
}

start_docker() {
  local dir=$SCRATCH/docker started=$SECONDS
  mkdir -p "$dir"
  say "starting a docker engine in $dir"
  at_exit remove_docker "$dir" "$([ -e /sys/class/net/docker0 ] && echo keep || echo remove)"
  # In a session of its own, so that Ctrl-C reaches this script, which then stops the engine in order.
  as_root setsid dockerd --host "unix://$dir/docker.sock" --group "$(id -gn)" --data-root "$dir/data" \
    --exec-root "$dir/exec" --pidfile "$dir/pid" --iptables=false --ip6tables=false --ip-forward=false \
    --ip-masq=false --ip 127.0.0.1 >"$dir/log" 2>&1 </dev/null &
  export DOCKER_HOST=unix://$dir/docker.sock
  for _ in $(seq 150); do
    if docker version >/dev/null 2>&1; then
      DOCKER_VERSION=$(docker version --format '{{.Server.Version}}')
      say "docker: $DOCKER_VERSION, up after $((SECONDS - started)) s"
      return
    fi
    sleep 0.2
  done
  tail -n 20 "$dir/log" >&2
  die 2 "the docker engine did not start within 30 s" "start one of your own and set DOCKER_HOST"
}

remove_docker() {
  local dir=$1 bridge=$2 pid
  if [ -s "$dir/pid" ]; then
    pid=$(cat "$dir/pid")
    say "stopping the docker engine, process $pid"
    as_root kill "$pid" || true
    # Not a child of this shell where sudo is between, so its end is seen by its entry going.
    for _ in $(seq 150); do
      [ -d "/proc/$pid" ] || break
      sleep 0.2
    done
  fi
  if [ "$bridge" = remove ] && command -v ip >/dev/null; then as_root ip link delete docker0 2>/dev/null || true; fi
  as_root rm -rf "$dir"
}

# An image of this machine's own valkey-server: the program, the libraries it loads, and the few tools with which
# Testcontainers looks into a container.
import_valkey() {
  local root=$SCRATCH/image tool program library
  say "importing $VALKEY_IMAGE from $(command -v valkey-server)"
  mkdir -p "$root"/{data,etc,tmp,usr/bin,usr/lib,usr/lib64}
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0::/data:/bin/sh\n' >"$root/etc/passwd"
  for tool in valkey-server valkey-cli sh awk cat grep sleep; do
    program=$(command -v "$tool") || die 2 "$tool is not on PATH" "install valkey-server and its tools by hand"
    cp -L "$program" "$root/usr/bin/$tool"
    ldd "$program" 2>/dev/null | grep -oE '/[^ ]+\.so[^ ]*'
  done >"$SCRATCH/libraries"
  sort -u "$SCRATCH/libraries" | while read -r library; do
    # /lib and /usr/lib are one place in the image, as on a merged system.
    mkdir -p "$root/usr/$(dirname "${library#/usr}")"
    cp -Ln "$library" "$root/usr/${library#/usr}"
  done
  tar -C "$root" --owner=0 --group=0 -c . |
    docker import --change 'WORKDIR /data' --change 'EXPOSE 6379' \
      --change 'CMD ["valkey-server", "--protected-mode", "no"]' - "$VALKEY_IMAGE" >/dev/null
  docker run --rm --network none "$VALKEY_IMAGE" valkey-server --version
}

# import_java NAME: an image of this machine's JDK, cut down to a runtime, with the libraries that it loads.
import_java() {
  local root=$SCRATCH/java library
  say "importing $1 from $JAVA_HOME"
  mkdir -p "$root"/{tmp,etc,work,usr/bin,usr/lib,usr/lib64}
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  chmod 1777 "$root/tmp"
  "$JAVA_HOME/bin/jlink" --add-modules java.se,jdk.crypto.ec,jdk.unsupported,jdk.zipfs --output "$root/usr/lib/jre"
  ln -s ../lib/jre/bin/java "$root/usr/bin/java"
  find "$root/usr/lib/jre" \( -name '*.so' -o -path '*/bin/java' \) -exec ldd {} + 2>/dev/null |
    grep -oE '/[^ ]+\.so[^ ]*' | grep -v "^$root" | sort -u | while read -r library; do
    mkdir -p "$root/usr/$(dirname "${library#/usr}")"
    cp -Ln "$library" "$root/usr/${library#/usr}"
  done
  tar -C "$root" --owner=0 --group=0 -c . | docker import - "$1" >/dev/null
}
