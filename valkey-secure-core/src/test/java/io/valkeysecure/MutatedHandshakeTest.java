package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handshake whose bytes were changed on the way ends with a reason that says so, whichever byte it was. */
class MutatedHandshakeTest {
    private static final int HANDSHAKES = 150;
    private static final TestCertificate CA = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            CA.issue().dnsName("localhost").build();

    @ParameterizedTest
    @EnumSource
    void handshake_byteOfTheServerChanged_hasAReason(TlsVersion version) {
        Map<RefusalReason, Integer> reasons = new EnumMap<>(RefusalReason.class);
        Random random = new Random(20_260_615);
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(CA.certificate()))
                .withoutClientIdentity()
                .build()) {
            for (int i = 0; i < HANDSHAKES; i++) {
                TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6380), ClientLibrary.OTHER);
                AtomicInteger left = new AtomicInteger(random.nextInt(1_200));
                int change = 1 + random.nextInt(255);
                SSLEngine server = SERVER.tlsContext().createSSLEngine();
                server.setEnabledProtocols(new String[] {version.protocol()});
                SSLEngine engine = handshake.engine();
                EnginePair pair = new EnginePair(engine, server, handshake, bytes -> {
                    int at = left.getAndAdd(-bytes.length);
                    if (at >= 0 && at < bytes.length) {
                        bytes[at] ^= (byte) change;
                    }
                });
                try {
                    pair.shakeHands();
                    if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                        var unused = handshake.verify(engine);
                    } // else it waits for bytes that a longer length promised, until its time is over
                } catch (TlsHandshakeException e) {
                    reasons.merge(e.reason(), 1, Integer::sum);
                } catch (SSLException | RuntimeException e) {
                    reasons.merge(handshake.refuse(e).reason(), 1, Integer::sum);
                }
            }
        }
        assertThat(reasons).as("%s", reasons).doesNotContainKey(RefusalReason.UNCLASSIFIED);
        assertThat(reasons).containsKey(RefusalReason.MALFORMED_HANDSHAKE);
    }

    @Test
    void handshake_stackOfTheParserOverflows_isAMalformedCertificate() {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(CA.certificate()))
                .withoutClientIdentity()
                .build()) {
            TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6380), ClientLibrary.OTHER);
            TlsHandshakeException refused = handshake.refuse(new StackOverflowError());
            assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED_CERTIFICATE);
            assertThat(refused).hasMessageContaining("the JDK's parser ran out of stack");
        }
    }

    @Test
    void handshake_engineTellsAddressesOfMemory_areNotInTheMessage() throws Exception {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(CA.certificate()))
                .withoutClientIdentity()
                .build()) {
            TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6380), ClientLibrary.OTHER);
            var unused = handshake.received(ByteBuffer.wrap(new byte[] {22, 3, 3}));
            TlsHandshakeException refused = handshake.refuse(new SSLException(
                    "Read error: ssl=0x7f5c3c0a1b28: Failure in SSL library, usually a protocol error\n"
                            + "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"
                            + " (ssl/tls_record.cc:242 0x7f5ca80032b8:0x00000000)"));
            assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED_HANDSHAKE);
            assertThat(refused)
                    .hasMessageContaining(
                            "the engine says: Read error: Failure in SSL library, usually a protocol error;"
                                    + " error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"
                                    + " (ssl/tls_record.cc:242); is something");
            assertThat(refused.getCause()).message().doesNotContain("0x7f5c");
        }
    }
}
