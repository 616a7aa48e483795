package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.DocumentationLinks;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens key stores from memory: PKCS#12 and JKS by their content, others by the name of their type. */
public final class KeyStores {
    private static final String REMEDY =
            "; make it anew with \"openssl pkcs12 -export\" or \"keytool -importkeystore\", or copy it again";
    private static final Set<String> BY_CONTENT = Set.of("PKCS12", "JKS");

    private KeyStores() {}

    /** Reads from an open store. */
    public interface Reading<T> {
        T read() throws GeneralSecurityException;
    }

    /** Opens a store; the type is null for one that is told by its content. */
    static KeyStore open(Path file, @Nullable String type, byte[] bytes, char[] password) {
        try {
            if (type != null && !BY_CONTENT.contains(type.toUpperCase(Locale.ROOT))) {
                return read(file, () -> load(file, type, bytes, password));
            }
            StoreBounds.require(bytes, password);
            return read(file, () -> load(file, bytes, password));
        } catch (MalformedException e) {
            throw unreadable(file, e.problem());
        } catch (GeneralSecurityException e) {
            throw RootTypes.configurationRefused(
                    RefusalReason.MATERIAL_UNREADABLE, file + " holds something that this JVM cannot read", e);
        }
    }

    private static KeyStore load(Path file, String type, byte[] bytes, char[] password)
            throws GeneralSecurityException {
        KeyStore store;
        try {
            store = KeyStore.getInstance(type);
        } catch (KeyStoreException e) {
            throw unreadable(
                    file,
                    "cannot be read as " + Printable.value(type) + ": no provider of this JVM has this type, they have "
                            + Security.getAlgorithms("KeyStore")
                            + "; add the provider that has it with Security.addProvider(..) first");
        }
        ByteArrayInputStream content = new ByteArrayInputStream(bytes);
        try {
            store.load(content, password);
        } catch (IOException | RuntimeException e) {
            throw unreadable(
                    file,
                    "is not a key store of type " + type + ", or is damaged, or the password does not open it ("
                            + e.getClass().getSimpleName() + "); make it anew with \"keytool -importkeystore\"");
        }
        if (content.available() == bytes.length) {
            throw unreadable(
                    file,
                    "was not read: " + type + " holds the keys of a device or system and no file; use"
                            + " ClientIdentity.from(..), see " + DocumentationLinks.page("key-stores"));
        }
        return store;
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

    static String describe(Path file, @Nullable String type) {
        return (type == null ? "" : type + " ") + "key store " + file;
    }

    /** Returns the name of a type of key stores, if it is not blank. */
    public static String named(String type) {
        if (type.isBlank()) {
            throw new IllegalArgumentException("expected a type of key stores such as BCFKS, saw a blank one");
        }
        return type;
    }

    private static TlsConfigurationException unreadable(Path file, String problem) {
        return RootTypes.configurationRefused(RefusalReason.MATERIAL_UNREADABLE, file + " " + problem);
    }
}
