package io.valkeysecure.internal.generation;

import java.util.Optional;
import javax.net.ssl.SNIHostName;

/** The server name indication that a host allows (RFC 6066, 3): a DNS name without a trailing dot, no address. */
public final class Sni {
    private Sni() {}

    static Optional<String> of(String host) {
        if (io.valkeysecure.internal.x509.ReferenceIdentifier.isAddress(host)) {
            return Optional.empty();
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        try {
            return Optional.of(new SNIHostName(name).getAsciiName());
        } catch (IllegalArgumentException e) {
            // such as a name with an underscore; the certificate is checked against it all the same
            return Optional.empty();
        }
    }
}
