package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalReasonTest {
    private static final Endpoint SERVER = new Endpoint("valkey.example", 6379);

    @Test
    void of_null_isEmpty() {
        assertThat(RefusalReason.of(null)).isEmpty();
    }

    @Test
    void of_noRefusal_isEmpty() {
        assertThat(RefusalReason.of(new IOException("broken", new SSLException("closed"))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void of_everyTypeOfOurs_isItsReason(RefusalReason reason) {
        assertThat(RefusalReason.of(new TlsHandshakeException(reason, SERVER, "message", null)))
                .contains(reason);
        assertThat(RefusalReason.of(new PeerRejectedException(reason, "message", null)))
                .contains(reason);
        assertThat(RefusalReason.of(new TlsConfigurationException(reason, "message")))
                .contains(reason);
    }

    @Test
    void of_deepCause_isFound() {
        Throwable thrown = new PeerRejectedException(RefusalReason.EXPIRED, "message", null);
        for (int i = 0; i < 500; i++) {
            thrown = new ExecutionException(thrown);
        }
        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.EXPIRED);
    }

    @Test
    void of_suppressed_isFound() {
        Exception thrown = new IllegalStateException("pool exhausted");
        Exception attempt = new IOException("connect failed");
        attempt.addSuppressed(
                new RuntimeException(new TlsHandshakeException(RefusalReason.NAME_MISMATCH, SERVER, "message", null)));
        thrown.addSuppressed(attempt);
        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
    }

    @Test
    @Timeout(60)
    void of_cyclicCauses_ends() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        second.addSuppressed(first);
        assertThat(RefusalReason.of(first)).isEmpty();

        first.addSuppressed(new TlsConfigurationException(RefusalReason.KEY_MISMATCH, "message"));
        assertThat(RefusalReason.of(second)).contains(RefusalReason.KEY_MISMATCH);
    }

    @Test
    void of_wrappedRefusal_isTheOuterOne() {
        Throwable inner = new PeerRejectedException(RefusalReason.EXPIRED, "message", null);
        assertThat(RefusalReason.of(new TlsHandshakeException(RefusalReason.REVOKED, SERVER, "message", inner)))
                .contains(RefusalReason.REVOKED);
    }

    @Test
    void of_typedRefusalBehindAnAlert_isTheTypedOne() {
        Throwable typed = new TlsHandshakeException(RefusalReason.NAME_MISMATCH, SERVER, "message", null);
        Exception alert = new SSLHandshakeException("Received fatal alert: bad_certificate");
        alert.addSuppressed(typed);
        assertThat(RefusalReason.of(alert)).contains(RefusalReason.NAME_MISMATCH);
    }

    @ParameterizedTest
    @CsvSource({
        "Received fatal alert: certificate_required, CLIENT_IDENTITY_REQUIRED",
        "(bad_certificate) Received fatal alert: bad_certificate, CLIENT_IDENTITY_REJECTED",
        "Received fatal alert: unknown_ca, CLIENT_IDENTITY_REJECTED",
        "Received fatal alert: certificate_expired, CLIENT_IDENTITY_REJECTED",
        "Received fatal alert: protocol_version, PROTOCOL_VERSION",
        "Received fatal alert: insufficient_security, CIPHER_SUITE",
        "Received fatal alert: internal_error, PEER_ALERT",
        "error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION, PROTOCOL_VERSION",
        "error:1000045c:SSL routines:OPENSSL_internal:TLSV13_ALERT_CERTIFICATE_REQUIRED, CLIENT_IDENTITY_REQUIRED"
    })
    void of_alertOfTheEngine_isWhatTheAlertMeans(String message, RefusalReason expected) {
        assertThat(RefusalReason.of(new IOException(new SSLException(message)))).contains(expected);
    }

    @Test
    void of_textOfAnAlertInAnotherException_isEmpty() {
        assertThat(RefusalReason.of(new IOException("Received fatal alert: certificate_required")))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void tag_everyReason_isItsNameInLowerCase(RefusalReason reason) {
        assertThat(reason.tag()).matches("[a-z]+(_[a-z]+)*").isEqualToIgnoringCase(reason.name());
    }

    @ParameterizedTest
    @EnumSource
    void message_everyType_endsWithTheSectionOfTheReason(RefusalReason reason) {
        String section = "; see https://valkey-secure.github.io/reasons.html#" + reason.tag();
        assertThat(new TlsHandshakeException(reason, SERVER, "expected a, seen b", null))
                .hasMessage("valkey.example:6379 refused (" + reason.tag() + "): expected a, seen b" + section);
        assertThat(new TlsConfigurationException(reason, "expected a, seen b"))
                .hasMessage("expected a, seen b" + section);
    }
}
