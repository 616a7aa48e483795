package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.AbstractList;
import java.util.List;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/** Names in certificates (RFC 5280, 4.2.1.6): what they hold, whether they are well-formed, and how they are shown. */
public final class CertificateName {
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_LABEL = 63;

    private CertificateName() {}

    /** {@return why a name is malformed; null if it is well-formed} */
    public static @Nullable String problemOf(GeneralName name) {
        boolean wellFormed = switch (name.getTagNo()) {
            case GeneralName.dNSName -> isDnsPattern(text(name));
            case GeneralName.iPAddress -> octets(name).length == 4 || octets(name).length == 16;
            case GeneralName.rfc822Name -> isMail(text(name));
            case GeneralName.uniformResourceIdentifier -> isUri(text(name));
            case GeneralName.directoryName ->
                X500Name.getInstance(name.getName()).getRDNs().length > 0;
            default -> true;
        };
        return wellFormed ? null : "has the malformed name " + describe(name) + " in its SAN";
    }

    /** Accepts a DNS name, or a wildcard as the whole leftmost label followed by at least two labels. */
    private static boolean isDnsPattern(String text) {
        if (!text.startsWith("*.")) {
            return isDnsName(text);
        }
        String rest = text.substring(2);
        return isDnsName(rest) && rest.contains(".");
    }

    /**
     * Accepts the preferred name syntax of RFC 5280 4.2.1.6. A last label of digits is refused: it would be an address.
     */
    public static boolean isDnsName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        int begin = 0;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', begin)) {
            if (!isLabel(name, begin, dot)) {
                return false;
            }
            begin = dot + 1;
        }
        return isLabel(name, begin, name.length()) && !isNumber(name, begin);
    }

    private static boolean isLabel(String name, int begin, int end) {
        if (begin == end || end - begin > LONGEST_LABEL || name.charAt(begin) == '-' || name.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = begin; i < end; i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !isDigit(c) && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(String name, int begin) {
        for (int i = begin; i < name.length(); i++) {
            if (!isDigit(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    public static boolean isMail(String text) {
        int at = text.indexOf('@');
        return at > 0 && at == text.lastIndexOf('@') && isDnsName(text.substring(at + 1));
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** {@return the text of a name that is an IA5String; an octet above 7F becomes a character that no rule accepts} */
    public static String text(GeneralName name) {
        return ASN1IA5String.getInstance(name.getName()).getString();
    }

    public static byte[] octets(GeneralName name) {
        return ASN1OctetString.getInstance(name.getName()).getOctets();
    }

    /** {@return the names of a SAN for people; the first ones if there are many} */
    public static String describe(@Nullable List<GeneralName> names) {
        if (names == null) {
            return "no SAN";
        }
        return Printable.list(new AbstractList<String>() {
            @Override
            public String get(int index) {
                return describe(names.get(index));
            }

            @Override
            public int size() {
                return names.size();
            }
        });
    }

    public static String describe(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> "dNSName " + Printable.value(text(name));
            case GeneralName.rfc822Name -> "rfc822Name " + Printable.value(text(name));
            case GeneralName.uniformResourceIdentifier -> "uniformResourceIdentifier " + Printable.value(text(name));
            case GeneralName.iPAddress -> "iPAddress " + IpLiteral.text(octets(name));
            case GeneralName.directoryName -> "directoryName " + Printable.value(name.getName());
            default -> "a name of type " + name.getTagNo();
        };
    }
}
