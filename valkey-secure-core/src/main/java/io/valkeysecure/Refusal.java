package io.valkeysecure;

import io.valkeysecure.internal.handshake.PeerAlert;
import io.valkeysecure.internal.text.Causes;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A refused connection or configuration: the reason, the server, and a message that says what was expected, what was
 * seen and what to do.
 *
 * <p>Lettuce, Jedis and pools wrap a refusal in exceptions of their own, often with the message
 * {@code Failed to create socket.} {@link #of} finds the refusal in them:
 *
 * <pre>{@code
 * try (Jedis jedis = pool.getResource()) {
 *     jedis.ping();
 * } catch (JedisException e) {
 *     Refusal.of(e).ifPresent(refusal -> log.error("{}: {}", refusal.reason().tag(), refusal.message()));
 *     throw e;
 * }
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param reason the reason, for metrics and decisions
 * @param endpoint the server as it was dialled; empty if the refusal is about a configuration or a certificate alone
 * @param message one line, for people
 */
public record Refusal(RefusalReason reason, Optional<Endpoint> endpoint, String message) {

    /**
     * Checks that nothing is missing.
     *
     * @param reason the reason
     * @param endpoint the server, or empty
     * @param message one line
     */
    public Refusal {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(message, "message");
    }

    /**
     * Finds the refusal in an exception of Lettuce, Jedis or a pool. Walks its causes and suppressed exceptions; the
     * outermost refusal counts.
     *
     * @param thrown the exception; null gives an empty result
     * @return the refusal; empty if the exception has another cause, such as an unreachable server
     */
    public static Optional<Refusal> of(@Nullable Throwable thrown) {
        if (thrown == null) {
            return Optional.empty();
        }
        Optional<Refusal> alert = Optional.empty();
        for (Throwable next : Causes.withSuppressed(thrown)) {
            if (next instanceof TlsHandshakeException refused) {
                return Optional.of(new Refusal(refused.reason(), Optional.of(refused.endpoint()), messageOf(next)));
            } else if (next instanceof PeerRejectedException rejected) {
                return Optional.of(new Refusal(rejected.reason(), Optional.empty(), messageOf(next)));
            } else if (next instanceof TlsConfigurationException configuration) {
                return Optional.of(new Refusal(configuration.reason(), Optional.empty(), messageOf(next)));
            } else if (next instanceof SSLException && alert.isEmpty()) {
                alert = PeerAlert.in(next)
                        .map(said -> new Refusal(said.reasonWithoutContext(), Optional.empty(), messageOf(next)));
            }
        }
        return alert;
    }

    private static String messageOf(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    /** Returns the reason's tag and the message. */
    @Override
    public String toString() {
        return reason.tag() + ": " + message;
    }
}
