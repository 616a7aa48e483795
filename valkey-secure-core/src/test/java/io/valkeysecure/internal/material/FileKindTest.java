package io.valkeysecure.internal.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindTest {
    private static final TestCertificate CA = TestCertificate.root().build();
    private static final String PEM = CA.certificatePem();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> kinds() {
        byte[] jks = {(byte) 0xfe, (byte) 0xed, (byte) 0xfe, (byte) 0xed, 0, 0};
        return Stream.of(
                Arguments.of("byte order mark", ("\ufeff" + PEM).getBytes(StandardCharsets.UTF_8)),
                Arguments.of("UTF-16", ("\ufeff" + PEM).getBytes(StandardCharsets.UTF_16LE)),
                Arguments.of("UTF-16", ("\ufeff" + PEM).getBytes(StandardCharsets.UTF_16BE)),
                Arguments.of("UTF-16", PEM.getBytes(StandardCharsets.UTF_16LE)),
                Arguments.of("key store of Java (JKS)", jks),
                Arguments.of("base64 of a PEM file", Base64.getEncoder().encode(ascii(PEM))),
                Arguments.of("HTML", ascii("\n<HTML><body>not found</body></HTML>")),
                Arguments.of("HTML or XML", ascii("<?xml version=\"1.0\"?><Error/>")),
                Arguments.of("SSH public key", ascii("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI app@host\n")),
                Arguments.of("it is DER", CA.encoded()),
                Arguments.of("it is DER", CA.privateKey().getEncoded()),
                Arguments.of("written as \\n", ascii(PEM.replace("\n", "\\n"))),
                Arguments.of("written as \\n", ascii(PEM.replace("\n", "\\r\\n"))),
                Arguments.of("quotation marks", ascii("\"" + PEM + "\"")),
                Arguments.of("indented", ascii(PEM.indent(4))),
                Arguments.of("on one line", ascii(PEM.replace("\n", ""))),
                Arguments.of("only white space", ascii("\n \n")),
                Arguments.of("JSON", ascii("{\"errors\": [\"permission denied\"]}")));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void of_content_saysWhatItSeemsToBe(String expected, byte[] content) {
        assertThat(FileKind.of(content)).contains(expected);
    }

    @Test
    void of_pkcs12_isAStore(@TempDir Path directory) throws Exception {
        Path store = CA.writeKeyStore(directory.resolve("store"), "PKCS12", "secret".toCharArray());

        assertThat(FileKind.of(Files.readAllBytes(store))).contains("PKCS#12", "keyStore");
    }

    /** What is in order, or damaged in no way that is known, has no kind of its own. */
    @Test
    void of_pem_isNothingElse() {
        assertThat(FileKind.of(ascii(PEM))).isNull();
        assertThat(FileKind.of(ascii("subject=CN=Root\n" + PEM))).isNull();
        assertThat(FileKind.of(ascii(PEM.replace("\n", "\r\n")))).isNull();
        assertThat(FileKind.of(ascii("hello"))).isNull();
        assertThat(FileKind.of(new byte[] {0x30})).isNull();
        assertThat(FileKind.of(new byte[] {0x30, (byte) 0x84, 0, 0, 0})).contains("DER");
        assertThat(FileKind.of(new byte[] {0x30, (byte) 0xff, 2, 1, 3, 0x30})).contains("DER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENSSH PRIVATE KEY", "SSH2 PUBLIC KEY", "PGP PUBLIC KEY BLOCK", "PGP PRIVATE KEY BLOCK"})
    void ofLabel_ofAnotherTool_isNamed(String label) {
        assertThat(FileKind.ofLabel(label)).containsAnyOf("OpenSSH", "SSH public", "OpenPGP");
    }

    @Test
    void ofLabel_ofOurs_isNull() {
        assertThat(FileKind.ofLabel("CERTIFICATE")).isNull();
    }
}
