package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;

/** Opens PKCS#12 and JKS stores from memory. */
public final class KeyStores {
    private static final String REMEDY =
            "; make it anew with \"openssl pkcs12 -export\" or \"keytool -importkeystore\", or copy it again";

    private KeyStores() {}

    /** Reads from an open store. */
    public interface Reading<T> {
        T read() throws GeneralSecurityException;
    }

    public static KeyStore open(Path file, byte[] bytes, char[] password) {
        try {
            StoreBounds.require(bytes, password);
            return read(file, () -> load(file, bytes, password));
        } catch (MalformedException e) {
            throw unreadable(file, e.problem());
        } catch (GeneralSecurityException e) {
            throw RootTypes.configurationRefused(
                    RefusalReason.MATERIAL_UNREADABLE, file + " holds something that this JVM cannot read", e);
        }
    }

    private static KeyStore load(Path file, byte[] bytes, char[] password) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance(StoreBounds.isJks(bytes) ? "JKS" : "PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
            return store;
        } catch (IOException e) {
            throw unreadable(
                    file,
                    e.getCause() instanceof UnrecoverableKeyException
                            ? "is a key store that the password does not open"
                            : "is not a key store in PKCS#12 or JKS format, or is damaged or cut off" + REMEDY);
        }
    }

    /** Catches everything: the key stores of the JDK throw any exception, and some errors, for a damaged file. */
    static <T> T read(Path file, Reading<T> reading) throws GeneralSecurityException {
        try {
            return reading.read();
        } catch (TlsConfigurationException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            // not kept as the cause: its message may hold a part of the file
            throw unreadable(
                    file,
                    "is not a key store in PKCS#12 or JKS format, or is damaged ("
                            + e.getClass().getSimpleName() + ")" + REMEDY);
        }
    }

    private static TlsConfigurationException unreadable(Path file, String problem) {
        return RootTypes.configurationRefused(RefusalReason.MATERIAL_UNREADABLE, file + " " + problem);
    }
}
