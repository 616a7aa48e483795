# shellcheck shell=bash
# An engine for containers, Docker or Podman, with a Valkey image, without a registry. Needs common.sh and packages.sh. Sourced, never run.

# In full, since Podman completes no name that it imports.
VALKEY_IMAGE=docker.io/valkey/valkey:8

# An engine that answers is used as it is. Otherwise Podman, where it is the one that is installed and can run a
# container. Otherwise an engine of our own runs until the script ends, on a socket and a data directory of its own; it
# changes no firewall rule and publishes ports on loopback only. ENGINE is its name and version.
ensure_docker() {
  if command -v docker >/dev/null && docker version >/dev/null 2>&1; then
    say "docker: an engine answers, using it"
    ENGINE="docker $(docker version --format '{{.Server.Version}}')"
    return
  fi
  say "no docker engine answers"
  if ! command -v dockerd >/dev/null && command -v podman >/dev/null && start_podman; then return; fi
  command -v dockerd >/dev/null || install_without_service docker.io docker.socket docker.service containerd.service
  command -v docker >/dev/null || install_package docker-cli
  start_docker
  import_valkey
}

# Podman as this user, with images and containers in a directory of their own. From here on docker is Podman. Its service
# answers Testcontainers.
start_podman() {
  local dir=$SCRATCH/podman
  mkdir -p "$dir"
  PODMAN=(podman --root "$dir/root" --runroot "$dir/run")
  docker() { "${PODMAN[@]}" "$@"; }
  at_exit remove_podman "$dir"
  if ! import_valkey; then
    unset -f docker
    say "podman cannot run a container here: see above"
    return 1
  fi
  ENGINE="podman $(podman version --format '{{.Client.Version}}')"
  "${PODMAN[@]}" system service --time 0 "unix://$dir/podman.sock" >"$dir/log" 2>&1 </dev/null &
  PODMAN_SERVICE=$!
  export DOCKER_HOST=unix://$dir/podman.sock
}

remove_podman() {
  [ -z "${PODMAN_SERVICE:-}" ] || kill "$PODMAN_SERVICE" || true
  "${PODMAN[@]}" rm --all --force >/dev/null 2>&1 || true
  "${PODMAN[@]}" rmi --all --force >/dev/null 2>&1 || true
  # The files of an image belong to the users of a namespace of this user, if it is not root.
  rm -rf "$1" 2>/dev/null || podman unshare rm -rf "$1"
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
      ENGINE="docker $(docker version --format '{{.Server.Version}}')"
      say "$ENGINE is up after $((SECONDS - started)) s"
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
