package io.valkeysecure.tests;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files with trust anchors and a CRL, and the changes of them that a test makes while it has a connection. */
abstract class ChangingTrust {
    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Root").build();
    static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().subject("CN=server").dnsName("localhost").build();
    static final TestCertificate OTHER_SERVER =
            ROOT.issue().subject("CN=other server").dnsName("other.example").build();

    final RecordingListener listener = new RecordingListener();
    private final Path anchors;
    private final Path crl;

    ChangingTrust(Path directory) {
        anchors = directory.resolve("ca.crt");
        crl = directory.resolve("root.crl");
    }

    /** What is written, once so that the server is still accepted and once so that it is not. */
    enum Change {
        CA_REMOVED(RefusalReason.UNTRUSTED_ISSUER) {
            @Override
            void harmless(ChangingTrust files) throws IOException {
                Files.writeString(files.anchors, TestCertificate.pem(OTHER_ROOT, ROOT) + "\n");
            }

            @Override
            void harmful(ChangingTrust files) throws IOException {
                Files.writeString(files.anchors, OTHER_ROOT.certificatePem());
                OTHER_ROOT.crl().build().write(files.crl);
            }
        },
        SERVER_REVOKED(RefusalReason.REVOKED) {
            @Override
            void harmless(ChangingTrust files) {
                ROOT.crl().number(2).revoke(OTHER_SERVER).build().write(files.crl);
            }

            @Override
            void harmful(ChangingTrust files) {
                ROOT.crl().number(2).revoke(SERVER).build().write(files.crl);
            }
        },
        /** An open connection would stay; one that carries nothing yet is refused. */
        REVOCATION_UNKNOWN(RefusalReason.REVOCATION_UNKNOWN) {
            @Override
            void harmless(ChangingTrust files) {
                ROOT.crl().number(2).build().write(files.crl);
            }

            @Override
            void harmful(ChangingTrust files) {
                OTHER_ROOT.crl().number(2).build().write(files.crl);
            }
        };

        final RefusalReason reason;

        Change(RefusalReason reason) {
            this.reason = reason;
        }

        abstract void harmless(ChangingTrust files) throws IOException;

        abstract void harmful(ChangingTrust files) throws IOException;
    }

    SecureTls tls(Transport transport, TlsPolicy policy) throws IOException {
        Files.writeString(anchors, TestCertificate.pem(ROOT, OTHER_ROOT));
        ROOT.crl().number(1).build().write(crl);
        TestCertificate client = ROOT.issue().subject("CN=client").build();
        return SecureTls.trusting(TrustAnchors.pem(anchors))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .revocation(Revocation.crls(crl))
                .policy(policy)
                .engine(transport.engine())
                .listener(listener)
                .build();
    }
}
