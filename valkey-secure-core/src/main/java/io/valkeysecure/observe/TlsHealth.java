package io.valkeysecure.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether connections can be made, in one word and the facts behind it. For a health endpoint of any framework:
 *
 * <pre>{@code
 * TlsHealth health = tls.health();
 * response.status(health.state() == TlsHealth.State.DOWN ? 503 : 200).body(health.toString());
 * }</pre>
 *
 * <p>It judges the own material, and connects to nobody: whether a server answers is for a {@code PING} to say. Do not let
 * a liveness probe look at it: a restart reads the same files, and those that are in force may be better.
 *
 * @param state the word
 * @param details why, a sentence each; empty if it is {@link State#UP}
 */
public record TlsHealth(State state, List<String> details) {
    /** Nearer than this, and nearer than a fifth of what it lives, is near: renewal should long have happened. */
    private static final Duration NEAR = Duration.ofDays(7);

    private static final int FIFTH = 5;

    /** The words, best first. */
    public enum State {
        /** Connections can be made. */
        UP,
        /** Connections can be made, and will not be if nobody acts: new material cannot be proved, a trust anchor is left out, or an end is near. */
        DEGRADED,
        /** No connection can be made: the own identity, every anchor or a CRL has ended, or it is closed. */
        DOWN
    }

    /**
     * Judges a status.
     *
     * @param status what is in force, and when
     * @return the word and why
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

    /** Returns the word in lower case, then why. */
    @Override
    public String toString() {
        String word = state.name().toLowerCase(Locale.ROOT);
        return details.isEmpty() ? word : word + ": " + String.join("; ", details);
    }
}
