package io.valkeysecure.internal.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Certificates of which bits, lengths, types and parts were changed, with a fixed seed: what is not what its CA signed
 * is refused, and whatever is signed is accepted or refused, but never makes the verifier throw anything else.
 */
class MutatedCertificateTest {
    private static final int UNSIGNED = 7_000;
    private static final int SIGNED = 3_000;
    private static final long SEED = 20_260_615;
    private static final KeyPair RSA_ROOT = KeyType.RSA_2048.generate();
    private static final KeyPair RSA_CA = KeyType.RSA_2048.generate();

    /** Chains that use every extension the rules look at. */
    private static final List<Chain> CHAINS = List.of(
            Chain.GOOD,
            Chain.GOOD
                    .withRoot(builder -> builder.keyPair(RSA_ROOT))
                    .withCa(builder -> builder.keyPair(RSA_CA)
                            .ca(0)
                            .permitted(GeneralNameType.DNS_NAME, "example.com")
                            .excluded(GeneralNameType.EMAIL_ADDRESS, "example.org"))
                    .withLeaf(builder -> builder.ipAddress("192.0.2.7")
                            .uri("spiffe://example.com/valkey")
                            .name(GeneralNameType.EMAIL_ADDRESS, "a@example.com")
                            .otherName("1.2.3.4", HexFormat.of().parseHex("0c0161"))),
            Chain.GOOD
                    .withCa(builder -> builder.keyPair(KeyType.ED25519.generate())
                            .excluded(GeneralNameType.DIRECTORY_NAME, "O=Other")
                            .excluded(GeneralNameType.URI, ".example.org"))
                    .withLeaf(builder -> builder.dnsName("*.example.com")
                            .name(GeneralNameType.DIRECTORY_NAME, "CN=a")
                            .extension("2.5.29.32", false, HexFormat.of().parseHex("3006300406022a03"))));

    private final Random random = new Random(SEED);

    private record Issued(ChainVerifier verifier, TestCertificate root, TestCertificate ca, TestCertificate leaf) {
        static Issued of(Chain chain) throws PeerRejectedException {
            TestCertificate root = chain.root().apply(Chain.goodRoot()).build();
            TestCertificate ca = chain.ca().apply(Chain.goodCa(root)).build();
            ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(Chain.parse(root)))
                    .clock(Chain.CLOCK)
                    .build();
            return new Issued(
                    verifier, root, ca, chain.leaf().apply(Chain.goodLeaf(ca)).build());
        }

        List<X509Certificate> verify(byte[] presentedLeaf, byte[] presentedCa) throws PeerRejectedException {
            return verifier.verify(
                            ChainVerifier.parse(List.of(presentedLeaf, presentedCa)), ServerIdentity.host(Chain.HOST))
                    .certificates();
        }
    }

    @Test
    void certificate_changedAfterItWasSigned_isNeverAccepted() throws Exception {
        List<Issued> issued = issued();
        for (int i = 0; i < UNSIGNED; i++) {
            Issued chain = issued.get(i % issued.size());
            boolean ofLeaf = random.nextInt(3) > 0;
            byte[] original = (ofLeaf ? chain.leaf() : chain.ca()).encoded();
            byte[] mutated = mutated(original);
            if (Arrays.equals(original, mutated)) {
                continue;
            }
            try {
                List<X509Certificate> path = ofLeaf
                        ? chain.verify(mutated, chain.ca().encoded())
                        : chain.verify(chain.leaf().encoded(), mutated);
                assertThat(path).as(report(i, mutated)).isNull();
            } catch (PeerRejectedException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError(report(i, mutated), e);
            }
        }
    }

    @Test
    void certificate_changedBeforeItWasSigned_neverThrowsAnythingElse() throws Exception {
        List<Issued> issued = issued();
        int accepted = 0;
        for (int i = 0; i < SIGNED; i++) {
            Issued good = issued.get(i % issued.size());
            Chain chain = CHAINS.get(i % CHAINS.size());
            byte[][] signed = new byte[1][];
            UnaryOperator<byte[]> change = content -> {
                signed[0] = mutatedExtensions(content);
                return signed[0];
            };
            boolean ofLeaf = random.nextInt(3) > 0;
            TestCertificateBuilder builder = ofLeaf
                    ? chain.leaf().apply(Chain.goodLeaf(good.ca()))
                    : chain.ca()
                            .apply(Chain.goodCa(good.root()))
                            .keyPair(good.ca().keyPair());
            byte[] mutated = builder.tbsCertificate(change).build().encoded();
            try {
                List<X509Certificate> unused = ofLeaf
                        ? good.verify(mutated, good.ca().encoded())
                        : good.verify(good.leaf().encoded(), mutated);
                accepted++;
            } catch (PeerRejectedException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError(report(i, signed[0]), e);
            }
        }
        // a change that is no matter to anyone is accepted; one in a thousand at least shows that they are seen at all
        assertThat(accepted).isBetween(1, SIGNED / 2);
    }

    private static List<Issued> issued() throws PeerRejectedException {
        List<Issued> issued = new ArrayList<>();
        for (Chain chain : CHAINS) {
            Issued one = Issued.of(chain);
            assertThat(one.verify(one.leaf().encoded(), one.ca().encoded())).hasSize(2);
            issued.add(one);
        }
        return issued;
    }

    private static String report(int index, byte[] der) {
        return "seed " + SEED + ", mutation " + index + ": " + HexFormat.of().formatHex(der);
    }

    /** Changes a certificate in one to three places. */
    private byte[] mutated(byte[] der) {
        byte[] mutated = der;
        int changes = 1 + random.nextInt(3) / 2;
        for (int i = 0; i < changes; i++) {
            mutated = random.nextInt(3) == 0 ? octets(mutated) : parts(mutated);
        }
        return mutated;
    }

    private byte[] mutatedExtensions(byte[] content) {
        if (random.nextInt(4) == 0) {
            return parts(content);
        }
        List<byte[]> fields = new ArrayList<>(Tlv.children(content));
        int last = fields.size() - 1;
        fields.set(last, random.nextInt(4) == 0 ? octets(fields.get(last)) : parts(fields.get(last)));
        return Tlv.with(content, fields);
    }

    /** Without regard to structure. */
    private byte[] octets(byte[] der) {
        if (der.length < 2) {
            return der;
        }
        int at = random.nextInt(der.length);
        byte[] changed = der.clone();
        switch (random.nextInt(5)) {
            case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> changed[at] = (byte) random.nextInt(256);
            case 2 -> changed = Arrays.copyOf(der, at);
            case 3 -> {
                byte[] more = new byte[1 + random.nextInt(4)];
                random.nextBytes(more);
                changed = random.nextBoolean()
                        ? Tlv.concat(der, more)
                        : Tlv.concat(Arrays.copyOf(der, at), more, Arrays.copyOfRange(der, at, der.length));
            }
            default -> changed = Tlv.concat(Arrays.copyOf(der, at), Arrays.copyOfRange(der, at + 1, der.length));
        }
        return changed;
    }

    /** Somewhere in the tree of values, whose lengths around stay right unless it is they that lie. */
    private byte[] parts(byte[] tlv) {
        if (!isWhole(tlv)) {
            return octets(tlv);
        }
        if (isConstructed(tlv) && random.nextInt(5) > 0) {
            List<byte[]> children = new ArrayList<>(Tlv.children(tlv));
            if (!children.isEmpty()) {
                int at = random.nextInt(children.size());
                children.set(at, parts(children.get(at)));
                return Tlv.with(tlv, children);
            }
        }
        if (tlv[0] == Tlv.OCTET_STRING && tlv.length > 4 && random.nextInt(4) > 0) {
            byte[] inner = Tlv.content(tlv);
            if (isWhole(inner)) {
                return Tlv.of(Tlv.OCTET_STRING, parts(inner));
            }
        }
        byte[] content = Tlv.content(tlv);
        return switch (random.nextInt(9)) {
            case 0 -> Tlv.concat(tlv, tlv);
            case 1 -> new byte[0];
            case 2 -> Tlv.of(random.nextInt(256), content);
            case 3 -> Tlv.concat(Tlv.bytes(tlv[0], 0x81, content.length), content);
            case 4 -> Tlv.concat(Tlv.bytes(tlv[0], 0x80), content, new byte[2]);
            case 5 -> Tlv.concat(Tlv.bytes(tlv[0], content.length + random.nextInt(7) - 3), content);
            case 6 -> Tlv.of(tlv[0] & 0xff, octets(content));
            case 7 -> Tlv.of(tlv[0] & 0xff);
            default -> Tlv.concat(Tlv.bytes(tlv[0], 0x84, 0x7f, 0xff, 0xff, 0xff), content);
        };
    }

    private static boolean isConstructed(byte[] tlv) {
        return tlv.length >= 2 && (tlv[0] & 0x20) != 0 && isWhole(tlv) && areWhole(tlv);
    }

    private static boolean areWhole(byte[] constructed) {
        int at = Tlv.header(constructed, 0);
        while (at < constructed.length) {
            if (at + 2 > constructed.length
                    || at + Tlv.header(constructed, at) > constructed.length
                    || Tlv.total(constructed, at) < 2
                    || Tlv.total(constructed, at) > constructed.length - at) {
                return false;
            }
            at += Tlv.total(constructed, at);
        }
        return true;
    }

    private static boolean isWhole(byte[] tlv) {
        return tlv.length >= 2 && Tlv.header(tlv, 0) <= tlv.length && Tlv.total(tlv, 0) == tlv.length;
    }
}
