package io.valkeysecure.adapter;

import java.util.Locale;

/** The client library on whose behalf a handshake is made; a closed set, since it is also a metric tag. */
public enum ClientLibrary {
    /** Jedis. */
    JEDIS,
    /** Lettuce. */
    LETTUCE,
    /** Anything else that drives a {@link TlsHandshake} itself. */
    OTHER;

    /**
     * Returns the name as it appears in metrics and logs.
     *
     * @return the constant's name in lower case
     */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
