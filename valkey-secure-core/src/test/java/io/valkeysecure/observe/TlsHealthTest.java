package io.valkeysecure.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TlsHealthTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TlsStatus.Validity GOOD = lives(ExpiryWarning.Role.ANCHOR, 365, 300);

    /** Begun so many days before it ends, and with so many left. */
    private static TlsStatus.Validity lives(ExpiryWarning.Role role, int days, double left) {
        Instant end = NOW.plusSeconds((long) (left * 86_400));
        return new TlsStatus.Validity(role, "CN=" + role.tag(), end.minus(Duration.ofDays(days)), end);
    }

    private static TlsHealth of(TlsStatus.Failure failure, TlsStatus.Validity... validities) {
        return of(failure, new TlsStatus.Backlog(0, 0, 0), validities);
    }

    private static TlsHealth of(
            TlsStatus.Failure failure, TlsStatus.Backlog backlog, TlsStatus.Validity... validities) {
        return of(failure, backlog, null, validities);
    }

    private static TlsHealth of(
            TlsStatus.Failure failure,
            TlsStatus.Backlog backlog,
            TlsStatus.Unguarded unguarded,
            TlsStatus.Validity... validities) {
        return TlsHealth.of(new TlsStatus(
                NOW,
                3,
                NOW,
                NOW,
                "files",
                "digest",
                List.of(validities),
                List.of(),
                Map.of(),
                Map.of(),
                Optional.ofNullable(failure),
                NOW.minusSeconds(90),
                backlog,
                Optional.ofNullable(unguarded)));
    }

    @Test
    void of_notRead_saysSinceWhen() {
        TlsStatus.Failure failure = new TlsStatus.Failure(NOW, RefusalReason.MATERIAL_UNREADABLE, "vault is silent");
        assertThat(of(failure, GOOD).toString()).contains("read last at 2026-11-22T11:58:30Z: vault is silent");
    }

    @Test
    void of_unguardedConnections_isDegradedAndSaysWhere() {
        TlsStatus.Backlog none = new TlsStatus.Backlog(0, 0, 0);
        TlsHealth found = of(
                null, none, new TlsStatus.Unguarded(Map.of(new Endpoint("10.0.0.5", 6379), 2), Optional.empty()), GOOD);
        assertThat(found.state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(found.details()).singleElement().asString().contains("10.0.0.5:6379", ": 2;", "SecureLettuce");
        TlsHealth unknown = of(null, none, new TlsStatus.Unguarded(Map.of(), Optional.of("no /proc")), GOOD);
        assertThat(unknown.toString()).isEqualTo("degraded: unguarded connections are not looked for: no /proc");
        TlsHealth looked = of(null, none, new TlsStatus.Unguarded(Map.of(), Optional.empty()), GOOD);
        assertThat(looked.state()).isEqualTo(TlsHealth.State.UP);
    }

    @Test
    void of_listenerOrResponderDoesNotAnswer_isDegradedAndSaysHowMany() {
        TlsHealth listener = of(null, new TlsStatus.Backlog(1, 7, 0), GOOD);
        assertThat(listener.state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(listener.toString()).contains("more than a second: 1, 7 notifications were dropped");
        TlsHealth responder = of(null, new TlsStatus.Backlog(0, 7, 3), GOOD);
        assertThat(responder.state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(responder.details()).singleElement().asString().contains("OCSP responder", ": 3");
        assertThat(of(null, new TlsStatus.Backlog(0, 7, 0), GOOD).state()).isEqualTo(TlsHealth.State.UP);
    }

    @Test
    void of_allInDate_isUp() {
        TlsHealth health = of(null, GOOD, lives(ExpiryWarning.Role.IDENTITY, 90, 30));
        assertThat(health.state()).isEqualTo(TlsHealth.State.UP);
        assertThat(health.details()).isEmpty();
        assertThat(health).hasToString("up");
    }

    @Test
    void of_endNear_isDegraded() {
        TlsHealth health = of(null, GOOD, lives(ExpiryWarning.Role.PEER, 90, 6.5));
        assertThat(health.state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(health.details()).containsExactly("peer CN=peer ends at 2026-11-29T00:00:00Z, in PT156H");
    }

    /** A certificate that lives a day is renewed in its last third; it is not near its end all its life. */
    @Test
    void of_shortLivedInItsLastThird_isUp_inItsLastFifth_isDegraded() {
        assertThat(of(null, GOOD, lives(ExpiryWarning.Role.IDENTITY, 1, 0.3)).state())
                .isEqualTo(TlsHealth.State.UP);
        assertThat(of(null, GOOD, lives(ExpiryWarning.Role.IDENTITY, 1, 0.15)).state())
                .isEqualTo(TlsHealth.State.DEGRADED);
    }

    @Test
    void of_candidateRefused_isDegradedAndSaysWhy() {
        TlsHealth health = of(new TlsStatus.Failure(NOW, RefusalReason.KEY_MISMATCH, "tls.key: another key"), GOOD);
        assertThat(health.state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(health.toString()).startsWith("degraded: ").contains("tls.key: another key");
    }

    @Test
    void of_identityOrCrlEnded_isDown() {
        assertThat(of(null, GOOD, lives(ExpiryWarning.Role.IDENTITY, 90, -1)).state())
                .isEqualTo(TlsHealth.State.DOWN);
        assertThat(of(null, GOOD, lives(ExpiryWarning.Role.CRL, 7, -1)).state()).isEqualTo(TlsHealth.State.DOWN);
    }

    @Test
    void of_oneAnchorEnded_isDegraded_allEnded_isDown() {
        TlsStatus.Validity ended = lives(ExpiryWarning.Role.ANCHOR, 365, -1);
        assertThat(of(null, GOOD, ended).state()).isEqualTo(TlsHealth.State.DEGRADED);
        assertThat(of(null, ended).state()).isEqualTo(TlsHealth.State.DOWN);
    }

    @Test
    void of_anchorEndedAndTheNextIsNotYetValid_isDown() {
        TlsStatus.Validity ended = lives(ExpiryWarning.Role.ANCHOR, 365, -1);
        assertThat(of(null, ended, lives(ExpiryWarning.Role.ANCHOR, 365, 366)).state())
                .isEqualTo(TlsHealth.State.DOWN);
        assertThat(of(null, ended, lives(ExpiryWarning.Role.ANCHOR, 365, 364)).state())
                .isEqualTo(TlsHealth.State.DEGRADED);
    }

    @Test
    void of_peerEnded_isNotOurs() {
        assertThat(of(null, GOOD, lives(ExpiryWarning.Role.PEER, 90, -1)).state())
                .isEqualTo(TlsHealth.State.DEGRADED);
    }
}
