# shellcheck shell=bash
# what: all packets of all Valkeys while the tests on clusters, sentinels and replicas run, with every client: TLS from the first byte to the last
# time: 9 min

# Where the test kit takes the ports of its servers from.
CAPTURED='tcp portrange 15000-31999'
# Told to, tshark finds bits of RESP in the middle of encrypted bytes, too: seven "strings" in 6 MB. So a segment counts only if
# it also begins as a command or an answer does.
BEGINS_AS_RESP='tcp.payload matches "^([*$:][0-9]+\\r\\n|[+](OK|PONG)\\r\\n|-[A-Z]+ )"'

suite() {
  local pcap=$SCRATCH/lo.pcapng ports=$SCRATCH/ports status=0 run failed skipped twin figures
  ensure_tshark
  : >"$ports"
  start_capture "$pcap"
  twin=$(plaintext_twin)
  clear_reports
  # Those of valkey-java are long ones.
  run_maven test -pl valkey-secure-redisson,valkey-secure-tests -am -Dsurefire.failIfNoSpecifiedTests=false -DexcludedGroups= \
    -Dtest="$TOPOLOGY_TESTS,io/valkeysecure/tests/valkeyjava/**,RedissonTopologyTest" -Denforcer.skip -Dvalkeysecure.testkit.runtime=native -Dvalkeysecure.testkit.ports="$ports" || status=$?
  stop_capture "$pcap"
  name_failures
  read -r run failed skipped < <(count_reports)
  printf '%d run, %d failed, %d skipped\n' "$run" "$failed" "$skipped"
  if [ "$status" != 0 ] || [ "$run" = 0 ] || [ "$failed" != 0 ] || [ "$skipped" != 0 ]; then die 1 "the tests have failed"; fi
  ! grep '^plaintext' "$ports" || die 1 "a test has asked for a plaintext port: it does not belong here"

  # The check itself can fail: it finds the one exchange in plaintext that was made for it.
  figures=$(judge "$pcap" "$SCRATCH/twin" "$twin") && die 1 "plaintext at port $twin was not noticed: $figures"
  say "the twin, plaintext on purpose at port $twin, is noticed: $figures"
  figures=$(judge "$pcap" "$SCRATCH/judged" "$(cut -d ' ' -f 2 "$ports" | sort -un | paste -sd ' ')") || status=1
  printf 'capture: %s\n' "$figures"
  [ "$status" = 0 ]
}

ensure_tshark() {
  command -v tshark >/dev/null || {
    say "no tshark on PATH"
    install_package tshark
  }
  say "tshark: $(tshark --version 2>/dev/null | sed -nE '1s/.* ([0-9]+\.[0-9.]+).*/\1/p')"
}

# start_capture FILE: returns when packets are caught.
start_capture() {
  local waited
  # shellcheck disable=SC2016 # for the inner shell, whose number dumpcap takes over
  as_root sh -c 'echo $$ >"$0"; exec dumpcap "$@"' "$SCRATCH/dumpcap.pid" \
    -q -i lo -B 64 -s 0 -f "$CAPTURED" -w "$1" 2>"$SCRATCH/dumpcap.log" &
  CAPTURE=$!
  at_exit stop_capture "$1"
  for waited in $(seq 100); do
    [ ! -s "$1" ] || return 0
    kill -0 "$CAPTURE" 2>/dev/null || break
    sleep 0.1
  done
  cat "$SCRATCH/dumpcap.log" >&2
  die 2 "cannot capture on the loopback interface, after $waited tries" "it needs root"
}

stop_capture() {
  [ -n "$CAPTURE" ] || return 0
  sleep 1 # what is in the kernel's buffer
  as_root kill "$(cat "$SCRATCH/dumpcap.pid")"
  wait "$CAPTURE" || true
  CAPTURE=
  as_root chmod a+r "$1"
  grep -i dropped "$SCRATCH/dumpcap.log" || true
}

# Starts a Valkey without TLS, talks to it once, ends it, and prints its port.
plaintext_twin() {
  local port tried pid
  for tried in $(seq 20); do
    port=$((15000 + RANDOM % 17000))
    valkey-server --port "$port" --bind 127.0.0.1 --save '' --dir "$SCRATCH" >"$SCRATCH/twin.log" 2>&1 &
    pid=$!
    for _ in $(seq 50); do
      if grep -q 'Ready to accept' "$SCRATCH/twin.log" || ! kill -0 "$pid" 2>/dev/null; then break; fi
      sleep 0.1
    done
    if valkey-cli -p "$port" set twin plaintext >/dev/null 2>&1; then
      kill "$pid"
      printf '%s\n' "$port"
      return
    fi
    kill "$pid" 2>/dev/null || true
  done
  die 1 "no plaintext Valkey could be started, in $tried tries"
}

# judge FILE NAME PORTS: prints what went over these ports; fails where any of it is not TLS, or nothing went.
#
# Twice: by tshark's own dissectors, told to find TLS and then RESP at these ports, and by the record layer, where each
# direction of each connection has to be a chain of TLS records from its first byte to its last.
judge() {
  local pcap=$1 name=$2 ports=$3 port resp=() tls=() display='' seen_resp seen_tls figures
  for port in $ports; do
    resp+=(-d "tcp.port==$port,resp")
    tls+=(-d "tcp.port==$port,tls")
    display+="${display:+,}$port"
  done
  [ -n "$display" ] || die 1 "no port to look at"
  tshark -n -r "$pcap" -Y "tcp.port in {$display} && tcp.len > 0" -o tcp.desegment_tcp_streams:FALSE \
    -T fields -e tcp.stream -e tcp.srcport -e tcp.seq -e tcp.len -e tcp.payload >"$name.segments" 2>"$name.log"
  seen_tls=$(tshark -n -r "$pcap" -Y "tls.record && tcp.port in {$display}" "${tls[@]}" 2>>"$name.log" | wc -l)
  seen_resp=$(tshark -n -r "$pcap" -Y "resp && tcp.port in {$display} && $BEGINS_AS_RESP" \
    "${resp[@]}" 2>>"$name.log" | wc -l)
  figures=$(awk -f "$ROOT/scripts/tls-records.awk" "$name.segments")
  printf '%s, %d dissected as TLS, %d as RESP, at %d ports\n' "$figures" "$seen_tls" "$seen_resp" "$(wc -w <<<"$ports")"
  [[ "$figures" = *" in 0 directions "* && "$figures" != "0 packets"* ]] && [ "$seen_resp" = 0 ] && [ "$seen_tls" -gt 0 ]
}
