package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import java.util.Arrays;

/**
 * A TLS version that this library speaks. Older versions have no name here, so they cannot be asked for
 * (RFC 8996 deprecates TLS 1.0 and 1.1).
 */
public enum TlsVersion {
    /** TLS 1.2, RFC 5246. */
    TLS_1_2("TLSv1.2"),
    /** TLS 1.3, RFC 8446. */
    TLS_1_3("TLSv1.3");

    private final String protocol;

    TlsVersion(String protocol) {
        this.protocol = protocol;
    }

    /** {@return the name that JSSE uses, such as {@code TLSv1.3}} */
    public String protocol() {
        return protocol;
    }

    /**
     * Parses a JSSE protocol name.
     *
     * @param text {@code TLSv1.2} or {@code TLSv1.3}, exactly
     * @return the version
     * @throws IllegalArgumentException if the text is anything else
     */
    public static TlsVersion parse(String text) {
        return Arrays.stream(values())
                .filter(version -> version.protocol.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "TLS version must be TLSv1.2 or TLSv1.3, was " + Printable.value(text)));
    }
}
