package io.valkeysecure.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;

/** Distinguished names, always through the JDK's parser, so that the order of the parts is that of RFC 4514. */
public final class Names {
    private Names() {}

    public static X500Name parse(String text) {
        return X500Name.getInstance(new X500Principal(text).getEncoded());
    }

    public static String print(X500Name name) {
        try {
            return new X500Principal(name.getEncoded()).getName(X500Principal.RFC2253);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
