package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.pki.authority.CertificateAuthority.Order;
import io.valkeysecure.cli.pki.authority.KeyType;
import io.valkeysecure.cli.pki.authority.LeafFiles;
import io.valkeysecure.cli.pki.authority.Names;
import io.valkeysecure.cli.pki.authority.Profile;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a leaf shall be called, what key it gets, and where both go. */
public final class LeafOptions {
    @Option(
            names = "--out",
            paramLabel = "PREFIX",
            description = "what is made goes to PREFIX.crt, PREFIX.key and so on; default: the first NAME")
    private @Nullable Path out;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            description = "common name of the subject, for people; default: the first NAME")
    private @Nullable String subject;

    @Option(
            names = "--key-type",
            paramLabel = "TYPE",
            defaultValue = "ec-p256",
            description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private KeyType keyType = KeyType.EC_P256;

    KeyType keyType() {
        return keyType;
    }

    X500Name subject(String first) {
        return Names.subject(subject == null ? first : subject);
    }

    LeafFiles files(String first) {
        if (out != null) {
            return new LeafFiles(out);
        }
        if (!first.matches("[A-Za-z0-9._-]*[A-Za-z0-9_-]")) {
            throw new InputException(first + " does not do for the name of a file", "give --out PREFIX");
        }
        return new LeafFiles(Path.of(first));
    }

    /** Issues a leaf with these options, and says where it went. */
    void issue(CaOptions ca, Profile profile, String first, List<String> names, Duration lifetime, Console console)
            throws IOException {
        Order order = new Order(profile, subject(first), Names.alternative(names), lifetime, files(first));
        tell(console, order, ca.open().issue(order, keyType, ca::passphrase), true);
    }

    static void tell(Console console, Order order, X509Certificate leaf, boolean newKey) {
        console.step("issued a " + order.profile() + " certificate");
        console.result(Printable.value(leaf.getSubjectX500Principal()) + ", good until "
                + leaf.getNotAfter().toInstant() + ", serial "
                + leaf.getSerialNumber().toString(16));
        console.result(
                order.files().certificate() + (newKey ? ", " + order.files().key() : ", for the key as it is"));
    }
}
