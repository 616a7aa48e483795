package io.valkeysecure.differential;

import io.valkeysecure.RefusalReason;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What explains a difference: the change that was made, together with what the refusing side says of it. Each has its
 * sentence in {@code differential-classes.tsv}, under the same name.
 */
@SuppressWarnings("ImmutableEnumChecker") // sets are of Set.of, predicates keep nothing
enum DifferenceClass {
    // OpenSSL refuses
    ANCHOR_POLICY(
            RefusalReason.CONSTRAINT_VIOLATED,
            "has the extension 2\\.5\\.29\\.\\d+, which is not processed in a trust anchor",
            "^\\w+ (policies|policy-constraints|inhibit-any-policy|policy-mappings)"),
    ANOTHER_PATH(Set.of(), difference -> difference.ourPathSatisfiesOpenSsl() && difference.changed("^order ")),
    CA_PROFILE(
            Set.of(81, 89, 92), difference -> difference.changed(" (basic-constraints not-critical|key-usage absent)")),
    KEY_IDENTIFIER_ABSENT(Set.of(85, 86), difference -> difference.changed(" [as]ki (absent|empty)")),
    LAST_SECOND(Set.of(10), difference -> difference.changed(" not-after " + Draft.NOW)),
    PROXY_CERTIFICATE(
            Set.of(2, 20), difference -> difference.changed("extension 1\\.3\\.6\\.1\\.5\\.5\\.7\\.1\\.14 \\w+$")),
    SELF_ISSUED(Set.of(19), difference -> difference.changed(" self-issued")),
    TRAILING_DOT_DIALLED(Set.of(62), difference -> difference.host().endsWith(".")),

    // we refuse
    CA_AS_LEAF(RefusalReason.CONSTRAINT_VIOLATED, "leaf .* it is a CA", "leaf basic-constraints ca"),
    CRITICAL_EXTENSION(
            RefusalReason.CONSTRAINT_VIOLATED,
            "critical extension (2\\.5\\.29\\.31|2\\.16\\.840\\.1\\.113730\\.1\\.1)",
            "extension (2\\.5\\.29\\.31|2\\.16\\.840\\.1\\.113730\\.1\\.1) .* critical"),
    EXTENSION_TWICE(
            Set.of(),
            difference -> difference.refusedFor(
                            RefusalReason.MALFORMED_CERTIFICATE,
                            "is not a certificate in DER|does not parse as DER|an extension twice")
                    && (difference.changed("extension-twice")
                            || difference.changedTwice(
                                    "^(\\w+) (?:policies |extension |encoding )([0-9.]+|critical-)"))),
    KEY_AGREEMENT_ONLY(
            RefusalReason.KEY_USAGE, "leaf .* expected the key usage digitalSignature", "leaf key-usage \\["),
    DSA_SIGNATURE(
            RefusalReason.WEAK_SIGNATURE, "has algorithm 2\\.16\\.840\\.1\\.101\\.3\\.4\\.3\\.2", " key DSA_2048"),
    LEAF_PINNED(
            Set.of(),
            difference -> difference.changed("order leaf pinned")
                    && (difference.refusedFor(RefusalReason.CONSTRAINT_VIOLATED, "trust anchor .* is no CA")
                            // left out, since another anchor can be used
                            || difference.refusedFor(RefusalReason.UNTRUSTED_ISSUER, "expected a path to one of"))),
    LEAF_PINNED_THAT_IS_A_CA(
            RefusalReason.KEY_USAGE,
            "trust anchor CN=Leaf, .* expected the key usage keyCertSign",
            "order leaf pinned"),
    MALFORMED_EXTENSION(
            RefusalReason.MALFORMED_CERTIFICATE,
            "extension (1\\.3\\.6\\.1\\.5\\.5\\.7\\.1\\.1|2\\.5\\.29\\.32) that does not parse",
            "1\\.3\\.6\\.1\\.5\\.5\\.7\\.1\\.1 (3000|6a756e6b)|2\\.5\\.29\\.32 3000( |$)"),
    MALFORMED_NAME(
            RefusalReason.MALFORMED_CERTIFICATE,
            "has the malformed name \\w+ .* in its SAN|is not a certificate in DER",
            " (dns-name|mail|uri|directory-name|address) "),
    MALFORMED_NAME_CONSTRAINT(
            RefusalReason.MALFORMED_CERTIFICATE,
            "has the malformed name constraint|has empty name constraints|2\\.5\\.29\\.30 that does not parse"
                    + "|has a name constraint with a minimum or maximum distance",
            "name-constraints \\[|name-constraints-form (empty|empty-lists|empty-permitted|minimum-1|maximum-\\d)$"),
    MALFORMED_SAN(
            RefusalReason.MALFORMED_CERTIFICATE,
            "2\\.5\\.29\\.17 that does not parse|is not DER in extension 2\\.5\\.29\\.17|has an empty SAN",
            "san (empty|junk|trailing|unknown-tag)"),
    NAME_CONSTRAINT_NOT_PARSED(
            RefusalReason.MALFORMED_CERTIFICATE,
            "is not a certificate in DER",
            "name-constraints \\[.*((uri|mail):[,\\]]|ip:c0000200(ff)?[,\\]])|name-constraints-form trailing"),
    NAME_CONSTRAINTS_IN_LEAF(
            RefusalReason.MALFORMED_CERTIFICATE, "leaf .* has name constraints and is a leaf", "leaf name-constraints"),
    NAME_IN_COMMON_NAME(
            RefusalReason.NAME_MISMATCH,
            "leaf has (?!.*dNSName)",
            "no-san name-in-cn|leaf subject \"CN=valkey.example.com"),
    NOT_DER(
            RefusalReason.MALFORMED_CERTIFICATE,
            "is not DER in",
            "basic-constraints (boolean-01|explicit-false)|encoding (long-length|critical-01)"
                    + "|name-constraints-form minimum-0"),
    POLICIES(
            RefusalReason.CONSTRAINT_VIOLATED,
            "which is not critical \\(RFC 5280 4.2.1.11|non-null policy tree required",
            "policies 2\\.5\\.29\\.(3[36]|54)"),
    SERIAL_NUMBER(
            RefusalReason.MALFORMED_CERTIFICATE,
            "expected a positive serial number of at most 20 octets",
            "serial-(number|octets)"),
    SIGNATURE_PARAMETERS(RefusalReason.WEAK_SIGNATURE, "expected a signature with SHA-256", "algorithm with-null"),
    TRAILING_BYTES(RefusalReason.MALFORMED_CERTIFICATE, "is not a certificate in DER", "encoding trailing"),
    UNFIT_ANCHOR_BESIDE_A_FIT_ONE(
            Set.of(),
            difference -> difference.weRefuse()
                    && difference.refusals().get(0).message().startsWith("trust anchors (2 given in memory): ")
                    && difference.changed("order \\w+ pinned too")),
    UNREADABLE_AND_NOT_NEEDED(
            RefusalReason.MALFORMED_CERTIFICATE,
            "certificate \\d of the chain is not a certificate in DER",
            "^order (alternative|\\w+ pinned)"),
    VERSION(RefusalReason.MALFORMED_CERTIFICATE, "expected version 3|is not a certificate in DER", " version [124]"),
    WEAK_HASH(RefusalReason.WEAK_SIGNATURE, "expected a signature with SHA-256", " hash SHA(1|224)$"),
    WEAK_KEY(
            RefusalReason.WEAK_KEY,
            "expected an (RSA|EC|odd RSA)|no sound generator",
            " key (RSA_1024|RSA_2052|RSA_EXPONENT_3|RSA_EVEN|DSA_2048)"),
    WILDCARD_OVER_EXCLUDED(
            RefusalReason.CONSTRAINT_VIOLATED, "has dNSName \\*\\..*, excluded by dNSName", "name-constraints \\[");

    private final Set<Integer> errors;
    private final Predicate<Difference> predicate;

    /** OpenSSL gives these errors to what we accept, or, with none, what the predicate says. */
    DifferenceClass(Set<Integer> errors, Predicate<Difference> predicate) {
        this.errors = errors;
        this.predicate = difference -> (errors.isEmpty() || !difference.weRefuse()) && predicate.test(difference);
    }

    /** We refuse for this reason with such a message after such a change, OpenSSL accepts. */
    DifferenceClass(RefusalReason reason, String message, String change) {
        this.errors = Set.of();
        this.predicate = difference -> difference.refusedFor(reason, message) && difference.changed(change);
    }

    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean applies(Difference difference) {
        return predicate.test(difference);
    }

    /** The errors of OpenSSL that it explains. */
    Set<Integer> errors() {
        return errors;
    }
}
