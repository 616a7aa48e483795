package io.valkeysecure.tests;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.PrintStream;
import java.security.KeyStore;
import java.security.Security;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Connects to servers that have to be refused, and to some that must not be, and prints what became of it. The main
 * class of a JVM whose settings are as loose as they can be, see {@link JvmSettingsTest}.
 */
final class LoosenedJvm {
    static final TestCertificate ROOT =
            TestCertificate.root().keyType(KeyType.RSA_2048).build();
    private static final TestCertificate RSA =
            ROOT.issue().keyType(KeyType.RSA_2048).dnsName("localhost").build();
    private static final TestCertificate CLIENT =
            ROOT.issue().keyType(KeyType.RSA_2048).build();

    /** In the trust store that the JVM is told of. */
    private static final TestCertificate PUBLIC_ROOT = TestCertificate.root().build();

    /** Where TLS 1.3 cannot be had, an identity is not tried. */
    private static boolean presents = true;

    private LoosenedJvm() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments.length > 2 && arguments[2].equals("provider")) {
            Security.insertProviderAt(new BouncyCastleProvider(), 1);
            Security.insertProviderAt(new TlsProvider(), 1);
        }
        trustByTheJvm(arguments[1]);
        boolean only12 = arguments[0].equals("TLSv1.2");
        presents = !only12;
        Map<String, Supplier<HostilePeer>> rows = rows();
        for (Map.Entry<String, Supplier<HostilePeer>> row : rows.entrySet()) {
            if (only12 && row.getKey().contains("1.3")) {
                continue;
            }
            for (Transport transport : Transport.values()) {
                out.println(row.getKey() + " | " + transport + " | " + outcome(row.getValue(), transport));
            }
        }
        out.println("contexts of another provider | " + TlsProvider.timesAsked());
        out.println("done");
        System.exit(0); // Lettuce's threads
    }

    private static void trustByTheJvm(String path) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("public", PUBLIC_ROOT.certificate());
        try (var file = java.nio.file.Files.newOutputStream(java.nio.file.Path.of(path))) {
            store.store(file, "changeit".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", path);
        System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
    }

    private static Map<String, Supplier<HostilePeer>> rows() {
        Map<String, Supplier<HostilePeer>> rows = new LinkedHashMap<>();
        rows.put("good, TLS 1.2", () -> HostilePeer.tls(RSA, protocol("TLSv1.2")));
        rows.put("good, TLS 1.3", () -> HostilePeer.tls(RSA, protocol("TLSv1.3")));
        rows.put("handshake signed with SHA-256", () -> HostilePeer.tls(RSA, signing(OnlySignature.SHA256)));
        rows.put("handshake signed with SHA-1", () -> HostilePeer.tls(RSA, signing(OnlySignature.SHA1)));
        rows.put("handshake signed with MD5", () -> HostilePeer.tls(RSA, signing(OnlySignature.MD5)));
        rows.put("TLS 1.1", () -> HostilePeer.tls(RSA, protocol("TLSv1.1")));
        rows.put("CBC", () -> HostilePeer.tls(RSA, suite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")));
        rows.put("no forward secrecy", () -> HostilePeer.tls(RSA, suite("TLS_RSA_WITH_AES_128_GCM_SHA256")));
        rows.put("anonymous", () -> HostilePeer.tls(RSA, suite("TLS_ECDH_anon_WITH_AES_128_CBC_SHA")));
        rows.put(
                "certificate signed with SHA-1",
                () -> HostilePeer.tls(
                        ROOT.issue()
                                .keyType(KeyType.RSA_2048)
                                .dnsName("localhost")
                                .signatureAlgorithm("SHA1withRSA")
                                .build(),
                        protocol("TLSv1.2")));
        rows.put(
                "RSA key of 1024 bits",
                () -> HostilePeer.tls(
                        ROOT.issue()
                                .keyType(KeyType.RSA_1024)
                                .dnsName("localhost")
                                .build(),
                        protocol("TLSv1.2")));
        rows.put(
                "trusted by the JVM",
                () -> HostilePeer.tls(PUBLIC_ROOT.issue().dnsName("localhost").build(), protocol("TLSv1.2")));
        rows.put(
                "other name",
                () -> HostilePeer.tls(ROOT.issue().dnsName("other.example").build(), protocol("TLSv1.2")));
        rows.put("renegotiation", () -> HostilePeer.renegotiates(RSA));
        return rows;
    }

    private static Consumer<SSLParameters> protocol(String protocol) {
        return parameters -> parameters.setProtocols(new String[] {protocol});
    }

    private static Consumer<SSLParameters> suite(String suite) {
        return protocol("TLSv1.2").andThen(parameters -> parameters.setCipherSuites(new String[] {suite}));
    }

    private static Consumer<SSLParameters> signing(OnlySignature only) {
        return protocol("TLSv1.2").andThen(parameters -> parameters.setAlgorithmConstraints(only));
    }

    private static String outcome(Supplier<HostilePeer> start, Transport transport) {
        CompletableFuture<RefusalReason> refused = new CompletableFuture<>();
        TlsListener listener = new TlsListener() {
            @Override
            public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
                refused.complete(refusal.reason());
            }
        };
        try (HostilePeer peer = start.get();
                SecureTls tls = identified(SecureTls.trusting(TrustAnchors.of(ROOT.certificate())))
                        .engine(transport.engine())
                        .listener(listener)
                        .build()) {
            String outcome = connect(tls, transport, peer, refused);
            return outcome + (peer.applicationBytes().length == 0 ? "" : ", told");
        } catch (TlsConfigurationException e) {
            return "not built: " + e.reason().tag();
        }
    }

    private static SecureTls.Builder identified(SecureTls.WantsClientIdentity tls) {
        return presents
                ? tls.presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()))
                : tls.withoutClientIdentity();
    }

    private static String connect(
            SecureTls tls, Transport transport, HostilePeer peer, CompletableFuture<RefusalReason> refused) {
        try (TestClient.Connection connection = transport.connect(tls, "localhost", peer.port())) {
            for (int i = 0; i < 3; i++) {
                connection.set("key", "value");
            }
            return refused.isDone() ? refused.join().tag() : "connected";
        } catch (RuntimeException e) {
            return refused.isDone() ? refused.join().tag() : String.valueOf(e);
        }
    }
}
