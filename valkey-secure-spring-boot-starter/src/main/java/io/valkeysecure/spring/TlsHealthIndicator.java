package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsStatus;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Shows {@link SecureTls#health()}. The status {@code DEGRADED} is not known to Spring Boot: it is shown, maps to HTTP
 * 200 and does not count for the status of the application, because connections can still be made.
 */
final class TlsHealthIndicator extends AbstractHealthIndicator {
    static final Status DEGRADED = new Status("DEGRADED");

    private final SecureTls tls;

    TlsHealthIndicator(SecureTls tls) {
        super("the state of TLS cannot be read");
        this.tls = tls;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        TlsHealth health = tls.health();
        TlsStatus status = tls.status();
        builder.status(
                switch (health.state()) {
                    case UP -> Status.UP;
                    case DEGRADED -> DEGRADED;
                    case DOWN -> Status.DOWN;
                });
        builder.withDetail("generation", status.generation());
        builder.withDetail("since", status.since());
        builder.withDetail("openConnections", status.openConnections());
        if (!health.details().isEmpty()) {
            builder.withDetail("why", health.details());
        }
        status.lastFailure()
                .ifPresent(
                        failure -> builder.withDetail("reason", failure.reason().tag()));
        for (ExpiryWarning.Role role : ExpiryWarning.Role.values()) {
            Optional<Instant> end = status.notAfter(role);
            end.ifPresent(instant -> builder.withDetail(role.name().toLowerCase(Locale.ROOT) + "NotAfter", instant));
        }
    }
}
