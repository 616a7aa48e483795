package io.valkeysecure.differential;

import io.valkeysecure.internal.verify.Tlv;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * The grammar: what may be changed of a good chain. Each mutation notes what it did, and is drawn as often as others.
 */
final class Mutations {
    /** Changes a draft. */
    interface Mutation {
        void apply(Draft draft, Random random);
    }

    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SAN = "2.5.29.17";
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String SKI = "2.5.29.14";
    private static final String AKI = "2.5.29.35";
    private static final String UNKNOWN = "1.3.6.1.4.1.55738.1";
    private static final byte[] NULL = Tlv.of(Tlv.NULL);

    private static final byte[] ECDSA_WITH_SHA256 = Tlv.of(Tlv.OID, hex("2a8648ce3d040302"));
    private static final byte[] ECDSA_WITH_SHA384 = Tlv.of(Tlv.OID, hex("2a8648ce3d040303"));

    private final Keys keys;
    private final List<Mutation> all;

    Mutations(Keys keys) {
        this.keys = keys;
        all = List.of(
                this::bounds,
                this::bounds,
                this::dateForms,
                this::basicConstraints,
                this::basicConstraints,
                this::pathLength,
                this::pathLength,
                this::keyUsage,
                this::keyUsage,
                this::extendedKeyUsage,
                this::extendedKeyUsage,
                this::dnsNames,
                this::dnsNames,
                this::dnsNames,
                this::otherNames,
                this::otherNames,
                this::addresses,
                this::san,
                this::subject,
                this::host,
                this::nameConstraints,
                this::nameConstraints,
                this::nameConstraints,
                this::nameConstraints,
                this::nameConstraintsForm,
                this::key,
                this::hash,
                this::algorithmIdentifiers,
                this::signature,
                this::order,
                this::order,
                this::alternative,
                this::alternative,
                this::anchors,
                this::identifiers,
                this::identifiers,
                this::extension,
                this::extension,
                this::policies,
                this::serialNumber,
                this::version,
                this::encoding,
                this::encoding);
    }

    Draft draw(Random random) {
        Draft draft = new Draft(new Draft.Part("leaf", "CN=Leaf, O=Test", keys.ordinary("leaf")));
        int intermediates = pick(random, 0, 1, 1, 1, 1, 2, 2, 3);
        draft.cas.add(new Draft.Part("root", "CN=Root, O=Test", keys.ordinary("root")));
        for (int i = 1; i <= intermediates; i++) {
            draft.cas.add(new Draft.Part("ca" + i, "CN=CA " + i + ", O=Test", keys.ordinary("ca" + i)));
        }
        draft.note(intermediates + " intermediates");
        int count = pick(random, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3);
        for (int i = 0; i < count; i++) {
            all.get(random.nextInt(all.size())).apply(draft, random);
        }
        return draft;
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... of) {
        return of[random.nextInt(of.length)];
    }

    private static Draft.Part part(Draft draft, Random random) {
        List<Draft.Part> parts = draft.parts();
        return parts.get(random.nextInt(parts.size()));
    }

    private static Draft.Part ca(Draft draft, Random random) {
        return draft.cas.get(random.nextInt(draft.cas.size()));
    }

    private static void change(
            Draft draft, Draft.Part part, String note, UnaryOperator<TestCertificate.Builder> change) {
        draft.note(part.role + " " + note);
        part.changes.add(change);
    }

    /** A change of what is signed, before it is. */
    private record Signed(UnaryOperator<byte[]> change) {}

    private static Signed content(UnaryOperator<byte[]> change) {
        return new Signed(change);
    }

    private static void change(Draft draft, Draft.Part part, String note, Signed signed) {
        draft.note(part.role + " " + note);
        part.contents.add(signed.change());
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    // dates

    private void bounds(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        Instant instant = pick(
                random,
                Draft.NOW.minus(Duration.ofSeconds(1)),
                Draft.NOW,
                Draft.NOW.plus(Duration.ofSeconds(1)),
                Draft.NOW.minus(Duration.ofDays(3000)),
                Draft.NOW.plus(Duration.ofDays(3000)),
                Instant.parse("1950-01-01T00:00:00Z"),
                Instant.parse("2049-12-31T23:59:59Z"),
                Instant.parse("2050-01-01T00:00:00Z"),
                Instant.parse("9999-12-31T23:59:59Z"));
        if (random.nextBoolean()) {
            change(draft, part, "not-before " + instant, builder -> builder.notBefore(instant));
        } else {
            change(draft, part, "not-after " + instant, builder -> builder.notAfter(instant));
        }
    }

    private void dateForms(Draft draft, Random random) {
        byte[] before = Tlv.of(Tlv.UTC_TIME, ascii("250101000000Z"));
        byte[] after = Tlv.of(Tlv.UTC_TIME, ascii("270101000000Z"));
        String form = pick(
                random,
                "17 2501010000Z",
                "17 250101000000+0000",
                "17 250230000000Z",
                "17 251301000000Z",
                "17 250101240000Z",
                "17 250101000060Z",
                "17 25010100000aZ",
                "18 20250101000000Z",
                "18 20250101000000",
                "18 20250101000000.5Z",
                "18 20250101000000+0100",
                "13 250101000000Z");
        byte[] stated = Tlv.of(Integer.parseInt(form.substring(0, 2), 16), ascii(form.substring(3)));
        boolean first = random.nextBoolean();
        byte[] later = Tlv.of(stated[0] & 0xff, ascii(form.substring(3).replaceFirst("25", "27")));
        change(
                draft,
                part(draft, random),
                "date-form " + form,
                content(Tlv.replace(
                        Tlv.VALIDITY, Tlv.of(Tlv.SEQUENCE, first ? stated : before, first ? after : later))));
    }

    // constraints and usages

    private void basicConstraints(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        switch (random.nextInt(6)) {
            case 0 -> change(draft, part, "basic-constraints absent", TestCertificate.Builder::withoutBasicConstraints);
            case 1 ->
                change(
                        draft,
                        part,
                        "basic-constraints not-critical",
                        builder -> builder.critical(BASIC_CONSTRAINTS, false));
            case 2 -> basicConstraints(draft, part, "no-ca", "3000");
            case 3 -> basicConstraints(draft, part, "ca", "30030101ff");
            case 4 -> basicConstraints(draft, part, "boolean-01", "3003010101");
            default -> basicConstraints(draft, part, "explicit-false", "3003010100");
        }
    }

    private static void basicConstraints(Draft draft, Draft.Part part, String note, String der) {
        change(
                draft,
                part,
                "basic-constraints " + note,
                builder -> builder.extension(BASIC_CONSTRAINTS, true, hex(der)));
    }

    private void pathLength(Draft draft, Random random) {
        if (random.nextInt(8) == 0) {
            basicConstraints(draft, part(draft, random), "path-length-of-no-ca", "3003020100");
            return;
        }
        if (random.nextInt(8) == 0) {
            basicConstraints(draft, ca(draft, random), "path-length-negative", "30060101ff0201ff");
            return;
        }
        int length = random.nextInt(3);
        Draft.Part part = ca(draft, random);
        change(draft, part, "path-length " + length, builder -> builder.ca(length));
        if (draft.cas.size() > 2 && random.nextInt(3) == 0) {
            // self-issued: not counted
            draft.cas.get(2).subject = draft.cas.get(1).subject;
            draft.note("ca2 self-issued");
        }
    }

    private void keyUsage(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        if (random.nextInt(5) == 0) {
            change(draft, part, "key-usage absent", TestCertificate.Builder::withoutKeyUsage);
            return;
        }
        List<KeyUsage> usages = new ArrayList<>(List.of(KeyUsage.values()));
        Collections.shuffle(usages, random);
        KeyUsage[] drawn = usages.subList(0, random.nextInt(usages.size())).stream()
                .sorted()
                .toArray(KeyUsage[]::new);
        boolean critical = random.nextBoolean();
        change(
                draft,
                part,
                "key-usage " + Arrays.toString(drawn) + (critical ? " critical" : ""),
                builder -> builder.keyUsage(drawn).critical(KEY_USAGE, critical));
    }

    private void extendedKeyUsage(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        if (random.nextInt(6) == 0) {
            change(draft, part, "purposes absent", TestCertificate.Builder::withoutExtendedKeyUsage);
            return;
        }
        List<ExtendedKeyUsage> purposes = new ArrayList<>(List.of(ExtendedKeyUsage.values()));
        Collections.shuffle(purposes, random);
        ExtendedKeyUsage[] drawn = purposes.subList(0, random.nextInt(4)).toArray(ExtendedKeyUsage[]::new);
        boolean critical = random.nextInt(4) == 0;
        change(
                draft,
                part,
                "purposes " + Arrays.toString(drawn) + (critical ? " critical" : ""),
                builder -> builder.extendedKeyUsage(drawn).critical(EXTENDED_KEY_USAGE, critical));
    }

    // names

    private void dnsNames(Draft draft, Random random) {
        int count = 1 + random.nextInt(2);
        boolean alone = random.nextBoolean();
        if (alone) {
            draft.named = false;
            draft.note("leaf not-named");
        }
        for (int i = 0; i < count; i++) {
            String name = dnsName(draft.host, random);
            change(draft, draft.leaf, "dns-name \"" + name + "\"", builder -> builder.rawName(2, ascii(name)));
        }
    }

    private static String dnsName(String host, Random random) {
        String parent = host.substring(host.indexOf('.') + 1);
        String first = host.contains(".") ? host.substring(0, host.indexOf('.')) : host;
        return switch (random.nextInt(32)) {
            case 0, 1, 2 -> host;
            case 3 -> host.toUpperCase(java.util.Locale.ROOT);
            case 4, 5, 6 -> "*." + parent;
            case 7 -> "*." + host;
            case 8 -> "*.com";
            case 9 -> "*";
            case 10 -> first.substring(0, 1) + "*." + parent;
            case 11 -> "*" + first.substring(first.length() - 1) + "." + parent;
            case 12 -> first + ".*." + parent.substring(parent.indexOf('.') + 1);
            case 13 -> "*.*." + parent.substring(parent.indexOf('.') + 1);
            case 14 -> host + ".";
            case 15 -> "." + parent;
            case 16 -> "other." + parent;
            case 17 -> parent;
            case 18 -> "a." + host;
            case 19 -> "my_host." + parent;
            case 20 -> "192.0.2.7";
            case 21 -> "x y." + parent;
            case 22 -> host + "\0.example.org";
            case 23 -> "";
            case 24 -> "valkey";
            case 25 -> "a".repeat(64) + "." + parent;
            case 26 -> "-a." + parent;
            case 27 -> "a..b";
            case 28 -> "xn--*." + parent;
            case 29 -> "b\u00fccher." + parent;
            case 30 -> "valkey.example.org";
            default -> "localhost";
        };
    }

    private void otherNames(Draft draft, Random random) {
        Draft.Part part = random.nextInt(3) == 0 ? part(draft, random) : draft.leaf;
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                String mail = pick(
                        random,
                        "a@example.com",
                        "A@EXAMPLE.com",
                        "a@b.example.com",
                        "b@example.org",
                        "a@b@example.com",
                        "example.com",
                        "a@",
                        "\"a b\"@example.com",
                        "a@ex ample.com");
                change(draft, part, "mail \"" + mail + "\"", builder -> builder.rawName(1, ascii(mail)));
            }
            case 2 -> {
                String uri = pick(
                        random,
                        "spiffe://example.com/valkey",
                        "https://a.example.com/",
                        "https://A.EXAMPLE.COM:8443/x",
                        "https://example.org/",
                        "urn:a:b",
                        "https://192.0.2.7/",
                        "https://user@example.com/",
                        "mailto:a@example.com",
                        "//example.com/",
                        "valkey",
                        "https://exa mple.com/");
                change(draft, part, "uri \"" + uri + "\"", builder -> builder.rawName(6, ascii(uri)));
            }
            case 3 -> {
                String name = pick(random, "CN=a, O=Test", "CN=a, O=Other", "O=test", "");
                change(
                        draft,
                        part,
                        "directory-name \"" + name + "\"",
                        builder -> builder.name(GeneralNameType.DIRECTORY_NAME, name));
            }
            default -> {
                if (random.nextBoolean()) {
                    change(draft, part, "other-name", builder -> builder.otherName("1.2.3.4", hex("0c0161")));
                } else {
                    change(
                            draft,
                            part,
                            "registered-id",
                            builder -> builder.name(GeneralNameType.REGISTERED_ID, "1.2.3.4"));
                }
            }
        }
    }

    private void addresses(Draft draft, Random random) {
        String address = pick(
                random,
                "c0000207",
                "c0000208",
                "20010db8000000000000000000000007",
                "00000000000000000000ffffc0000207",
                "c000020700",
                "c0000207ffffff00",
                "");
        if (random.nextBoolean()) {
            draft.named = false;
            draft.note("leaf not-named");
        }
        if (random.nextBoolean()) {
            draft.host = pick(random, "192.0.2.7", "2001:db8::7", "2001:DB8:0:0:0:0:0:7");
            draft.note("host " + draft.host);
        }
        change(draft, draft.leaf, "address " + address, builder -> builder.rawName(7, hex(address)));
    }

    private void san(Draft draft, Random random) {
        Draft.Part part = draft.leaf;
        switch (random.nextInt(7)) {
            case 0 -> raw(draft, part, "san empty", SAN, "3000");
            case 1 -> raw(draft, part, "san junk", SAN, "6a756e6b");
            case 2 -> {
                byte[] names = Tlv.of(Tlv.SEQUENCE, Tlv.of(0x82, ascii(draft.host)));
                change(draft, part, "san trailing", builder -> builder.extension(SAN, false, Tlv.concat(names, NULL)));
            }
            case 3 -> raw(draft, part, "san unknown-tag", SAN, "3003890161");
            case 4 -> {
                draft.named = false;
                change(draft, part, "no-san", UnaryOperator.identity());
            }
            case 5 -> change(draft, part, "san critical", builder -> builder.critical(SAN, true));
            default -> {
                draft.named = false;
                part.subject = "CN=" + draft.host + ", O=Test";
                change(draft, part, "no-san name-in-cn", UnaryOperator.identity());
            }
        }
    }

    private static void raw(Draft draft, Draft.Part part, String note, String oid, String der) {
        change(draft, part, note, builder -> builder.extension(oid, false, hex(der)));
    }

    private void subject(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        part.subject = pick(
                random,
                "",
                "CN=valkey.example.com, O=Test",
                "EMAILADDRESS=a@example.com, CN=Leaf, O=Test",
                "EMAILADDRESS=a@example.org, CN=Leaf, O=Test",
                "CN=Leaf, O=Other",
                "CN=leaf, O=\"  TEST \"");
        draft.note(part.role + " subject \"" + part.subject + "\"");
        if (part == draft.leaf && part.subject.isEmpty() && random.nextBoolean()) {
            change(draft, part, "san not-critical", builder -> builder.critical(SAN, false));
        }
    }

    private void host(Draft draft, Random random) {
        draft.host = pick(
                random,
                "localhost",
                "192.0.2.7",
                "2001:db8::7",
                "VALKEY.example.com",
                "valkey.example.com.",
                "a.b.example.com",
                "xn--bcher-kva.example.com");
        draft.note("host " + draft.host);
    }

    // name constraints

    private void nameConstraints(Draft draft, Random random) {
        List<byte[]> permitted = new ArrayList<>();
        List<byte[]> excluded = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            boolean permits = random.nextInt(3) > 0;
            String text = subtree(random);
            notes.add((permits ? "permitted " : "excluded ") + text);
            (permits ? permitted : excluded).add(subtree(text));
        }
        List<byte[]> lists = new ArrayList<>();
        if (!permitted.isEmpty()) {
            lists.add(Tlv.of(0xa0, permitted.toArray(new byte[0][])));
        }
        if (!excluded.isEmpty()) {
            lists.add(Tlv.of(0xa1, excluded.toArray(new byte[0][])));
        }
        byte[] value = Tlv.of(Tlv.SEQUENCE, lists.toArray(new byte[0][]));
        boolean critical = random.nextInt(4) > 0;
        Draft.Part part = random.nextInt(12) == 0 ? draft.leaf : ca(draft, random);
        change(
                draft,
                part,
                "name-constraints " + notes + (critical ? " critical" : ""),
                builder -> builder.extension(NAME_CONSTRAINTS, critical, value));
        if (random.nextInt(6) == 0) {
            change(draft, draft.leaf, "dns-name \"*.example.com\"", builder -> builder.dnsName("*.example.com"));
        }
        if (draft.cas.size() > 2 && random.nextInt(6) == 0) {
            draft.cas.get(2).subject = draft.cas.get(1).subject;
            draft.note("ca2 self-issued");
        }
    }

    private static String subtree(Random random) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 ->
                "dns:"
                        + pick(
                                random,
                                "example.com",
                                "example.com",
                                "EXAMPLE.com",
                                "valkey.example.com",
                                "b.example.com",
                                "com",
                                "ample.com",
                                "example.org",
                                "",
                                ".example.com",
                                "*.example.com",
                                "example.com.");
            case 4, 5 ->
                "ip:"
                        + pick(
                                random,
                                "c0000200ffffff00",
                                "c0000207ffffffff",
                                "0a000000ff000000",
                                "0000000000000000",
                                "20010db8000000000000000000000000ffffffff000000000000000000000000",
                                "0".repeat(64),
                                "c0000207ffffff00",
                                "c0000200ff00ff00",
                                "c0000200",
                                "c0000200ff");
            case 6 -> "dn:" + pick(random, "O=Test", "O=test", "O=Other", "CN=Leaf, O=Test", "CN=CA 1, O=Test", "");
            case 7 ->
                "mail:"
                        + pick(
                                random,
                                "example.com",
                                ".example.com",
                                "a@example.com",
                                "A@example.com",
                                "example.org",
                                "",
                                "@example.com");
            case 8 -> "uri:" + pick(random, "example.com", ".example.com", "a.example.com", "example.org", "");
            default -> pick(random, "other:1.2.3.4", "rid:1.2.3.4");
        };
    }

    private static byte[] subtree(String text) {
        String form = text.substring(0, text.indexOf(':'));
        String base = text.substring(text.indexOf(':') + 1);
        byte[] name = switch (form) {
            case "dns" -> Tlv.of(0x82, ascii(base));
            case "ip" -> Tlv.of(0x87, hex(base));
            case "mail" -> Tlv.of(0x81, ascii(base));
            case "uri" -> Tlv.of(0x86, ascii(base));
            case "dn" -> Tlv.of(0xa4, new javax.security.auth.x500.X500Principal(base).getEncoded());
            case "rid" -> Tlv.of(0x88, hex("2a0304"));
            default -> Tlv.of(0xa0, hex("06032a0304"), Tlv.of(0xa0, hex("0c0161")));
        };
        return Tlv.of(Tlv.SEQUENCE, name);
    }

    private void nameConstraintsForm(Draft draft, Random random) {
        String form = pick(
                random,
                "empty 3000",
                "empty-lists 3004a000a100",
                "empty-permitted 3002a000",
                "junk 6a756e6b",
                "minimum-1 3014a0123010820b6578616d706c652e636f6d800101",
                "maximum-5 3014a0123010820b6578616d706c652e636f6d810105",
                "minimum-0 3014a0123010820b6578616d706c652e636f6d800100",
                "trailing 3011a00f300d820b6578616d706c652e636f6d00");
        String[] parts = form.split(" ", -1);
        change(
                draft,
                ca(draft, random),
                "name-constraints-form " + parts[0],
                builder -> builder.extension(NAME_CONSTRAINTS, true, hex(parts[1])));
    }

    // algorithms

    private void key(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        String name = pick(
                random,
                "RSA_1024",
                "RSA_2048",
                "RSA_3072",
                "RSA_2052",
                "RSA_EXPONENT_3",
                "DSA_2048",
                "EC_P384",
                "EC_P521",
                "ED25519");
        if (part == draft.leaf && random.nextInt(6) == 0) {
            name = "RSA_EVEN";
        }
        part.key = keys.named(name);
        draft.note(part.role + " key " + name);
    }

    private void hash(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        part.hash = pick(random, "SHA1", "SHA224", "SHA384", "SHA512");
        draft.note(part.role + " hash " + part.hash);
    }

    /** What names the signature's algorithm, inside and outside of what is signed; made for ECDSA with SHA-256. */
    private void algorithmIdentifiers(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        byte[] other = Tlv.of(Tlv.SEQUENCE, ECDSA_WITH_SHA384);
        byte[] withNull = Tlv.of(Tlv.SEQUENCE, ECDSA_WITH_SHA256, NULL);
        switch (random.nextInt(3)) {
            case 0 -> {
                draft.note(part.role + " algorithm-outside other");
                part.encodings.add(Tlv.replace(1, other));
            }
            case 1 -> change(draft, part, "algorithm-inside other", content(Tlv.replace(Tlv.SIGNATURE, other)));
            default -> {
                change(draft, part, "algorithm with-null", content(Tlv.replace(Tlv.SIGNATURE, withNull)));
                part.encodings.add(Tlv.replace(1, withNull));
            }
        }
    }

    private void signature(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        if (random.nextBoolean()) {
            draft.note(part.role + " signed-by other");
            part.signer = keys.ordinary("stranger");
            return;
        }
        draft.note(part.role + " signature-bit flipped");
        part.octets.add(der -> {
            byte[] flipped = der.clone();
            flipped[flipped.length - 1] ^= 1;
            return flipped;
        });
    }

    // order and paths

    private void order(Draft draft, Random random) {
        switch (random.nextInt(6)) {
            case 0 ->
                arrange(draft, "intermediates shuffled", (anchors, presented) -> {
                    Collections.reverse(presented.subList(1, presented.size()));
                });
            case 1 ->
                arrange(draft, "intermediates duplicated", (anchors, presented) -> {
                    presented.addAll(List.copyOf(presented.subList(1, presented.size())));
                });
            case 2 -> arrange(draft, "anchor presented", (anchors, presented) -> presented.addAll(anchors));
            case 3 ->
                arrange(draft, "first intermediate missing", (anchors, presented) -> {
                    if (presented.size() > 1) {
                        presented.remove(1);
                    }
                });
            case 4 ->
                arrange(draft, "expired stranger presented", (anchors, presented) -> {
                    TestCertificate root = stranger();
                    presented.add(
                            1,
                            root.issue()
                                    .ca()
                                    .subject("CN=Stranger CA")
                                    .keyPair(keys.ordinary("stranger-ca"))
                                    .notAfter(Draft.NOW.minusSeconds(9))
                                    .build());
                });
            default -> arrange(draft, "leaf duplicated", (anchors, presented) -> presented.add(presented.get(0)));
        }
    }

    private TestCertificate stranger() {
        return TestCertificate.root()
                .clock(java.time.Clock.fixed(Draft.NOW, java.time.ZoneOffset.UTC))
                .subject("CN=Stranger")
                .keyPair(keys.ordinary("stranger"))
                .build();
    }

    private static void arrange(Draft draft, String note, Draft.Arrangement arrangement) {
        draft.note("order " + note);
        draft.arrangements.add(arrangement);
    }

    /** A second certificate for the CA that issued the leaf, of the same name and key, that is unfit. */
    private void alternative(Draft draft, Random random) {
        if (draft.cas.size() < 2) {
            return;
        }
        Draft.Part last = draft.cas.get(draft.cas.size() - 1);
        Draft.Part above = draft.cas.get(draft.cas.size() - 2);
        String what = pick(random, "expired", "no-ca", "purpose", "excluded", "path-length", "critical", "fit", "key");
        boolean first = random.nextBoolean();
        arrange(draft, "alternative " + what + (first ? " first" : " last"), (anchors, presented) -> {
            TestCertificate issuer = presented.size() > 2 ? presented.get(2) : anchors.get(0);
            TestCertificate.Builder builder = issuer.issue()
                    .ca()
                    .subject(last.subject)
                    .keyPair(last.key)
                    .issuerName(above.subject)
                    .signedWith(above.key);
            TestCertificate.Builder alternative = switch (what) {
                case "expired" -> builder.notAfter(Draft.NOW.minusSeconds(9));
                case "no-ca" -> builder.extension(BASIC_CONSTRAINTS, true, hex("3000"));
                case "purpose" -> builder.extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING);
                case "excluded" -> builder.excluded(GeneralNameType.DNS_NAME, "example.com");
                case "path-length" -> builder.ca(0);
                case "critical" -> builder.extension(UNKNOWN, true, NULL);
                case "key" -> builder.keyPair(keys.ordinary("stranger"));
                default -> builder;
            };
            presented.add(first ? 1 : presented.size(), alternative.build());
        });
    }

    private void anchors(Draft draft, Random random) {
        switch (random.nextInt(5)) {
            case 0 ->
                arrange(draft, "intermediate pinned", (anchors, presented) -> {
                    // a leaf that is presented twice may be the last one
                    if (presented.size() > 1 && presented.get(presented.size() - 1) != presented.get(0)) {
                        anchors.clear();
                        anchors.add(presented.get(presented.size() - 1));
                    }
                });
            case 1 ->
                arrange(draft, "intermediate pinned too", (anchors, presented) -> {
                    if (presented.size() > 1) {
                        anchors.add(presented.get(1));
                    }
                });
            case 2 ->
                arrange(draft, "leaf pinned", (anchors, presented) -> {
                    anchors.clear();
                    anchors.add(presented.get(0));
                });
            case 3 -> arrange(draft, "stranger pinned too", (anchors, presented) -> anchors.add(0, stranger()));
            default ->
                arrange(draft, "root cross-signed by the one pinned", (anchors, presented) -> {
                    TestCertificate root = anchors.get(0);
                    TestCertificate fresh = stranger();
                    presented.add(fresh.issue()
                            .ca()
                            .subject(root.subject())
                            .keyPair(root.keyPair())
                            .build());
                    anchors.set(0, fresh);
                });
        }
    }

    // extensions and encodings

    private void identifiers(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        switch (random.nextInt(6)) {
            case 0 -> change(draft, part, "ski absent", TestCertificate.Builder::withoutSubjectKeyIdentifier);
            case 1 -> change(draft, part, "aki absent", TestCertificate.Builder::withoutAuthorityKeyIdentifier);
            case 2 -> raw(draft, part, "aki empty", AKI, "3000");
            case 3 -> raw(draft, part, "aki other", AKI, "300680040102030" + "4");
            case 4 -> {
                String id = random.nextBoolean() ? SKI : AKI;
                change(draft, part, "identifier critical " + id, builder -> builder.critical(id, true));
            }
            default -> raw(draft, part, "identifier junk", random.nextBoolean() ? SKI : AKI, "6a756e6b");
        }
    }

    private void extension(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        boolean critical = random.nextBoolean();
        String[] drawn = pick(
                        random,
                        UNKNOWN + " 0500",
                        "2.5.29.31 30143012a010a00e860c687474703a2f2f612f62632f",
                        "1.3.6.1.5.5.7.1.1 3018301606082b06010505073001860a687474703a2f2f612e62",
                        "1.3.6.1.5.5.7.1.1 3000",
                        "1.3.6.1.5.5.7.1.1 6a756e6b",
                        "2.16.840.1.113730.1.1 03020640",
                        "1.3.6.1.5.5.7.1.24 3003020105",
                        "1.3.6.1.4.1.11129.2.4.3 0500",
                        "2.5.29.18 3003820161",
                        "2.5.29.9 3000",
                        "2.5.29.16 3013801132303235303130313030303030305a",
                        "1.3.6.1.5.5.7.1.14 300c300a06082b06010505071501")
                .split(" ", -1);
        change(
                draft,
                part,
                "extension " + drawn[0] + " " + drawn[1] + (critical ? " critical" : ""),
                builder -> builder.extension(drawn[0], critical, hex(drawn[1])));
        if (random.nextInt(6) == 0) {
            change(
                    draft,
                    part,
                    "extension-twice " + drawn[0],
                    builder -> builder.extension(drawn[0], critical, hex(drawn[1])));
        }
    }

    private void policies(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        boolean critical = random.nextBoolean();
        String[] drawn = pick(
                        random,
                        "2.5.29.32 3006300406022a03",
                        "2.5.29.32 30083006060455" + "1d2000",
                        "2.5.29.32 3000",
                        "2.5.29.36 3003800100",
                        "2.5.29.36 3003800109",
                        "2.5.29.36 3003810100",
                        "2.5.29.36 3000",
                        "2.5.29.54 020100",
                        "2.5.29.33 300c300a06032a030406032a0305")
                .split(" ", -1);
        change(
                draft,
                part,
                "policies " + drawn[0] + " " + drawn[1] + (critical ? " critical" : ""),
                builder -> builder.extension(drawn[0], critical, hex(drawn[1])));
    }

    private void serialNumber(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        if (random.nextInt(4) == 0) {
            String content = pick(random, "", "0001", "ff80");
            change(
                    draft,
                    part,
                    "serial-octets " + content,
                    content(Tlv.replace(Tlv.SERIAL_NUMBER, Tlv.of(Tlv.INTEGER, hex(content)))));
            return;
        }
        BigInteger number = pick(
                random,
                BigInteger.ZERO,
                BigInteger.ONE.negate(),
                BigInteger.ONE,
                BigInteger.ONE.shiftLeft(159).subtract(BigInteger.ONE),
                BigInteger.ONE.shiftLeft(159),
                BigInteger.ONE.shiftLeft(170));
        change(draft, part, "serial-number " + number.toString(16), builder -> builder.serialNumber(number));
    }

    private void version(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        if (random.nextBoolean()) {
            change(draft, part, "version 1", TestCertificate.Builder::version1);
            return;
        }
        int version = pick(random, 0, 1, 3);
        change(
                draft,
                part,
                "version " + (version + 1) + " with extensions",
                content(Tlv.replace(Tlv.VERSION, Tlv.of(0xa0, Tlv.of(Tlv.INTEGER, Tlv.bytes(version))))));
    }

    private void encoding(Draft draft, Random random) {
        Draft.Part part = part(draft, random);
        switch (random.nextInt(9)) {
            case 0 ->
                change(
                        draft,
                        part,
                        "encoding empty-extensions",
                        content(Tlv.replace(Tlv.EXTENSIONS, Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE)))));
            case 1 ->
                change(
                        draft,
                        part,
                        "encoding critical-false",
                        content(Tlv.change(Tlv.EXTENSIONS, Mutations::withCriticalFalse)));
            case 2 ->
                change(
                        draft,
                        part,
                        "encoding critical-01",
                        content(Tlv.change(Tlv.EXTENSIONS, Mutations::withCritical01)));
            case 3 ->
                change(
                        draft,
                        part,
                        "encoding unique-ids",
                        content(Tlv.change(
                                Tlv.EXTENSIONS,
                                extensions -> Tlv.concat(hex("81020001"), hex("82020001"), extensions))));
            case 4 -> {
                draft.note(part.role + " encoding trailing");
                part.octets.add(der -> Tlv.concat(der, NULL));
            }
            case 5 -> {
                draft.note(part.role + " encoding truncated");
                part.octets.add(der -> Arrays.copyOf(der, der.length - 9));
            }
            case 6 ->
                change(
                        draft,
                        part,
                        "encoding long-length",
                        content(Tlv.change(
                                Tlv.SERIAL_NUMBER,
                                serial -> Tlv.concat(
                                        Tlv.bytes(Tlv.INTEGER, 0x81, serial.length - 2), Tlv.content(serial)))));
            case 7 ->
                change(draft, part, "encoding issuer-empty", content(Tlv.replace(Tlv.ISSUER, Tlv.of(Tlv.SEQUENCE))));
            default ->
                change(draft, part, "encoding issuer-case", content(Tlv.change(Tlv.ISSUER, Mutations::inOtherCase)));
        }
    }

    private static byte[] withCriticalFalse(byte[] extensions) {
        return withExtension(extensions, Tlv.of(Tlv.SEQUENCE, hex("06032a0304"), hex("010100"), hex("04020500")));
    }

    private static byte[] withCritical01(byte[] extensions) {
        return withExtension(extensions, Tlv.of(Tlv.SEQUENCE, hex("06032a0304"), hex("010101"), hex("04020500")));
    }

    private static byte[] withExtension(byte[] extensions, byte[] added) {
        byte[] list = Tlv.children(extensions).get(0);
        return Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE, Tlv.content(list), added));
    }

    /** A to Z and a to z exchanged in the text of a name; RFC 5280 7.1 compares without regard to case. */
    private static byte[] inOtherCase(byte[] name) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        return ascii(text.replace("Test", "tEST").replace("Root", "rOOT"));
    }
}
