package io.valkeysecure.testkit.certificate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/**
 * The extensions that a test adds or replaces, those that it leaves out, and those that it marks as critical or not.
 */
final class ExtensionChoices {
    private final List<Extension> raw = new ArrayList<>();
    private final Set<String> absent = new HashSet<>();
    private final Set<String> critical = new HashSet<>();
    private final Set<String> notCritical = new HashSet<>();

    void add(String oid, boolean isCritical, byte[] value) {
        raw.add(new Extension(new ASN1ObjectIdentifier(oid), isCritical, value.clone()));
    }

    void leaveOut(String oid) {
        absent.add(oid);
    }

    void mark(String oid, boolean isCritical) {
        (isCritical ? critical : notCritical).add(oid);
        (isCritical ? notCritical : critical).remove(oid);
    }

    /** The extensions of a certificate or list that is made with these choices. */
    Made make() {
        return new Made();
    }

    final class Made {
        private final List<Extension> made = new ArrayList<>();

        private Made() {}

        void add(ASN1ObjectIdentifier oid, boolean isCritical, ASN1Encodable value) throws IOException {
            boolean replaced = raw.stream().anyMatch(each -> each.getExtnId().equals(oid));
            if (replaced || absent.contains(oid.getId())) {
                return;
            }
            boolean marked = (isCritical || critical.contains(oid.getId())) && !notCritical.contains(oid.getId());
            made.add(new Extension(oid, marked, value.toASN1Primitive().getEncoded(ASN1Encoding.DER)));
        }

        ASN1Encodable[] withRaw() {
            List<Extension> all = new ArrayList<>(made);
            all.addAll(raw);
            return all.toArray(new ASN1Encodable[0]);
        }
    }
}
