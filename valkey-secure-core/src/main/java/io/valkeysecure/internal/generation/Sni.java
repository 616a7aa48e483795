package io.valkeysecure.internal.generation;

import io.valkeysecure.internal.x509.IpLiteral;
import java.util.Optional;
import javax.net.ssl.SNIHostName;

/** The server name indication for a host (RFC 6066, 3): a DNS name without a trailing dot; none for an address. */
public final class Sni {
    private Sni() {}

    static Optional<String> of(String host) {
        if (IpLiteral.isAddress(host)) {
            return Optional.empty();
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        try {
            return Optional.of(new SNIHostName(name).getAsciiName());
        } catch (IllegalArgumentException e) {
            // for example a name with an underscore; the certificate is still checked against the host
            return Optional.empty();
        }
    }
}
