package io.valkeysecure.spring;

import io.valkeysecure.Refusal;
import io.valkeysecure.RefusalReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Explains a refused connection or refused material, wherever Spring, Lettuce or Jedis wrapped it. */
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class RefusalFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        Optional<StartupVerificationException> verification = StartupVerificationException.in(failure);
        if (verification.isPresent() && verification.get().refusal().isEmpty()) {
            return new FailureAnalysis(
                    String.valueOf(verification.get().getMessage()),
                    "Start the server, correct spring.data.redis.*, or set valkey.secure.verify-on-startup=false.",
                    failure);
        }
        Optional<Refusal> refusal =
                verification.flatMap(StartupVerificationException::refusal).or(() -> Refusal.of(failure));
        return refusal.map(refused -> new FailureAnalysis(
                        "valkey-secure refused (" + refused.reason().tag() + "): " + refused.message(),
                        action(refused.reason()),
                        failure))
                .orElse(null);
    }

    private static String action(RefusalReason reason) {
        return switch (reason) {
            case PLAINTEXT_REQUESTED ->
                "Ask for TLS: write spring.data.redis.url=rediss://..., or leave spring.data.redis.ssl.enabled out.";
            case PLAINTEXT_PEER -> "Connect to the TLS port of the server: correct spring.data.redis.port.";
            case UNTRUSTED_ISSUER ->
                "If the server is the right one, add the CA that issued its certificate to the truststore of the SSL bundle"
                        + " that spring.data.redis.ssl.bundle names, or to valkey.secure.trust.";
            case NAME_MISMATCH ->
                "If the server is the right one, dial it by a name that its certificate holds, or write the expected names"
                        + " in valkey.secure.server-identity.hosts.";
            case CLIENT_IDENTITY_REQUIRED, CLIENT_IDENTITY_REJECTED ->
                "Give the SSL bundle that spring.data.redis.ssl.bundle names a keystore with a client certificate that the"
                        + " server trusts, or set valkey.secure.identity.certificate.";
            case MATERIAL_UNREADABLE, KEY_MISMATCH ->
                "Correct the files of the SSL bundle that spring.data.redis.ssl.bundle names, or of valkey.secure.trust and"
                        + " valkey.secure.identity.";
            case EXPIRED, NOT_YET_VALID -> "Renew the certificate that the message names, or correct the clock.";
            default -> "Correct what the message names. The section of docs/reasons.md lists causes and cures.";
        };
    }
}
