package io.valkeysecure.internal.verify;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.x509.VerificationBudget;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;

/**
 * What the dearest verifications cost in CPU time: chains made to be slow, at the {@link VerificationBudget} and above.
 * It prints a table and asserts nothing, since time is the machine's; so it is no part of the suite and is run by its
 * name:
 *
 * <pre>{@code
 * mvn -pl valkey-secure-core -am test -Dtest=VerificationCost -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * <p>Each chain is verified by a new verifier, since paths are remembered, and is used once where it is cheap to make,
 * since the JDK remembers the key that verified a certificate last.
 */
class VerificationCost {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(4);
    private static final int MEASURED = 3;
    private static final String X = "CN=X";

    /** A trust anchor and what a server presents, the leaf first. */
    private record Presented(TestCertificate anchor, List<TestCertificate> chain) {
        static Presented of(TestCertificate anchor, TestCertificate leaf) {
            List<TestCertificate> chain = new ArrayList<>(List.of(leaf));
            for (TestCertificate next = leaf.issuer(); next != anchor; next = next.issuer()) {
                chain.add(next);
            }
            return new Presented(anchor, chain);
        }
    }

    private record Figure(String what, boolean accepted, double millis, String verdict) {}

    private final List<Figure> figures = new ArrayList<>();

    @Test
    void print() throws GeneralSecurityException {
        measure("leaf, intermediate, anchor of P-256", () -> line(3, KeyType.EC_P256.generate()));
        measure("path of 10 of P-521", () -> line(11, KeyType.EC_P521.generate()));
        mesh("P-256", List.of(generate(KeyType.EC_P256), generate(KeyType.EC_P256), generate(KeyType.EC_P256)));
        mesh("P-384", List.of(generate(KeyType.EC_P384), generate(KeyType.EC_P384), generate(KeyType.EC_P384)));
        mesh("P-521", List.of(generate(KeyType.EC_P521), generate(KeyType.EC_P521), generate(KeyType.EC_P521)));
        measure("20 certificates in a cycle", this::cycle);
        for (int names : new int[] {1000, 1025}) {
            measure(names + " names of 40 characters", () -> constrained(names, 1, GeneralNameType.DNS_NAME, 40));
        }
        measure("499 x 499 dNSName, 110 characters", () -> constrained(499, 499, GeneralNameType.DNS_NAME, 110));
        measure("510 x 510 dNSName, 110 characters", () -> constrained(510, 510, GeneralNameType.DNS_NAME, 110));
        measure(
                "499 x 499 directoryName, 90 characters",
                () -> constrained(499, 499, GeneralNameType.DIRECTORY_NAME, 90));
        measure(
                "510 x 510 directoryName, 90 characters",
                () -> constrained(510, 510, GeneralNameType.DIRECTORY_NAME, 90));
        measure("499 x 499 URI, 110 characters", () -> constrained(499, 499, GeneralNameType.URI, 110));
        measure("510 x 510 URI, 110 characters", () -> constrained(510, 510, GeneralNameType.URI, 110));
        measure(
                "499 x 499 rfc822Name, 110 characters",
                () -> constrained(499, 499, GeneralNameType.EMAIL_ADDRESS, 110));
        measure("9 CAs x 1,000 permitted dNSName", () -> permitting(1000));
        measure("9 CAs x 200 permitted dNSName", () -> permitting(200));
        measure("policies mapped to two each by 3 of 9 CAs, 32 policies", () -> policies(3, 9, 32));
        measure("policies mapped to two each by 9 of 9 CAs, 32 policies", () -> policies(9, 9, 32));
        List<KeyPair> rsa = List.of(rsa8192(1), rsa8192(2), rsa8192(3));
        mesh("RSA 8192, exponent of 64 bits", rsa);
        for (boolean accepted : new boolean[] {true, false}) {
            figures.stream()
                    .filter(figure -> figure.accepted() == accepted)
                    .max(Comparator.comparing(Figure::millis))
                    .ifPresent(worst -> System.out.printf(
                            "worst %s: %.1f ms of CPU, %s%n",
                            accepted ? "accepted" : "refused", worst.millis(), worst.what()));
        }
    }

    private void mesh(String keys, List<KeyPair> pairs) {
        // made once, since RSA keys of that size sign slowly; the JDK remembers one key of each certificate, of many
        // tried
        Presented leading = mesh(pairs, true);
        measure("20 certificates of one name, " + keys, () -> leading);
        Presented leadingNowhere = mesh(pairs, false);
        measure("20 certificates of one name that lead nowhere, " + keys, () -> leadingNowhere);
    }

    private void measure(String what, Supplier<Presented> made) {
        long end = System.nanoTime() + LONGEST_WARM_UP.toNanos();
        for (int i = 0; i < 20 && System.nanoTime() < end; i++) {
            verify(made.get(), what);
        }
        List<Figure> measured = new ArrayList<>();
        for (int i = 0; i < MEASURED; i++) {
            measured.add(verify(made.get(), what));
        }
        measured.sort(Comparator.comparing(Figure::millis));
        Figure median = measured.get(MEASURED / 2);
        figures.add(median);
        System.out.printf(
                "%-65s %-8s %8.1f ms of CPU, at most %8.1f; %s%n",
                what,
                median.accepted() ? "accepted" : "refused",
                median.millis(),
                measured.get(MEASURED - 1).millis(),
                median.verdict());
    }

    private static Figure verify(Presented presented, String what) {
        ChainVerifier verifier = ChainVerifier.trusting(
                        TrustAnchors.of(presented.anchor().certificate()))
                .clock(Chain.CLOCK)
                .build();
        List<byte[]> encoded =
                presented.chain().stream().map(TestCertificate::encoded).toList();
        long begun = THREADS.getCurrentThreadCpuTime();
        String verdict = "";
        boolean accepted = false;
        try {
            var unused = verifier.verify(ChainVerifier.parse(encoded), ServerIdentity.host(Chain.HOST));
            accepted = true;
        } catch (PeerRejectedException e) {
            String message = String.valueOf(e.getMessage());
            verdict = e.reason() + " " + message.substring(0, Math.min(70, message.length()));
        }
        double millis = (THREADS.getCurrentThreadCpuTime() - begun) / 1e6;
        return new Figure(what, accepted, millis, verdict);
    }

    private static KeyPair generate(KeyType type) {
        return type.generate();
    }

    private static TestCertificate anchor(KeyPair key) {
        return TestCertificate.root().clock(Chain.CLOCK).keyPair(key).build();
    }

    /** One path, as long as it says, the anchor included. */
    private static Presented line(int length, KeyPair key) {
        TestCertificate anchor = anchor(key);
        TestCertificate issuer = anchor;
        for (int i = 0; i < length - 2; i++) {
            issuer = issuer.issue().ca().keyPair(key).build();
        }
        return Presented.of(
                anchor, issuer.issue().dnsName(Chain.HOST).keyPair(key).build());
    }

    /** Certificates of one name and three keys, each of which issued another; each is tried as the issuer of each. */
    private static Presented mesh(List<KeyPair> keys, boolean leads) {
        TestCertificate anchor = TestCertificate.root()
                .clock(Chain.CLOCK)
                .keyPair(keys.get(0))
                .subject(leads ? X : "CN=Anchor")
                .build();
        List<TestCertificate> chain = new ArrayList<>();
        for (int i = 0; i < 19; i++) {
            chain.add(anchor.issue()
                    .ca()
                    .subject(X)
                    .issuerName(X)
                    .withoutAuthorityKeyIdentifier()
                    .keyPair(keys.get(i % 3))
                    .signedWith(keys.get((i + 1) % 3))
                    .build());
        }
        chain.add(
                0,
                chain.get(18)
                        .issue()
                        .withoutAuthorityKeyIdentifier()
                        .dnsName(Chain.HOST)
                        .keyPair(keys.get(0))
                        .build());
        return new Presented(anchor, chain);
    }

    private Presented cycle() {
        KeyPair key = KeyType.EC_P256.generate();
        TestCertificate anchor = anchor(key);
        List<TestCertificate> chain = new ArrayList<>();
        for (int i = 0; i < 19; i++) {
            chain.add(anchor.issue()
                    .ca()
                    .subject("CN=" + i)
                    .issuerName("CN=" + (i + 1) % 19)
                    .keyPair(key)
                    .build());
        }
        chain.add(0, chain.get(0).issue().dnsName(Chain.HOST).build());
        return new Presented(anchor, chain);
    }

    /** A leaf with many names under a CA that excludes as many others of the same form. */
    private static Presented constrained(int names, int subtrees, GeneralNameType form, int length) {
        TestCertificate anchor = anchor(KeyType.EC_P256.generate());
        TestCertificateBuilder issuer = anchor.issue().ca();
        IntStream.range(0, subtrees).forEach(i -> issuer.excluded(form, base(form, "x" + i, length)));
        TestCertificateBuilder leaf = issuer.build().issue().dnsName(Chain.HOST);
        IntStream.range(0, names).forEach(i -> leaf.name(form, name(form, "n" + i, length)));
        return Presented.of(anchor, leaf.build());
    }

    private static String host(String label, int length) {
        return label + "." + "a234567890.".repeat(Math.max(1, (length - 12) / 11)) + "test";
    }

    private static String name(GeneralNameType form, String label, int length) {
        return switch (form) {
            case URI -> "https://" + host(label, length) + "/";
            case EMAIL_ADDRESS -> "mail@" + host(label, length);
            default -> base(form, label, length);
        };
    }

    private static String base(GeneralNameType form, String label, int length) {
        return form == GeneralNameType.DIRECTORY_NAME ? "CN=" + "A b ".repeat(length / 4) + label : host(label, length);
    }

    /** Every CA of the path permits much; a validator has to intersect what they permit. */
    private static Presented permitting(int subtrees) {
        KeyPair key = KeyType.EC_P256.generate();
        TestCertificate anchor = anchor(key);
        TestCertificate issuer = anchor;
        for (int i = 0; i < 9; i++) {
            TestCertificateBuilder next =
                    issuer.issue().ca().keyPair(key).permitted(GeneralNameType.DNS_NAME, Chain.HOST);
            for (int subtree = 1; subtree < subtrees; subtree++) {
                next.permitted(GeneralNameType.DNS_NAME, "s" + subtree + ".test");
            }
            issuer = next.build();
        }
        return Presented.of(anchor, issuer.issue().dnsName(Chain.HOST).build());
    }

    /** Each CA maps each of its policies to each: a tree of valid policies has all combinations (RFC 5280 6.1.2). */
    /** The first of the CAs map each policy to itself and the next, the others to itself. */
    private static Presented policies(int widening, int cas, int policies) {
        KeyPair key = KeyType.EC_P256.generate();
        TestCertificate anchor = anchor(key);
        TestCertificate issuer = anchor;
        List<ASN1Encodable> named = new ArrayList<>();
        List<ASN1Encodable> same = new ArrayList<>();
        List<ASN1Encodable> widened = new ArrayList<>();
        for (int i = 0; i < policies; i++) {
            ASN1ObjectIdentifier policy = policy(i);
            named.add(new DERSequence(policy));
            same.add(new DERSequence(new ASN1Encodable[] {policy, policy}));
            widened.add(new DERSequence(new ASN1Encodable[] {policy, policy}));
            widened.add(new DERSequence(new ASN1Encodable[] {policy, policy((i + 1) % policies)}));
        }
        for (int i = 0; i < cas; i++) {
            issuer = issuer.issue()
                    .ca()
                    .keyPair(key)
                    .extension("2.5.29.32", false, der(named))
                    .extension("2.5.29.33", true, der(i < widening ? widened : same))
                    .build();
        }
        return Presented.of(
                anchor,
                issuer.issue()
                        .dnsName(Chain.HOST)
                        .extension("2.5.29.32", false, der(named))
                        .build());
    }

    private static ASN1ObjectIdentifier policy(int number) {
        return new ASN1ObjectIdentifier("1.3.6.1.4.1.55555.2." + number);
    }

    private static byte[] der(List<ASN1Encodable> elements) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try {
            new DERSequence(elements.toArray(new ASN1Encodable[0])).encodeTo(encoded);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
        return encoded.toByteArray();
    }

    /** A key of the largest size and exponent, of eight primes, since two would take a minute to find. */
    private static KeyPair rsa8192(int seed) throws GeneralSecurityException {
        Random random = new Random(seed);
        BigInteger exponent = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.valueOf(59));
        while (true) {
            BigInteger modulus = BigInteger.ONE;
            BigInteger order = BigInteger.ONE;
            for (int i = 0; i < 8; i++) {
                // four high bits, so that the product of eight has all of its bits
                BigInteger prime = new BigInteger(1020, random)
                        .add(BigInteger.valueOf(15).shiftLeft(1020))
                        .nextProbablePrime();
                modulus = modulus.multiply(prime);
                order = order.multiply(prime.subtract(BigInteger.ONE));
            }
            if (order.gcd(exponent).equals(BigInteger.ONE)) {
                KeyFactory keys = KeyFactory.getInstance("RSA");
                return new KeyPair(
                        keys.generatePublic(new RSAPublicKeySpec(modulus, exponent)),
                        keys.generatePrivate(new RSAPrivateKeySpec(modulus, exponent.modInverse(order))));
            }
        }
    }
}
