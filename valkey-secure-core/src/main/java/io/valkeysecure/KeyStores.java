package io.valkeysecure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;

/** Opens PKCS#12 and JKS stores from memory. */
final class KeyStores {
    private static final int JKS_MAGIC = 0xFEEDFEED;

    private KeyStores() {}

    static KeyStore open(Path file, byte[] bytes, char[] password) {
        try {
            KeyStore store = KeyStore.getInstance(isJks(bytes) ? "JKS" : "PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
            return store;
        } catch (IOException e) {
            String problem = e.getCause() instanceof UnrecoverableKeyException
                    ? "is a key store that the password does not open"
                    : "is not a key store in PKCS#12 or JKS format, or is cut off";
            throw new TlsConfigurationException(RefusalReason.MATERIAL_UNREADABLE, file + " " + problem);
        } catch (GeneralSecurityException e) {
            throw new TlsConfigurationException(
                    RefusalReason.MATERIAL_UNREADABLE, file + " holds something that this JVM cannot read", e);
        }
    }

    private static boolean isJks(byte[] bytes) {
        return bytes.length >= 4
                && ((bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff))
                        == JKS_MAGIC;
    }
}
