package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PurposeTest {
    @Test
    void of_verificationInsideTls_isVerification() {
        assertThat(Purpose.ofMethods(List.of(
                        "java.math.BigInteger.modPow",
                        "io.valkeysecure.internal.verify.PathVerifier.verify",
                        "sun.security.ssl.CertificateMessage$T13CertificateConsumer.consume",
                        "io.netty.handler.ssl.SslHandler.unwrap")))
                .isEqualTo(Purpose.VERIFICATION);
    }

    @Test
    void of_tlsBelowNettyAndLettuce_isTls() {
        assertThat(Purpose.ofMethods(List.of(
                        "java.security.MessageDigest.update",
                        "sun.security.ssl.HandshakeHash.update",
                        "io.netty.handler.ssl.SslHandler.unwrap",
                        "io.valkeysecure.netty.internal.TlsGate.channelRead")))
                .isEqualTo(Purpose.TLS);
    }

    @Test
    void of_lettucesContext_isThrownAway() {
        assertThat(Purpose.ofMethods(List.of(
                        "sun.security.ssl.SSLContextImpl.engineInit",
                        "io.lettuce.core.SslConnectionBuilder$SslChannelInitializer.initializeSSLEngine",
                        "io.netty.channel.ChannelInitializer.initChannel")))
                .isEqualTo(Purpose.THROWN_AWAY);
    }

    /** The benchmark's own loop is no cost of the library. */
    @Test
    void of_theBenchmarkItself_isOther() {
        assertThat(Purpose.ofMethods(List.of("io.valkeysecure.benchmarks.Anatomy.measure")))
                .isEqualTo(Purpose.OTHER);
    }

    @Test
    void of_nothingKnown_isOther() {
        assertThat(Purpose.ofMethods(List.of("java.lang.Thread.run"))).isEqualTo(Purpose.OTHER);
    }
}
