package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.RefusalReason;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerAlertTest {

    @ParameterizedTest
    @CsvSource({
        "Received fatal alert: handshake_failure, handshake_failure",
        "(handshake_failure) Received fatal alert: handshake_failure, handshake_failure",
        "error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE, handshake_failure"
    })
    void in_textOfAnEngine_isTheAlert(String message, String description) {
        assertThat(PeerAlert.in(new SSLHandshakeException(message))).contains(new PeerAlert(description));
    }

    @Test
    void in_otherText_isEmpty() {
        assertThat(PeerAlert.in(new SSLException("Remote host terminated the handshake")))
                .isEmpty();
        assertThat(PeerAlert.in(new SSLException((String) null))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // alert, server hello seen, identity asked, identity presented, reason
        "handshake_failure, false, false, false, CIPHER_SUITE",
        "handshake_failure, true, false, false, PEER_ALERT",
        "handshake_failure, true, true, false, CLIENT_IDENTITY_REQUIRED",
        "handshake_failure, true, true, true, CLIENT_IDENTITY_REJECTED",
        "bad_certificate, true, true, false, CLIENT_IDENTITY_REQUIRED",
        "bad_certificate, true, true, true, CLIENT_IDENTITY_REJECTED",
        "certificate_unknown, true, true, true, CLIENT_IDENTITY_REJECTED",
        "unknown_ca, true, true, true, CLIENT_IDENTITY_REJECTED",
        "certificate_required, true, true, false, CLIENT_IDENTITY_REQUIRED",
        "protocol_version, false, false, false, PROTOCOL_VERSION",
        "insufficient_security, false, false, false, CIPHER_SUITE",
        "internal_error, true, false, false, PEER_ALERT",
        "something_new, true, true, true, PEER_ALERT"
    })
    void reason_inAHandshake_isWhatItMeansThere(
            String description, boolean helloSeen, boolean asked, boolean presented, RefusalReason expected) {
        assertThat(new PeerAlert(description).reason(helloSeen, asked, presented))
                .isEqualTo(expected);
    }
}
