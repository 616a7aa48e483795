package io.valkeysecure.micrometer;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * The meters of {@link TlsMetrics}, with type, base unit and tags. {@code docs/metrics.md} has the same as a table,
 * with the values of the tags. Each set of values is closed; an absent value is {@code none}.
 */
@SuppressWarnings("exports") // Micrometer is an optional dependency
public enum TlsMeters implements MeterDocumentation {
    /** The handshakes, verified or refused, and how long they took. */
    HANDSHAKE("valkey.tls.handshake", Meter.Type.TIMER, Key.CLIENT, Key.OUTCOME, Key.REASON, Key.RESUMED, Key.VERSION),
    /** The cipher suites and groups of the verified handshakes. */
    NEGOTIATED("valkey.tls.negotiated", Meter.Type.COUNTER, Key.CIPHER_SUITE, Key.GROUP),
    /** The handshakes that were refused, by us or by the peer. Every reason is registered at zero. */
    REFUSED("valkey.tls.refused", Meter.Type.COUNTER, Key.REASON),
    /** The verified connections that are open. */
    CONNECTIONS("valkey.tls.connections", Meter.Type.GAUGE, Key.AGE, Key.CLIENT),
    /** The connections that were closed because the material changed. */
    CLOSED("valkey.tls.connections.closed", Meter.Type.COUNTER, Key.CLIENT, Key.REASON, Key.WAY),
    /**
     * The reloads: new material that came into force, or could not be proved. A failure is counted once for each cause,
     * however often the material is tried. Every reason is registered at zero.
     */
    RELOAD("valkey.tls.reload", Meter.Type.COUNTER, Key.OUTCOME, Key.REASON),
    /** 1 while new material cannot be proved and so is not in force, otherwise 0. */
    RELOAD_FAILING("valkey.tls.reload.failing", Meter.Type.GAUGE),
    /** The time since all files and sources were last read, whether or not the material could be proved. */
    MATERIAL_AGE("valkey.tls.material.age", Meter.Type.GAUGE),
    /** The listeners that have not returned for more than a second, the library's log included. */
    LISTENERS_BEHIND("valkey.tls.listeners.behind", Meter.Type.GAUGE),
    /** The notifications that were dropped because too many were queued for their listener. */
    NOTIFICATIONS_DROPPED("valkey.tls.notifications.dropped", Meter.Type.COUNTER),
    /** The open connections that no OCSP responder has answered for since new material came into force. */
    CONNECTIONS_UNCHECKED("valkey.tls.connections.unchecked", Meter.Type.GAUGE),
    /** The trust anchors that are left out because they break a rule, such as expired ones. */
    ANCHORS_UNUSABLE("valkey.tls.anchors.unusable", Meter.Type.GAUGE),
    /** The number of the generation in force, counted from 1 at each start. */
    GENERATION("valkey.tls.generation", Meter.Type.GAUGE),
    /**
     * The time until the first certificate or CRL of each role ends; negative if it has ended, NaN if the role has
     * none.
     */
    CERTIFICATE_EXPIRY("valkey.tls.certificate.expiry", Meter.Type.GAUGE, Key.ROLE);

    private final String meter;
    private final Meter.Type type;

    @SuppressWarnings("ImmutableEnumChecker") // copied before it is returned
    private final KeyName[] keys;

    TlsMeters(String meter, Meter.Type type, KeyName... keys) {
        this.meter = meter;
        this.type = type;
        this.keys = keys;
    }

    @Override
    public String getName() {
        return meter;
    }

    @Override
    public @Nullable String getBaseUnit() {
        return this == HANDSHAKE || this == CERTIFICATE_EXPIRY || this == MATERIAL_AGE ? "seconds" : null;
    }

    @Override
    public Meter.Type getType() {
        return type;
    }

    @Override
    public KeyName[] getKeyNames() {
        return keys.clone();
    }

    /** The tags. */
    public enum Key implements KeyName {
        /**
         * {@code current}: may stay open; {@code draining}: made under an earlier client identity, and being drained.
         */
        AGE("age"),
        /** The IANA name of a suite that the policy allows. */
        CIPHER_SUITE("cipher.suite"),
        /** {@code lettuce}, {@code jedis} or {@code other}. */
        CLIENT("client"),
        /**
         * The server as it was dialled. Present only with {@link TlsMetrics.Builder#endpoints}, on handshakes and
         * refusals; {@code other} beyond the number given there.
         */
        ENDPOINT("endpoint") {
            @Override
            public boolean isRequired() {
                return false;
            }
        },
        /** The group of the key exchange, such as {@code x25519}. */
        GROUP("group"),
        /** {@code success}, {@code refused} for a handshake, {@code failure} for a reload. */
        OUTCOME("outcome"),
        /** {@link io.valkeysecure.RefusalReason#tag()}. */
        REASON("reason"),
        /** {@code true}: a session was resumed; {@code false}: a full handshake. */
        RESUMED("resumed"),
        /** {@link io.valkeysecure.observe.ExpiryWarning.Role#tag()}. */
        ROLE("role"),
        /** {@code TLSv1.2} or {@code TLSv1.3}. */
        VERSION("version"),
        /** {@link io.valkeysecure.observe.ClosedConnection.Way#tag()}. */
        WAY("way");

        private final String key;

        Key(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
