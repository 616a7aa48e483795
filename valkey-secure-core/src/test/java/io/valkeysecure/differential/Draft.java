package io.valkeysecure.differential;

import io.valkeysecure.internal.verify.Tlv;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.security.KeyPair;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A chain before it is issued: what is changed of each certificate, how they are arranged, and who is dialled. */
final class Draft {
    static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    private static final int FIELDS = 8;

    /** A certificate before it is issued. */
    static final class Part {
        final String role;
        final List<UnaryOperator<TestCertificateBuilder>> changes = new ArrayList<>();
        /** Of what is signed, while it has all fields of version 3. */
        final List<UnaryOperator<byte[]>> contents = new ArrayList<>();
        /** Of the certificate. */
        final List<UnaryOperator<byte[]>> encodings = new ArrayList<>();
        /** Of the certificate, which may not be DER afterwards. */
        final List<UnaryOperator<byte[]>> octets = new ArrayList<>();

        String subject;
        KeyPair key;
        String hash = "SHA256";
        /** In the place of the issuer's. */
        @Nullable
        KeyPair signer;

        Part(String role, String subject, KeyPair key) {
            this.role = role;
            this.subject = subject;
            this.key = key;
        }

        TestCertificate issue(TestCertificateBuilder begun, KeyPair issuer) {
            KeyPair signing = signer == null ? issuer : signer;
            TestCertificateBuilder builder =
                    begun.subject(subject).keyPair(key).signedWith(signing).signatureAlgorithm(algorithm(signing));
            for (UnaryOperator<TestCertificateBuilder> change : changes) {
                builder = change.apply(builder);
            }
            TestCertificate issued = builder.tbsCertificate(this::changed).build();
            byte[] der = issued.encoded();
            for (UnaryOperator<byte[]> encoding : encodings) {
                der = encoding.apply(der);
            }
            for (UnaryOperator<byte[]> change : octets) {
                der = change.apply(der);
            }
            return issued.withEncoding(der);
        }

        private byte[] changed(byte[] content) {
            byte[] changed = content;
            for (UnaryOperator<byte[]> change : contents) {
                if (Tlv.children(changed).size() == FIELDS) {
                    changed = change.apply(changed);
                }
            }
            return changed;
        }

        private String algorithm(KeyPair signing) {
            if (signing.getPrivate() instanceof RSAKey) {
                return hash + "withRSA";
            } else if (signing.getPrivate() instanceof ECKey) {
                return hash + "withECDSA";
            }
            return signing.getPrivate() instanceof DSAKey ? "SHA256withDSA" : "Ed25519";
        }
    }

    /** Everything issued: what the client trusts, what the server presents, leaf first. */
    record Issued(List<TestCertificate> anchors, List<TestCertificate> presented) {}

    /** Changes what is trusted and presented; both lists may be changed. */
    interface Arrangement {
        void apply(List<TestCertificate> anchors, List<TestCertificate> presented);
    }

    /** The CAs, the root first. */
    final List<Part> cas = new ArrayList<>();

    final Part leaf;
    final List<String> notes = new ArrayList<>();
    final List<Arrangement> arrangements = new ArrayList<>();
    String host = "valkey.example.com";
    boolean named = true;

    Draft(Part leaf) {
        this.leaf = leaf;
    }

    void note(String text) {
        notes.add(text);
    }

    List<Part> parts() {
        List<Part> all = new ArrayList<>(cas);
        all.add(leaf);
        return all;
    }

    Issued issue() {
        List<TestCertificate> issued = new ArrayList<>();
        for (Part part : cas) {
            TestCertificateBuilder builder = issued.isEmpty()
                    ? TestCertificate.root().clock(Clock.fixed(NOW, ZoneOffset.UTC))
                    : issued.get(0).issue().ca();
            issued.add(
                    0,
                    part.issue(
                            builder, issued.isEmpty() ? part.key : issued.get(0).keyPair()));
        }
        TestCertificateBuilder builder = issued.get(0).issue();
        if (named) {
            String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            builder = isAddress() ? builder.ipAddress(name) : builder.dnsName(name);
        }
        issued.add(0, leaf.issue(builder, issued.get(0).keyPair()));
        List<TestCertificate> anchors = new ArrayList<>(List.of(issued.remove(issued.size() - 1)));
        for (Arrangement arrangement : arrangements) {
            arrangement.apply(anchors, issued);
        }
        return new Issued(anchors, issued);
    }

    boolean isAddress() {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }
}
