package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What the builders of a cluster and of sentinels have in common. */
final class PeerSettings {
    final List<TestCertificate> clientAnchors;
    final Map<String, String> users = new LinkedHashMap<>();
    final Map<String, String> config = new LinkedHashMap<>();
    IntFunction<TestCertificate> identities;

    PeerSettings(TestCertificate identity, List<TestCertificate> clientAnchors) {
        this.identities = number -> identity;
        this.clientAnchors = clientAnchors;
    }
}
