package io.valkeysecure.tests;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.util.List;
import java.util.function.Supplier;

/** What is wrong with who stands at an address, and why it has to be refused. */
record Sin(String name, RefusalReason reason, Supplier<HostilePeer> peer) {

    /** The core rows of the refusal table: no TLS, another CA, another name. */
    static List<Sin> core(TestCertificate root) {
        TestCertificate otherRoot =
                TestCertificate.root().subject("CN=Test Root").build();
        return List.of(
                new Sin("a port without TLS", RefusalReason.PLAINTEXT_PEER, HostilePeer::plaintextValkey),
                new Sin(
                        "another CA",
                        RefusalReason.UNTRUSTED_ISSUER,
                        () -> HostilePeer.tls(otherRoot
                                .issue()
                                .dnsName("localhost")
                                .ipAddress("127.0.0.1")
                                .build())),
                new Sin(
                        "another name",
                        RefusalReason.NAME_MISMATCH,
                        () -> HostilePeer.tls(
                                root.issue().dnsName("other.example").build())));
    }

    @Override
    public String toString() {
        return name;
    }
}
