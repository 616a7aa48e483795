package io.valkeysecure.testkit.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OcspResponderTest {
    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate ca = root.issue().ca().build();
    private final TestCertificate leaf = ca.issue().build();
    private final Path directory;

    OcspResponderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void certificate_byDefault_isGoodForOpenSsl() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            String output = ask(responder);

            assertThat(output)
                    .contains("Response verify OK")
                    .contains("leaf.pem: good")
                    .doesNotContain("WARNING: no nonce");
            assertThat(responder.requests()).isOne();
        }
    }

    @Test
    void certificate_revoked_isRevokedForOpenSsl() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            responder.revoke(leaf);
            assertThat(ask(responder)).contains("Response verify OK").contains("leaf.pem: revoked");

            responder.revoke(leaf, CRLReason.KEY_COMPROMISE, Instant.parse("2024-02-03T04:05:06Z"));
            assertThat(ask(responder)).contains("Reason: keyCompromise").contains("Feb  3 04:05:06 2024");
        }
    }

    @Test
    void certificate_forgotten_isUnknownForOpenSsl() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            responder.forget(leaf);

            assertThat(ask(responder)).contains("Response verify OK").contains("leaf.pem: unknown");
        }
    }

    @Test
    void certificate_ofAnotherCa_isUnknown() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(root).start()) {
            assertThat(ask(responder)).contains("leaf.pem: unknown");
        }
    }

    @Test
    void signature_ofADelegate_verifiesOnlyWithItsPurpose() throws Exception {
        TestCertificate delegate =
                ca.issue().extendedKeyUsage(ExtendedKeyUsage.OCSP_SIGNING).build();
        try (OcspResponder responder =
                OcspResponder.builder(ca).signedBy(delegate).start()) {
            assertThat(ask(responder)).contains("Response verify OK");
        }
        try (OcspResponder responder =
                OcspResponder.builder(ca).signedBy(ca.issue().build()).start()) {
            assertThat(ask(responder)).contains("Response Verify Failure");
        }
    }

    @Test
    void signature_withAnotherKey_doesNotVerify() throws Exception {
        try (OcspResponder responder =
                OcspResponder.builder(ca).signedWith(KeyType.EC_P256.generate()).start()) {
            assertThat(ask(responder)).contains("Response Verify Failure");
        }
    }

    @Test
    void response_stale_isToldByOpenSsl() throws Exception {
        Instant now = Instant.now();
        try (OcspResponder responder = OcspResponder.builder(ca)
                .thisUpdate(now.minus(Duration.ofDays(9)))
                .nextUpdate(now.minus(Duration.ofDays(8)))
                .start()) {
            assertThat(ask(responder)).contains("status expired");
        }
    }

    @Test
    void response_forOtherCertificate_isToldByOpenSsl() throws Exception {
        try (OcspResponder responder =
                OcspResponder.builder(ca).forOtherCertificate().start()) {
            assertThat(ask(responder)).contains("leaf.pem: ERROR: No Status found");
        }
    }

    @Test
    void nonce_omittedOrWrong_isToldByOpenSsl() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).withoutNonce().start()) {
            assertThat(ask(responder)).contains("WARNING: no nonce in response");
        }
        try (OcspResponder responder = OcspResponder.builder(ca).wrongNonce().start()) {
            assertThat(ask(responder)).contains("Nonce Verify error");
        }
    }

    @Test
    void httpStatus_set_isAllThereIs() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).httpStatus(503).start()) {
            HttpURLConnection connection = get(responder, new byte[] {0x30, 0});
            assertThat(connection.getResponseCode()).isEqualTo(503);
        }
    }

    @Test
    void responseStatus_set_isAnOcspError() throws Exception {
        try (OcspResponder responder =
                OcspResponder.builder(ca).responseStatus(3).start()) {
            assertThat(ask(responder)).contains("trylater");
            assertThat(new OCSPResp(responder.response(leaf)).getStatus()).isEqualTo(3);
        }
    }

    @Test
    void rawResponse_set_isSentAsGiven() throws Exception {
        try (OcspResponder responder =
                OcspResponder.builder(ca).rawResponse(new byte[] {1, 2}).start()) {
            try (InputStream body = get(responder, new byte[] {0x30, 0}).getInputStream()) {
                assertThat(body.readAllBytes()).containsExactly(1, 2);
            }
        }
    }

    @Test
    void request_byGet_isAnsweredLikeOneByPost() throws Exception {
        Path request = directory.resolve("request.der");
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            OpenSsl.run(
                    "ocsp",
                    "-issuer",
                    file("ca.pem", ca).toString(),
                    "-cert",
                    file("leaf.pem", leaf).toString(),
                    "-reqout",
                    request.toString());
            HttpURLConnection connection = get(responder, Files.readAllBytes(request));

            try (InputStream body = connection.getInputStream()) {
                OCSPResp response = new OCSPResp(body.readAllBytes());
                assertThat(((BasicOCSPResp) response.getResponseObject()).getResponses())
                        .hasSize(1);
            }
        }
    }

    @Test
    void request_malformed_isABadRequest() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            assertThat(get(responder, new byte[] {9}).getResponseCode()).isEqualTo(400);
        }
    }

    @Test
    void response_toBeStapled_tellsTheStatus() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            responder.revoke(leaf);

            OCSPResp response = new OCSPResp(responder.response(leaf));

            assertThat(((BasicOCSPResp) response.getResponseObject()).getResponses()[0].getCertStatus())
                    .isInstanceOf(RevokedStatus.class);
            assertThat(responder.requests()).isZero();
        }
    }

    @Test
    void delay_endsWithTheResponder() throws Exception {
        OcspResponder responder =
                OcspResponder.builder(ca).delay(Duration.ofHours(1)).start();
        HttpURLConnection connection = connection(responder, new byte[] {9});
        connection.setReadTimeout(200);
        org.assertj.core.api.Assertions.assertThatThrownBy(connection::getResponseCode)
                .isInstanceOf(IOException.class);

        responder.close();
        responder.close();

        assertThat(responder.requests()).isOne();
    }

    @Test
    void leaf_withUrls_namesThem() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ca).start()) {
            TestCertificate named = ca.issue()
                    .ocspUrl(responder.url())
                    .crlUrl("http://127.0.0.1:1/ca.crl")
                    .build();

            String text = OpenSsl.run("x509", "-in", file("named.pem", named).toString(), "-noout", "-text")
                    .output();

            assertThat(text).contains("OCSP - URI:" + responder.url()).contains("URI:http://127.0.0.1:1/ca.crl");
        }
    }

    private String ask(OcspResponder responder) throws Exception {
        return OpenSsl.run(
                        "ocsp",
                        "-issuer",
                        file("ca.pem", ca).toString(),
                        "-cert",
                        file("leaf.pem", leaf).toString(),
                        "-CAfile",
                        file("root.pem", root).toString(),
                        "-url",
                        responder.url())
                .output();
    }

    private Path file(String name, TestCertificate certificate) throws IOException {
        return Files.writeString(directory.resolve(name), certificate.certificatePem());
    }

    private static HttpURLConnection get(OcspResponder responder, byte[] request) throws IOException {
        HttpURLConnection connection = connection(responder, request);
        connection.setReadTimeout(10_000);
        return connection;
    }

    private static HttpURLConnection connection(OcspResponder responder, byte[] request) throws IOException {
        String path =
                Base64.getEncoder().encodeToString(request).replace("+", "%2B").replace("/", "%2F");
        return (HttpURLConnection)
                URI.create(responder.url() + path.replace("=", "%3D")).toURL().openConnection();
    }
}
