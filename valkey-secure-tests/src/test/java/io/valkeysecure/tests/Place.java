package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.Recording;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.List;

/** An address that a topology announces, the honest server behind it, and what was sent there. */
final class Place implements AutoCloseable {
    private static final int TLS_1_0 = 0x0301;

    private final ValkeyServer honest;
    private final RecordingProxy proxy;
    private int begin;

    Place(ValkeyServer honest) {
        this.honest = honest;
        this.proxy = RecordingProxy.to("127.0.0.1", honest.port());
    }

    ValkeyServer honest() {
        return honest;
    }

    int port() {
        return proxy.port();
    }

    /** From now on the peer stands there. Open connections go on. */
    void takenBy(HostilePeer peer) {
        proxy.redirect("127.0.0.1", peer.port());
        begin = proxy.recordings().size();
    }

    void givenBack() {
        proxy.redirect("127.0.0.1", honest.port());
        begin = proxy.recordings().size();
    }

    void dropConnections() {
        proxy.dropConnections();
    }

    /** The connections since it changed hands. */
    List<Recording> recordings() {
        List<Recording> all = proxy.recordings();
        return all.subList(begin, all.size());
    }

    /**
     * Valkey's own links, of replicas and sentinels, may lead here, too: they check no names, and are not what is
     * tested.
     */
    void assertToldNothing(HostilePeer sinner) {
        assertThat(sinner.connections()).isPositive();
        if (recordings().stream().allMatch(Place::isOfAClient)) {
            assertThat(sinner.applicationBytes()).isEmpty();
        }
        assertThat(recordings()).filteredOn(Place::isOfAClient).isNotEmpty().allSatisfy(recording -> {
            TlsTranscript sent = recording.clientTranscript();
            assertThat(sent.isAllTls()).as("%s", sent).isTrue();
            assertThat(sent.mayCarryCommand()).as("%s", sent).isFalse();
        });
    }

    /**
     * OpenSSL, and BoringSSL, sends its ClientHello in a record of TLS 1.0, the JDK in one of TLS 1.2 (RFC 8446, 5.1,
     * allows both).
     */
    private static boolean isOfAClient(Recording recording) {
        return TlsRecord.allOf(recording.clientToServer()).stream()
                .limit(1)
                .noneMatch(record -> record.version() == TLS_1_0);
    }

    @Override
    public void close() {
        proxy.close();
    }
}
