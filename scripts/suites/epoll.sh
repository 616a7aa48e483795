# shellcheck shell=bash
# what: the table of refusals, the gate, rotation, revoked trust and use with Lettuce, over Netty's epoll instead of the JDK's sockets
# time: 4 min

suite() {
  local status=0 architecture
  case $(uname -sm) in
    'Linux x86_64') architecture=x86_64 ;;
    'Linux aarch64') architecture=aarch_64 ;;
    *) die 2 "epoll is Linux' own, and this is $(uname -sm)" "run it on Linux" ;;
  esac
  clear_reports
  # Older than what the other modules ask for, so versions are not compared.
  run_maven test -Pepoll -Depoll.architecture="$architecture" -Denforcer.skip -pl valkey-secure-tests -am \
    -Dtest='SecureLettuce*Test,PeerBytesTapTest,TlsGateTest,TlsCustomizerTest,RefusalTableTest,TrustEndsTest,ReloadDuringHandshakeTest' \
    -Dsurefire.failIfNoSpecifiedTests=false || status=$?
  # This one fails on any other transport; it must have been among them.
  grep -qs 'client_connected_usesTheTransportOfThisRun' "$ROOT"/valkey-secure-lettuce/target/surefire-reports/TEST-*SecureLettuceUseTest.xml ||
    status=1
  conclude epoll "$status"
}
