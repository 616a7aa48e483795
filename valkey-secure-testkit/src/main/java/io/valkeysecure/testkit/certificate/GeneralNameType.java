package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import org.bouncycastle.asn1.x509.GeneralName;

/** The forms of a general name that have a text form, RFC 5280 section 4.2.1.6. */
public enum GeneralNameType {
    /** {@code directoryName}: a distinguished name such as {@code CN=a,O=b}. */
    DIRECTORY_NAME(GeneralName.directoryName),
    /** {@code dNSName}. */
    DNS_NAME(GeneralName.dNSName),
    /** {@code rfc822Name}: a mail address. */
    EMAIL_ADDRESS(GeneralName.rfc822Name),
    /** {@code iPAddress}: an address, or in a name constraint a range such as {@code 10.0.0.0/8}. */
    IP_ADDRESS(GeneralName.iPAddress),
    /** {@code registeredID}: an object identifier. */
    REGISTERED_ID(GeneralName.registeredID),
    /** {@code uniformResourceIdentifier}, such as a SPIFFE ID. */
    URI(GeneralName.uniformResourceIdentifier);

    private final int tag;

    GeneralNameType(int tag) {
        this.tag = tag;
    }

    GeneralName generalName(String text) {
        return this == DIRECTORY_NAME ? new GeneralName(Names.parse(text)) : new GeneralName(tag, text);
    }
}
