package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Literal IPv4 and IPv6 addresses, as they are dialled and as they are shown. */
public final class IpLiteral {
    private IpLiteral() {}

    /**
     * Tells an address from a name.
     *
     * @param host what is dialled
     * @return true for an IPv4 or IPv6 literal
     */
    public static boolean isAddress(String host) {
        return parse(host) != null;
    }

    /** {@return the octets of a literal address, found without a name lookup; null if the host is none} */
    static byte @Nullable [] parse(String host) {
        int zone = host.indexOf('%');
        String text = zone < 0 ? host : host.substring(0, zone);
        return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text);
    }

    private static byte @Nullable [] parseIpv6(String text) {
        try {
            // a text with a colon is never looked up as a name
            return text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0)
                    ? ipv6(InetAddress.getByName(text).getAddress())
                    : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Undoes the conversion of an IPv4-mapped address to IPv4 by the JDK; in a certificate the two differ. */
    private static byte[] ipv6(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address, 0, mapped, 12, 4);
        return mapped;
    }

    private static byte @Nullable [] parseIpv4(String text) {
        if (text.isEmpty() || text.charAt(0) < '0' || text.charAt(0) > '9') {
            return null; // most hosts are names
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("[0-9]{1,3}") || Integer.parseInt(parts[i]) > 255) {
                return null;
            }
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    /** {@return an address for people; in hexadecimal if it has neither 4 nor 16 octets} */
    static String text(byte[] address) {
        if (address.length == 4 || address.length == 16) {
            try {
                return InetAddress.getByAddress(address).getHostAddress();
            } catch (UnknownHostException e) {
                // impossible: the length was checked
            }
        }
        return Printable.value(HexFormat.of().formatHex(address));
    }
}
