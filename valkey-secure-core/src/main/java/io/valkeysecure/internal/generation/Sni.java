package io.valkeysecure.internal.generation;

import io.valkeysecure.internal.x509.IpLiteral;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;

/** The server name indication for a host (RFC 6066, 3): a DNS name without a trailing dot; none for an address. */
public final class Sni {
    private Sni() {}

    static List<SNIServerName> of(String host) {
        if (IpLiteral.isAddress(host)) {
            return List.of();
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        try {
            return List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) {
            // for example a name with an underscore; the certificate is still checked against the host
            return List.of();
        }
    }
}
