package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class RefusalTest {
    private static final Endpoint SERVER = new Endpoint("valkey.example", 6379);

    @Test
    void of_refusedHandshake_hasReasonServerAndMessage() {
        TlsHandshakeException refused =
                new TlsHandshakeException(RefusalReason.EXPIRED, SERVER, "expected a, seen b", null);
        assertThat(Refusal.of(new IllegalStateException("Failed to create socket.", refused)))
                .contains(
                        new Refusal(RefusalReason.EXPIRED, Optional.of(SERVER), String.valueOf(refused.getMessage())));
        assertThat(Refusal.of(refused).orElseThrow().message()).contains("expected a, seen b");
    }

    @Test
    void of_refusedConfigurationOrChain_hasNoServer() {
        assertThat(Refusal.of(new TlsConfigurationException(RefusalReason.KEY_MISMATCH, "expected a, seen b")))
                .hasValueSatisfying(refusal -> {
                    assertThat(refusal.reason()).isEqualTo(RefusalReason.KEY_MISMATCH);
                    assertThat(refusal.endpoint()).isEmpty();
                    assertThat(refusal.message()).startsWith("expected a, seen b");
                });
        assertThat(Refusal.of(new PeerRejectedException(RefusalReason.REVOKED, "serial 7 is revoked", null)))
                .hasToString("Optional[revoked: serial 7 is revoked]");
    }

    @Test
    void of_alertOfTheEngine_hasItsText() {
        SSLHandshakeException alert = new SSLHandshakeException("Received fatal alert: certificate_required");
        assertThat(Refusal.of(new IOException(alert)))
                .contains(new Refusal(
                        RefusalReason.CLIENT_IDENTITY_REQUIRED,
                        Optional.empty(),
                        "Received fatal alert: certificate_required"));
    }

    @Test
    void of_otherFailure_isEmpty() {
        assertThat(Refusal.of(null)).isEmpty();
        assertThat(Refusal.of(new IOException("Connection refused"))).isEmpty();
    }

    @Test
    void constructor_partMissing_isRefused() {
        assertThatNullPointerException()
                .isThrownBy(() -> new Refusal(RefusalReason.EXPIRED, Optional.empty(), null))
                .withMessage("message");
    }
}
