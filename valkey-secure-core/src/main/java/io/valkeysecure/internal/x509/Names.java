package io.valkeysecure.internal.x509;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * Compares distinguished names as RFC 5280 7.1 and OpenSSL do: attribute by attribute, without regard to the case of
 * ASCII letters, to spaces around the text, to how many spaces are within it, and to whether it is a UTF8String or a
 * PrintableString.
 *
 * <p>The JDK takes more names for one: it ignores control characters around the text, and decomposes characters, so
 * that a full-width letter equals a plain one.
 */
public final class Names {
    private static final Pattern SPACES = Pattern.compile("[ \\t\\n\\x0B\\f\\r]+");
    private static final Pattern ENDS = Pattern.compile("^ | \\z");
    private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

    private Names() {}

    /**
     * {@return whether two names are the same, to the JDK, which judges the path again, as well as by RFC 5280}
     *
     * @param one a name
     * @param other another one
     */
    public static boolean same(X500Principal one, X500Principal other) {
        if (!one.equals(other)) {
            return false;
        }
        byte[] encoded = one.getEncoded();
        byte[] encodedOther = other.getEncoded();
        return Arrays.equals(encoded, encodedOther)
                || canonical(X500Name.getInstance(encoded), Names::canonical)
                        .equals(canonical(X500Name.getInstance(encodedOther), Names::canonical));
    }

    /**
     * {@return whether a name begins with the parts of a base (RFC 5280 4.2.1.10), strings of all types compared}
     *
     * @param name a name
     * @param base the beginning
     * @param loosely whether texts are the same that any reader takes for the same: those with control characters and
     *     with other forms of a letter, as RFC 4518 prepares them
     */
    public static boolean isWithin(X500Name name, X500Name base, boolean loosely) {
        var parts = canonical(name, value -> text(value, loosely));
        var start = canonical(base, value -> text(value, loosely));
        return start.size() <= parts.size() && parts.subList(0, start.size()).equals(start);
    }

    private static Object text(ASN1Encodable value, boolean loosely) {
        if (!(value instanceof ASN1String string)) {
            return value.toASN1Primitive();
        }
        String text = string.getString();
        return loosely
                ? canonical(SPACES.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC))
                                .replaceAll(" ")
                                .replaceAll("[\\p{Cntrl}\\p{Cf}]", ""))
                        .toLowerCase(Locale.ROOT)
                : canonical(text);
    }

    /**
     * {@return the common names of a name, as they are written}
     *
     * @param name a name
     */
    public static List<String> commonNames(X500Principal name) {
        return values(X500Name.getInstance(name.getEncoded()), BCStyle.CN);
    }

    /**
     * {@return the texts of an attribute in a name, as they are written}
     *
     * @param name a name
     * @param type the attribute
     */
    public static List<String> values(X500Name name, ASN1ObjectIdentifier type) {
        return Arrays.stream(name.getRDNs(type))
                .flatMap(rdn -> Arrays.stream(rdn.getTypesAndValues()))
                .filter(attribute -> attribute.getType().equals(type))
                .map(AttributeTypeAndValue::getValue)
                .filter(ASN1String.class::isInstance)
                .map(value -> ((ASN1String) value).getString())
                .toList();
    }

    private static List<Set<List<Object>>> canonical(X500Name name, Function<ASN1Encodable, Object> value) {
        List<Set<List<Object>>> parts = new ArrayList<>();
        for (RDN rdn : name.getRDNs()) {
            Set<List<Object>> attributes = new HashSet<>();
            for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                attributes.add(List.of(attribute.getType(), value.apply(attribute.getValue())));
            }
            parts.add(attributes);
        }
        return parts;
    }

    private static Object canonical(ASN1Encodable value) {
        if (!(value instanceof ASN1UTF8String || value instanceof ASN1PrintableString)) {
            return value.toASN1Primitive(); // the JDK compares strings of other types octet by octet
        }
        return canonical(((ASN1String) value).getString());
    }

    private static String canonical(String value) {
        String text = SPACES.matcher(value).replaceAll(" ");
        return CAPITALS.matcher(ENDS.matcher(text).replaceAll(""))
                .replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
    }
}
