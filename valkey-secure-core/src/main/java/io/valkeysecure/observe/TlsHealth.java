package io.valkeysecure.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether connections can be made: one state, and the facts behind it. For the health endpoint of any framework:
 *
 * <pre>{@code
 * TlsHealth health = tls.health();
 * response.status(health.state() == TlsHealth.State.DOWN ? 503 : 200).body(health.toString());
 * }</pre>
 *
 * <p>It judges the material of this program and connects to no server; send a {@code PING} to see whether a server
 * answers. Do not use it for a liveness probe: a restart reads the same files, and the material in force may be better
 * than they are.
 *
 * @param state the state
 * @param details the facts, one sentence each; empty for {@link State#UP}
 */
public record TlsHealth(State state, List<String> details) {
    /** An end is near within this time and within a fifth of the whole validity: renewal is overdue. */
    private static final Duration NEAR = Duration.ofDays(7);

    private static final int FIFTH = 5;

    /** The states, best first. */
    public enum State {
        /** Connections can be made. */
        UP,
        /**
         * Connections can be made, but something needs attention: new material cannot be proved, a trust anchor is left
         * out, a certificate or CRL ends soon, or the process has unguarded connections.
         */
        DEGRADED,
        /**
         * No connection can be made: the client identity, every anchor or a CRL has ended, or the SecureTls is closed.
         */
        DOWN
    }

    /**
     * Judges a status.
     *
     * @param status the status to judge
     * @return the state and its facts
     */
    public static TlsHealth of(TlsStatus status) {
        List<String> worst = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        for (TlsStatus.Validity validity : status.validities()) {
            Duration remaining = Duration.between(status.at(), validity.notAfter());
            Duration life = Duration.between(validity.notBefore(), validity.notAfter());
            String what = validity.role().tag() + " " + validity.subject();
            if (remaining.isNegative()) {
                boolean fatal = switch (validity.role()) {
                    case IDENTITY, CRL -> true;
                    case ANCHOR -> noAnchorIsInDate(status);
                    case PEER -> false;
                };
                (fatal ? worst : bad).add(what + " ended at " + validity.notAfter());
            } else if (remaining.compareTo(NEAR) < 0 && remaining.compareTo(life.dividedBy(FIFTH)) < 0) {
                bad.add(what + " ends at " + validity.notAfter() + ", in " + remaining);
            }
        }
        status.unusableAnchors().forEach(anchor -> bad.add("left out: " + anchor.message()));
        status.lastFailure()
                .ifPresent(failure -> bad.add("new material is not in force since it cannot be proved, tried last at "
                        + failure.at() + ", read last at " + status.lastRead() + ": " + failure.message()));
        TlsStatus.Backlog backlog = status.backlog();
        if (backlog.listenersBehind() > 0) {
            bad.add("listeners that have not returned for more than a second: " + backlog.listenersBehind() + ", "
                    + backlog.notificationsDropped() + " notifications were dropped");
        }
        if (backlog.connectionsUnchecked() > 0) {
            bad.add("open connections that no OCSP responder has answered for since new material is in force: "
                    + backlog.connectionsUnchecked());
        }
        status.unguarded().ifPresent(unguarded -> {
            unguarded
                    .connections()
                    .forEach((server, count) -> bad.add("connections to " + server
                            + " that were not made by valkey-secure: " + count + "; make their client by"
                            + " SecureLettuce or SecureJedis"));
            unguarded.notLookedAt().ifPresent(why -> bad.add("unguarded connections are not looked for: " + why));
        });
        State state = worst.isEmpty() ? (bad.isEmpty() ? State.UP : State.DEGRADED) : State.DOWN;
        worst.addAll(bad);
        return new TlsHealth(state, List.copyOf(worst));
    }

    private static boolean noAnchorIsInDate(TlsStatus status) {
        Instant now = status.at();
        return status.validities().stream()
                .filter(validity -> validity.role() == ExpiryWarning.Role.ANCHOR)
                .allMatch(validity -> now.isBefore(validity.notBefore()) || now.isAfter(validity.notAfter()));
    }

    /** Returns the state in lower case, then the facts. */
    @Override
    public String toString() {
        String word = state.name().toLowerCase(Locale.ROOT);
        return details.isEmpty() ? word : word + ": " + String.join("; ", details);
    }
}
