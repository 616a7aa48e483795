package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.util.Arrays;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Key stores of a type that is named, and whose provider is another than the JDK's. */
class NamedKeyStoreTest {
    private static final char[] PASSWORD = "correct-horse-battery".toCharArray();
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate LEAF = ROOT.issue().build();

    /** Who wrote the BCFKS store, and who reads it. */
    private enum Maker {
        BOUNCY_CASTLE {
            @Override
            Provider provider() {
                return new BouncyCastleProvider();
            }
        },
        /** Its classes have the names of the plain ones, so it is loaded apart from them. */
        BOUNCY_CASTLE_FIPS {
            @Override
            Provider provider() {
                return Fips.PROVIDER;
            }
        };

        abstract Provider provider();
    }

    /** Loaded once: it tests itself for seconds. */
    private static final class Fips {
        static final Provider PROVIDER = load(Path.of("target/bc-fips.jar"));

        private static Provider load(Path jar) {
            assertThat(jar).as("Maven copies it there").exists();
            try {
                ClassLoader apart =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
                return (Provider) apart.loadClass("org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider")
                        .getConstructor()
                        .newInstance();
            } catch (IOException | ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @TempDir
    private Path directory = Path.of("");

    private Path file = Path.of("");
    private Provider added = new BouncyCastleProvider();

    @BeforeEach
    void nameFile() {
        file = directory.resolve("store");
    }

    @AfterEach
    void removeProvider() {
        Security.removeProvider(added.getName());
    }

    private void add(Provider provider) {
        added = provider;
        Security.addProvider(provider);
    }

    private void write(Provider provider, String... aliases) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("BCFKS", provider);
        store.load(null, null);
        for (String alias : aliases) {
            store.setKeyEntry(alias, LEAF.privateKey(), PASSWORD, LEAF.chain().toArray(Certificate[]::new));
        }
        store.setCertificateEntry("ca", ROOT.certificate());
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
    }

    private ClientIdentity identity() {
        return ClientIdentity.keyStore(file, "BCFKS", PASSWORD);
    }

    private static void build(TrustAnchors anchors, ClientIdentity identity) {
        SecureTls.trusting(anchors).presenting(identity).build().close();
    }

    private static String refused(ClientIdentity identity) {
        return refused(TrustAnchors.of(ROOT.certificate()), identity);
    }

    private static String refused(TrustAnchors anchors, ClientIdentity identity) {
        TlsConfigurationException refused =
                catchThrowableOfType(TlsConfigurationException.class, () -> build(anchors, identity));
        assertThat(refused.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
        return String.valueOf(refused.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void bcfks_byEitherProvider_isRead(Maker maker) throws Exception {
        Provider provider = maker.provider();
        write(provider, "app");
        add(provider);

        build(TrustAnchors.keyStore(file, "BCFKS", PASSWORD), identity());
        build(TrustAnchors.keyStore(file, "bcfks", PASSWORD), ClientIdentity.keyStore(file, "bcfks", PASSWORD, "app"));

        assertThat(identity()).hasToString("BCFKS key store " + file);
    }

    @Test
    void bcfks_writtenByTheFipsProvider_isReadByThePlainOne() throws Exception {
        write(Maker.BOUNCY_CASTLE_FIPS.provider(), "app");
        add(new BouncyCastleProvider());

        build(TrustAnchors.keyStore(file, "BCFKS", PASSWORD), identity());
    }

    @Test
    void bcfks_withoutItsProvider_namesTypesAndCure() throws Exception {
        write(new BouncyCastleProvider(), "app");

        assertThat(refused(identity()))
                .contains(file + " cannot be read as BCFKS: no provider of this JVM has this type")
                .contains("PKCS12")
                .contains("Security.addProvider(..)");
        assertThat(refused(
                        TrustAnchors.keyStore(file, "BCFKS", PASSWORD),
                        ClientIdentity.of(LEAF.privateKey(), LEAF.chain())))
                .contains("cannot be read as BCFKS");
    }

    @Test
    void bcfks_wrongPasswordOrDamaged_isUnreadable() throws Exception {
        write(new BouncyCastleProvider(), "app");
        add(new BouncyCastleProvider());

        assertThat(refused(ClientIdentity.keyStore(file, "BCFKS", "wrong-horse-battery".toCharArray())))
                .contains(file + " is not a key store of type BCFKS, or is damaged, or the password does not open it")
                .doesNotContain("wrong-horse");
        byte[] store = Files.readAllBytes(file);
        for (int length : new int[] {1, store.length / 2, store.length - 1}) {
            Files.write(file, Arrays.copyOf(store, length));
            assertThat(refused(identity())).contains(file + " is not a key store of type BCFKS");
        }
        Files.write(file, store);
        build(TrustAnchors.of(ROOT.certificate()), identity());
    }

    @Test
    void bcfks_entryThatIsAmbiguousOrUnknown_isAskedFor() throws Exception {
        write(new BouncyCastleProvider(), "one", "two");
        add(new BouncyCastleProvider());

        assertThat(refused(identity())).contains("expected one private key entry, it has [", "name one by its alias");
        assertThat(refused(ClientIdentity.keyStore(file, "BCFKS", PASSWORD, "three")))
                .contains("no private key entry three is in it, it has [");
        build(TrustAnchors.of(ROOT.certificate()), ClientIdentity.keyStore(file, "BCFKS", PASSWORD, "two"));
    }

    /** As stores of a device or a system do, which would be used in place of the file. */
    @Test
    void type_thatReadsNoFile_isRefused() throws Exception {
        write(new BouncyCastleProvider(), "app");
        add(new Provider("Device", "1", "a store that ignores the file") {
            private static final long serialVersionUID = 1;

            {
                put("KeyStore.DEVICE", DeviceStore.class.getName());
            }
        });

        assertThat(refused(ClientIdentity.keyStore(file, "DEVICE", PASSWORD)))
                .contains(file + " was not read: DEVICE holds the keys of a device or system");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "jks"})
    void type_thatIsToldByContent_isReadAsWithoutAName(String type) {
        LEAF.writeKeyStore(file, "PKCS12", PASSWORD);

        ClientIdentity identity = ClientIdentity.keyStore(file, type, PASSWORD, "key");

        assertThat(identity.material()
                        .parse(FileSnapshot.of(identity.material()))
                        .chain())
                .isEqualTo(LEAF.chain());
    }

    @ParameterizedTest
    @ValueSource(strings = {"BCFKX", "KeyStore.BCFKS:a", "PKCS11"})
    void type_unknown_isRefused(String type) {
        LEAF.writeKeyStore(file, "PKCS12", PASSWORD);

        assertThat(refused(ClientIdentity.keyStore(file, type, PASSWORD)))
                .contains(file + " cannot be read as " + type + ": no provider");
    }

    @Test
    void arguments_blankOrNull_areRefusedAtOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> ClientIdentity.keyStore(file, " ", PASSWORD));
        assertThatIllegalArgumentException().isThrownBy(() -> ClientIdentity.keyStore(file, "", PASSWORD, "app"));
        assertThatIllegalArgumentException().isThrownBy(() -> TrustAnchors.keyStore(file, "", PASSWORD));
        assertThatNullPointerException().isThrownBy(() -> ClientIdentity.keyStore(file, null, PASSWORD, "app"));
        assertThatNullPointerException().isThrownBy(() -> ClientIdentity.keyStore(file, "BCFKS", PASSWORD, null));
        assertThatNullPointerException().isThrownBy(() -> ClientIdentity.keyStore(file, "BCFKS", null));
        assertThatNullPointerException().isThrownBy(() -> TrustAnchors.keyStore(file, "BCFKS", null));
        assertThatNullPointerException().isThrownBy(() -> TrustAnchors.keyStore(file, null, PASSWORD));
    }
}
