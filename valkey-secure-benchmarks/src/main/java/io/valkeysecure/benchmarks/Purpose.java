package io.valkeysecure.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedFrame;

/** What a sampled stack works for: decided by the innermost frame that belongs to any of these. */
enum Purpose {
    THROWN_AWAY("the context that Lettuce makes and the guard replaces"),
    VERIFICATION(
            "verification of the chain",
            "io.valkeysecure.internal.verify.",
            "io.valkeysecure.internal.x509.",
            "io.valkeysecure.internal.revocation.",
            "sun.security.validator.",
            "sun.security.provider.certpath.",
            "sun.security.util.HostnameChecker"),
    HANDSHAKE(
            "what is read back, and the proof",
            "io.valkeysecure.internal.handshake.",
            "io.valkeysecure.internal.root.",
            "io.valkeysecure.internal.adapter.",
            "io.valkeysecure.adapter."),
    REGISTRY("the registry of connections", "io.valkeysecure.internal.connection."),
    LISTENER("listeners and log", "io.valkeysecure.internal.observe.", "io.valkeysecure.observe."),
    CONTEXT(
            "the trust manager and the context",
            "io.valkeysecure.internal.engine.",
            "io.valkeysecure.internal.generation."),
    GUARD("the guard in the client", "io.valkeysecure.netty.", "io.valkeysecure.lettuce.", "io.valkeysecure.jedis."),
    TLS(
            "TLS itself",
            "sun.security.ssl.",
            "io.netty.handler.ssl.ReferenceCountedOpenSsl",
            "io.netty.internal.tcnative.",
            "org.conscrypt."),
    NETTY("Netty", "io.netty."),
    CLIENT("the client", "io.lettuce.", "redis.clients.", "reactor."),
    OTHER("other Java code");

    /** Below this frame all work is for a context that nobody uses. */
    private static final String LETTUCES_CONTEXT = "io.lettuce.core.SslConnectionBuilder";

    private final String title;

    /** What the methods of this purpose begin with. */
    private final Pattern methods;

    Purpose(String title, String... prefixes) {
        this.title = title;
        // without one, no method is of this purpose
        methods = Pattern.compile(
                prefixes.length == 0
                        ? "(?!)"
                        : Arrays.stream(prefixes).map(Pattern::quote).collect(Collectors.joining("|")));
    }

    String title() {
        return title;
    }

    /**
     * Decides.
     *
     * @param frames the innermost first
     */
    static Purpose of(List<RecordedFrame> frames) {
        return ofMethods(frames.stream()
                .map(frame -> frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName())
                .toList());
    }

    static Purpose ofMethods(List<String> methods) {
        if (methods.stream()
                .anyMatch(method -> method.startsWith(LETTUCES_CONTEXT) && method.endsWith("initializeSSLEngine"))) {
            return THROWN_AWAY;
        }
        for (String method : methods) {
            for (Purpose purpose : values()) {
                if (purpose.methods.matcher(method).lookingAt()) {
                    return purpose;
                }
            }
        }
        return OTHER;
    }
}
