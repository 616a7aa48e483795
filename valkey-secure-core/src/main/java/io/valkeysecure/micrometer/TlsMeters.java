package io.valkeysecure.micrometer;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * The meters of {@link TlsMetrics}, each with its type, base unit and tags. {@code docs/metrics.md} has them as a
 * table, with the values of the tags. Each tag has a closed set of values; {@code none} stands for an absent value.
 */
@SuppressWarnings("exports") // code without Micrometer compiles without it
public enum TlsMeters implements MeterDocumentation {
    /** The handshakes, verified or refused, and how long they took. */
    HANDSHAKE("valkey.tls.handshake", Meter.Type.TIMER, Key.CLIENT, Key.OUTCOME, Key.REASON, Key.RESUMED, Key.VERSION),
    /** The parameters that verified handshakes negotiated. */
    NEGOTIATED("valkey.tls.negotiated", Meter.Type.COUNTER, Key.CIPHER_SUITE, Key.GROUP),
    /** The handshakes that were refused, by us or by the peer. Every reason is registered from the start, at zero. */
    REFUSED("valkey.tls.refused", Meter.Type.COUNTER, Key.REASON),
    /** The verified connections that are open. */
    CONNECTIONS("valkey.tls.connections", Meter.Type.GAUGE, Key.AGE, Key.CLIENT),
    /** The connections that were closed because the material changed. */
    CLOSED("valkey.tls.connections.closed", Meter.Type.COUNTER, Key.CLIENT, Key.REASON, Key.WAY),
    /**
     * The reloads of material, successful or failed. A failure is counted once for each cause, however often it is
     * retried. Every reason is registered from the start, at zero.
     */
    RELOAD("valkey.tls.reload", Meter.Type.COUNTER, Key.OUTCOME, Key.REASON),
    /** 1 while new material is not in force because it cannot be proved, otherwise 0. */
    RELOAD_FAILING("valkey.tls.reload.failing", Meter.Type.GAUGE),
    /** The time since all files and sources were last read, whether or not their material could be proved. */
    MATERIAL_AGE("valkey.tls.material.age", Meter.Type.GAUGE),
    /** The listeners that have not returned for more than a second, the library's log included. */
    LISTENERS_BEHIND("valkey.tls.listeners.behind", Meter.Type.GAUGE),
    /** The notifications that were dropped because too many waited for their listener. */
    NOTIFICATIONS_DROPPED("valkey.tls.notifications.dropped", Meter.Type.COUNTER),
    /** The open connections for which no OCSP responder has answered since new material came into force. */
    CONNECTIONS_UNCHECKED("valkey.tls.connections.unchecked", Meter.Type.GAUGE),
    /**
     * The connections of this process that this library did not make; NaN if {@link
     * io.valkeysecure.SecureTls.Builder#reportUnguarded} does not ask for them, or they cannot be looked for.
     */
    CONNECTIONS_UNGUARDED("valkey.tls.connections.unguarded", Meter.Type.GAUGE),
    /** The number of trust anchors that are left out because they break a rule, such as expired ones. */
    ANCHORS_UNUSABLE("valkey.tls.anchors.unusable", Meter.Type.GAUGE),
    /** The number of the generation in force, counted from 1 at each start. */
    GENERATION("valkey.tls.generation", Meter.Type.GAUGE),
    /** 1 for the TLS engine that a client library uses, 0 for the others. */
    ENGINE("valkey.tls.engine", Meter.Type.GAUGE, Key.CLIENT, Key.ENGINE),
    /**
     * The time until the first certificate in each role expires; negative after that, NaN without a certificate in the
     * role.
     */
    CERTIFICATE_EXPIRY("valkey.tls.certificate.expiry", Meter.Type.GAUGE, Key.ROLE);

    private final String meter;
    private final Meter.Type type;

    @SuppressWarnings("ImmutableEnumChecker") // the accessor returns a copy
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
        /** {@code current}: may stay; {@code draining}: made under an earlier client identity. */
        AGE("age"),
        /** The IANA name, one of those that the policy allows. */
        CIPHER_SUITE("cipher.suite"),
        /** {@code lettuce}, {@code jedis}, {@code redisson}, {@code valkey_java} or {@code other}. */
        CLIENT("client"),
        /**
         * The dialled server. Only with {@link TlsMetrics.Builder#endpoints}, and then on handshakes and refusals;
         * {@code other} beyond the number given there.
         */
        ENDPOINT("endpoint") {
            @Override
            public boolean isRequired() {
                return false;
            }
        },
        /** {@code jdk} or {@code boringssl}. */
        ENGINE("engine"),
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
