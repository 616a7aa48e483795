package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static X500Principal principal(X500Name name) {
        try {
            return new X500Principal(name.getEncoded());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static X500Principal named(ASN1Encodable value) {
        return principal(new X500NameBuilder().addRDN(BCStyle.O, value).build());
    }

    private static X500Principal named(String value) {
        return named(new DERUTF8String(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Test Root", "test root", "TEST ROOT", " Test  Root "})
    void same_caseAndSpaces_makeNoDifference(String other) {
        assertThat(Names.same(named("Test Root"), named(other))).isTrue();
        assertThat(Names.same(named(other), named("Test Root"))).isTrue();
    }

    /** The JDK takes each of these for the same name; OpenSSL does not. */
    @ParameterizedTest
    @ValueSource(
            strings = {"Test Root\u0001", "\u0003Test Root", "\uff34est Root", "Test\u00a0Root", "Test Root\u0000"})
    void same_otherCharacters_makeAnotherName(String other) {
        assertThat(Names.same(named("Test Root"), named(other))).isFalse();
        assertThat(Names.same(named(other), named("Test Root"))).isFalse();
        assertThat(Names.same(named(other), named(other))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Other", "TestRoot", ""})
    void same_anotherText_isAnotherName(String other) {
        assertThat(Names.same(named("Test Root"), named(other))).isFalse();
    }

    @Test
    void same_typeOfString_makesNoDifference() {
        assertThat(Names.same(named("A"), named(new DERPrintableString("a")))).isTrue();
        X500Principal bits = named(new DERBitString(new byte[] {1}));
        assertThat(Names.same(bits, named(new DERBitString(new byte[] {1})))).isTrue();
        assertThat(Names.same(bits, named(new DERBitString(new byte[] {2})))).isFalse();
    }

    @Test
    void same_firstAndLastLetterAndNothingButSpaces_areComparedToo() {
        assertThat(Names.same(named("AZ @[ Root"), named("az @[ root"))).isTrue();
        assertThat(Names.same(named(" "), named("  "))).isTrue();
        assertThat(Names.same(named(" "), named("a"))).isFalse();
    }

    @Test
    void same_bitsBesideText_areComparedOctetByOctet() {
        assertThat(Names.same(withBits("Test", 1), withBits("test", 1))).isTrue();
        assertThat(Names.same(withBits("Test", 1), withBits("test", 2))).isFalse();
    }

    private static X500Principal withBits(String organization, int bits) {
        return principal(new X500NameBuilder()
                .addRDN(BCStyle.O, new DERUTF8String(organization))
                .addRDN(BCStyle.UNIQUE_IDENTIFIER, new DERBitString(new byte[] {(byte) bits}))
                .build());
    }

    @Test
    void same_orderOfParts_makesADifference() {
        X500Principal one = principal(new X500Name("O=Test,CN=Root"));
        assertThat(Names.same(one, principal(new X500Name("CN=Root,O=Test")))).isFalse();
        assertThat(Names.same(one, principal(new X500Name("O=Test,OU=Root")))).isFalse();
        assertThat(Names.same(one, principal(new X500Name("O=test,CN=root")))).isTrue();
        assertThat(Names.same(principal(new X500Name("O=Test+CN=Root")), principal(new X500Name("CN=root+O=test"))))
                .isTrue();
    }

    @Test
    void commonNames_areThoseOfEveryPart_asTheyAreWritten() {
        X500Principal name = principal(new X500NameBuilder()
                .addRDN(BCStyle.CN, new DERUTF8String("First Root"))
                .addRDN(BCStyle.O, new DERUTF8String("Example"))
                .addMultiValuedRDN(new AttributeTypeAndValue[] {
                    new AttributeTypeAndValue(BCStyle.OU, new DERUTF8String("Operations")),
                    new AttributeTypeAndValue(BCStyle.CN, new DERPrintableString("second"))
                })
                .addRDN(BCStyle.CN, new ASN1Integer(1))
                .build());

        assertThat(Names.commonNames(name)).containsExactly("First Root", "second");
        assertThat(Names.commonNames(principal(new X500Name("O=Example")))).isEmpty();
    }

    @Test
    void isWithin_valueThatIsNoText_isComparedAsItIs() {
        X500Name base =
                new X500NameBuilder().addRDN(BCStyle.O, new ASN1Integer(1)).build();
        X500Name other =
                new X500NameBuilder().addRDN(BCStyle.O, new ASN1Integer(2)).build();

        assertThat(Names.isWithin(base, base, true)).isTrue();
        assertThat(Names.isWithin(other, base, true)).isFalse();
    }
}
