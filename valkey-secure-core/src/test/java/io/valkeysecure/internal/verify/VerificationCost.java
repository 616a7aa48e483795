package io.valkeysecure.internal.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.testkit.KeyType;
import io.valkeysecure.testkit.TestCertificate;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Prints what the dearest chains cost that the limits leave, in CPU time of the thread. Nothing is asserted of the time,
 * which is the machine's; {@code docs/verification.md} states figures. Run by name, {@code -Dtest=VerificationCost}: it
 * takes a minute.
 */
class VerificationCost {
    private static final int RUNS = 9;
    private static final double NANOS = 1e6;

    @Test
    void verification_dearestChains_costIsPrinted() throws Exception {
        Supplier<KeyPair> p521 = remembered(KeyType.EC_P521::generate);
        Supplier<KeyPair> ed448 = remembered(VerificationCost::ed448);
        TestCertificate root = Chain.goodRoot().build();
        TestCertificate stranger = TestCertificate.root()
                .clock(Chain.CLOCK)
                .subject("CN=Stranger")
                .build();
        print("leaf, intermediate, anchor on P-256", true, RUNS, () -> Mesh.of(1, 1, KeyType.EC_P256::generate));
        print("ten certificates on P-521", true, RUNS, () -> Mesh.of(9, 1, p521));
        print("ten certificates on Ed448", true, RUNS, () -> Mesh.of(9, 1, ed448));
        print("1000 names compared with 249 constraints", true, RUNS, () -> constrained(root, 999, 249));
        print("1024 names compared with 1024 constraints", false, RUNS, () -> constrained(root, 1_023, 1_024));
        print("60 signatures on P-256", false, RUNS, () -> pinned(stranger, Mesh.of(3, 6, KeyType.EC_P256::generate)));
        print("60 signatures on P-521", false, RUNS, () -> pinned(stranger, Mesh.of(3, 6, p521)));
        print("60 signatures on Ed448", false, RUNS, () -> pinned(stranger, Mesh.of(3, 6, ed448)));
        print("48 signatures, 1000 steps on P-521", false, RUNS, () -> pinned(stranger, Mesh.of(6, 3, p521)));
        // to sign with such a key takes a second
        Supplier<KeyPair> rsa = remembered(VerificationCost::rsa8192);
        print("2 signatures of RSA with 8192 bits", true, 3, () -> Mesh.of(1, 1, rsa));
    }

    private static Mesh constrained(TestCertificate root, int names, int constraints) {
        TestCertificate ca =
                LimitsTest.excluded(Chain.goodCa(root), constraints).build();
        return new Mesh(
                root, List.of(LimitsTest.names(Chain.goodLeaf(ca), names).build(), ca));
    }

    private static Mesh pinned(TestCertificate root, Mesh mesh) {
        return new Mesh(root, mesh.presented());
    }

    /** One key for all: keys cost more than certificates. */
    private static Supplier<KeyPair> remembered(Supplier<KeyPair> generator) {
        KeyPair key = generator.get();
        return () -> key;
    }

    private static void print(String what, boolean accepted, int runs, Supplier<Mesh> issue) throws Exception {
        long[] spent = new long[runs];
        for (int run = -runs; run < runs; run++) {
            // new certificates each time: the JDK remembers those it has seen, and that their signature was good
            Mesh mesh = issue.get();
            List<X509Certificate> chain =
                    mesh.presented().stream().map(TestCertificate::certificate).toList();
            PathVerifier verifier = new PathVerifier(
                    List.of(mesh.root().certificate()), new Floors(2048, false, false), Chain.NOW);
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            assertThat(isAccepted(verifier, chain)).as(what).isEqualTo(accepted);
            if (run >= 0) {
                spent[run] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
            }
        }
        Arrays.sort(spent);
        System.out.printf(
                "cost: %-42s %s  median %5.1f ms, highest %5.1f ms%n",
                what, accepted ? "accepted" : "refused ", spent[runs / 2] / NANOS, spent[runs - 1] / NANOS);
    }

    private static boolean isAccepted(PathVerifier verifier, List<X509Certificate> chain) {
        try {
            PathVerifier.Path unused =
                    verifier.verify(chain, List.of(Names.host(Chain.HOST)), Chain.NOW);
            return true;
        } catch (PeerRejectedException e) {
            return false;
        }
    }

    private static KeyPair ed448() {
        try {
            return KeyPairGenerator.getInstance("Ed448").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of many primes, which are found sooner than two; whoever verifies sees no difference. */
    private static KeyPair rsa8192() {
        SecureRandom random = new SecureRandom();
        BigInteger exponent = BigInteger.probablePrime(Long.SIZE, random); // the largest that is allowed
        while (true) {
            BigInteger modulus = BigInteger.ONE;
            BigInteger order = BigInteger.ONE;
            while (modulus.bitLength() < Limits.RSA_BITS - 256) {
                int left = Limits.RSA_BITS - modulus.bitLength();
                BigInteger prime = BigInteger.probablePrime(left < 1_024 ? left + 1 : 512, random);
                modulus = modulus.multiply(prime);
                order = order.multiply(prime.subtract(BigInteger.ONE));
            }
            if (modulus.bitLength() == Limits.RSA_BITS && exponent.gcd(order).equals(BigInteger.ONE)) {
                return rsa(modulus, exponent, exponent.modInverse(order));
            }
        }
    }

    private static KeyPair rsa(BigInteger modulus, BigInteger exponent, BigInteger privateExponent) {
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(modulus, exponent)),
                    factory.generatePrivate(new RSAPrivateKeySpec(modulus, privateExponent)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
