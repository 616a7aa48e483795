package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * Parses the extensions of a certificate strictly: each in DER, with the fields that its standard defines and no
 * others.
 */
final class ExtensionReader {
    private final @Nullable Extensions extensions;

    ExtensionReader(@Nullable Extensions extensions) {
        this.extensions = extensions;
    }

    /** {@return the value of an extension; null if the extension is absent} */
    <T extends ASN1Encodable> @Nullable T read(ASN1ObjectIdentifier id, Function<Object, T> parser)
            throws MalformedException {
        Extension extension = extensions == null ? null : extensions.getExtension(id);
        if (extension == null) {
            return null;
        }
        byte[] value = extension.getExtnValue().getOctets();
        ASN1Primitive structure;
        T parsed;
        try {
            structure = ASN1Primitive.fromByteArray(value);
            if (!StrictDer.is(structure, value)) {
                throw new MalformedException("is not DER in extension " + Printable.value(id));
            }
            parsed = parser.apply(structure);
        } catch (IOException | RuntimeException e) {
            throw unparsed(id, e);
        }
        require(id, () -> Structures.requireSame(parsed, structure));
        return parsed;
    }

    @Nullable
    List<GeneralName> names(ASN1ObjectIdentifier id) throws MalformedException {
        GeneralNames names = read(id, GeneralNames::getInstance);
        if (names == null) {
            return null;
        }
        require(id, () -> Structures.requireNames(names));
        return List.of(names.getNames());
    }

    @Nullable
    NameConstraints nameConstraints() throws MalformedException {
        ASN1Sequence constraints = read(Extension.nameConstraints, ASN1Sequence::getInstance);
        if (constraints == null) {
            return null;
        }
        require(Extension.nameConstraints, () -> Structures.requireNameConstraints(constraints));
        try {
            return NameConstraints.getInstance(constraints);
        } catch (RuntimeException e) {
            throw unparsed(Extension.nameConstraints, e);
        }
    }

    @Nullable
    AuthorityKeyIdentifier authorityKeyIdentifier() throws MalformedException {
        AuthorityKeyIdentifier identifier = read(Extension.authorityKeyIdentifier, AuthorityKeyIdentifier::getInstance);
        GeneralNames issuer = identifier == null ? null : identifier.getAuthorityCertIssuer();
        if (issuer != null) {
            require(Extension.authorityKeyIdentifier, () -> Structures.requireNames(issuer));
        }
        return identifier;
    }

    /** {@return cRLDistributionPoints or freshestCRL; null if the extension is absent} */
    @Nullable
    ASN1Sequence distributionPoints(ASN1ObjectIdentifier id) throws MalformedException {
        ASN1Sequence points = read(id, ASN1Sequence::getInstance);
        if (points != null) {
            require(id, () -> Structures.requireDistributionPoints(points));
        }
        return points;
    }

    /** A check of a part of an extension. */
    private interface Check {
        void run() throws MalformedException;
    }

    private static void require(ASN1ObjectIdentifier id, Check check) throws MalformedException {
        try {
            check.run();
        } catch (MalformedException e) {
            throw new MalformedException("has an extension " + id + " that " + e.problem());
        } catch (RuntimeException e) {
            throw unparsed(id, e);
        }
    }

    private static MalformedException unparsed(ASN1ObjectIdentifier id, Exception cause) {
        return new MalformedException("has an extension " + id + " that does not parse ("
                + cause.getClass().getSimpleName() + ")");
    }
}
