package io.valkeysecure.adapter;

import java.util.Locale;

/** The client library that a handshake is made for; a closed set, because it is a metric tag. */
public enum ClientLibrary {
    /** Jedis. */
    JEDIS,
    /** Lettuce. */
    LETTUCE,
    /** Redisson. */
    REDISSON,
    /** valkey-java. */
    VALKEY_JAVA,
    /** Any other user of {@link TlsHandshake}. */
    OTHER;

    /** {@return the name as it appears in metrics and logs; the constant's name in lower case} */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
