package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No setting of the JVM weakens what is accepted: {@link LoosenedJvm} in JVMs with every setting of the JDK's TLS,
 * certificates and security that could. The table of docs/threats.md names them.
 */
class JvmSettingsTest {
    private static final int LIMIT_SECONDS = 540;

    /** {@code java.security}, as loose as can be. */
    private static final String SECURITY_PROPERTIES = """
            jdk.tls.disabledAlgorithms=
            jdk.tls.legacyAlgorithms=
            jdk.certpath.disabledAlgorithms=
            jdk.security.legacyAlgorithms=
            jdk.security.caDistrustPolicies=
            """;

    private static final List<String> SYSTEM_PROPERTIES = List.of(
            "-Dsun.security.ssl.allowUnsafeRenegotiation=true",
            "-Dsun.security.ssl.allowLegacyHelloMessages=true",
            "-Djdk.tls.allowUnsafeServerCertChange=true",
            "-Djdk.tls.rejectClientInitiatedRenegotiation=false",
            "-Djdk.tls.useExtendedMasterSecret=false",
            "-Djdk.tls.allowLegacyMasterSecret=true",
            "-Djdk.tls.allowLegacyResumption=true",
            "-Djdk.tls.client.protocols=TLSv1,TLSv1.1,TLSv1.2,TLSv1.3",
            "-Djdk.tls.client.cipherSuites=TLS_RSA_WITH_AES_128_CBC_SHA,TLS_AES_128_GCM_SHA256",
            "-Djdk.tls.client.SignatureSchemes=rsa_md5,rsa_pkcs1_sha1,ecdsa_sha1,rsa_pkcs1_sha256,ecdsa_secp256r1_sha256,"
                    + "rsa_pss_rsae_sha256",
            "-Djdk.tls.namedGroups=secp256r1,ffdhe2048,x25519",
            "-Djdk.tls.ephemeralDHKeySize=legacy",
            "-Djdk.tls.trustNameService=true",
            "-Djdk.tls.maxHandshakeMessageSize=1000000",
            "-Djdk.tls.maxCertificateChainLength=1000",
            "-Djdk.tls.client.maxInboundCertificateChainLength=1000",
            "-Djdk.security.allowNonCaAnchor=true",
            "-Dcom.sun.net.ssl.checkRevocation=false",
            "-Dcom.sun.security.enableAIAcaIssuers=true",
            "-Dcom.sun.security.enableCRLDP=true",
            "-Dcom.sun.security.onlyCheckRevocationOfEECert=true");

    private static final Map<String, String> EXPECTED = Map.ofEntries(
            Map.entry("good, TLS 1.2", "connected, told"),
            Map.entry("good, TLS 1.3", "connected, told"),
            Map.entry("handshake signed with SHA-256", "connected, told"),
            Map.entry("handshake signed with SHA-1", "weak_signature|cipher_suite"),
            Map.entry("handshake signed with MD5", "weak_signature|cipher_suite"),
            Map.entry("TLS 1.1", "protocol_version"),
            Map.entry("CBC", "cipher_suite"),
            Map.entry("no forward secrecy", "cipher_suite"),
            Map.entry("anonymous", "cipher_suite"),
            Map.entry("certificate signed with SHA-1", "weak_signature"),
            Map.entry("RSA key of 1024 bits", "weak_key"),
            Map.entry("trusted by the JVM", "untrusted_issuer"),
            Map.entry("other name", "name_mismatch"),
            Map.entry("renegotiation", "renegotiation, told"));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void settings_looseEverywhere_weakenNothing() throws Exception {
        List<String> loose = new ArrayList<>(SYSTEM_PROPERTIES);
        loose.add("-Djava.security.properties=" + securityProperties());
        assertOutcomes(run(loose, "any"), 14);
    }

    /**
     * Bouncy Castle reads certificates and verifies signatures then. The JDK's TLS stays the engine: the provider of
     * TLS that stands before it is not asked.
     */
    @Test
    void provider_putFirst_changesNothing() throws Exception {
        List<String> loose = new ArrayList<>(SYSTEM_PROPERTIES);
        loose.add("-Djava.security.properties=" + securityProperties());
        assertOutcomes(run(loose, "any", "provider"), 14);
    }

    /** A client that does not say what it takes is answered with SHA-1 (RFC 5246, 7.4.1.4.1); that is TLS 1.2 only. */
    @Test
    void signatureAlgorithms_notSent_sha1IsSeenAndRefused() throws Exception {
        List<String> loose = new ArrayList<>(SYSTEM_PROPERTIES);
        loose.add("-Djava.security.properties=" + securityProperties());
        loose.add("-Djdk.tls.client.disableExtensions=signature_algorithms,signature_algorithms_cert");
        Map<String, String> outcomes = run(loose, "TLSv1.2");
        outcomes.remove("contexts of another provider");
        assertThat(outcomes)
                .containsEntry("handshake signed with SHA-256 | JEDIS_BORINGSSL", "connected, told")
                .containsEntry("handshake signed with SHA-256 | LETTUCE_BORINGSSL", "connected, told");
        outcomes.forEach((row, outcome) -> {
            if (row.startsWith("handshake signed with SHA-1")) {
                assertThat(outcome).as(row).isEqualTo("weak_signature");
            } else if (!row.startsWith("good")
                    && !row.startsWith("handshake signed with SHA-256")
                    && !row.startsWith("renegotiation")) {
                assertThat(outcome).as(row).doesNotContain("connected").doesNotContain("told");
            }
        });
    }

    private static void assertOutcomes(Map<String, String> outcomes, int rows) {
        assertThat(outcomes.remove("contexts of another provider")).isEqualTo("0");
        assertThat(outcomes).hasSize(rows * Transport.values().length);
        outcomes.forEach((row, outcome) ->
                assertThat(outcome).as(row).matches(EXPECTED.get(row.substring(0, row.indexOf(" | ")))));
    }

    private Path securityProperties() throws IOException {
        return Files.writeString(directory.resolve("java.security"), SECURITY_PROPERTIES);
    }

    private Map<String, String> run(List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Xmx256m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LoosenedJvm.class.getName()));
        command.add(arguments[0]);
        command.add(directory.resolve("trust.p12").toString());
        command.addAll(List.of(arguments).subList(1, arguments.length));
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output);
        assertThat(text).as(Files.readString(errors)).endsWith("done\n");
        Map<String, String> outcomes = new TreeMap<>();
        text.lines().filter(line -> line.contains(" | ")).forEach(line -> {
            int last = line.lastIndexOf(" | ");
            outcomes.put(line.substring(0, last), line.substring(last + 3));
        });
        return outcomes;
    }
}
