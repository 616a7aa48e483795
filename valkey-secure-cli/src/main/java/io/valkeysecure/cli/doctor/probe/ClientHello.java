package io.valkeysecure.cli.doctor.probe;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * A ClientHello of one version and of the suites and groups that are asked about: what JSSE would not offer.
 *
 * @param version 0x0300 for SSL 3.0 to 0x0304 for TLS 1.3; only this one is offered
 * @param suites the suites to choose from
 * @param groups the named groups to choose from
 * @param serverName for SNI
 */
public record ClientHello(int version, List<Integer> suites, List<Integer> groups, Optional<String> serverName) {
    static final int SSL_30 = 0x0300;
    static final int TLS_10 = 0x0301;
    static final int TLS_11 = 0x0302;
    public static final int TLS_12 = 0x0303;
    public static final int TLS_13 = 0x0304;

    static final int X25519 = 0x001d;
    static final int X25519_MLKEM768 = 0x11ec;
    /** X25519, P-256, P-384, P-521. */
    static final List<Integer> USUAL_GROUPS = List.of(X25519, 0x0017, 0x0018, 0x0019);

    private static final List<Integer> SIGNATURES = List.of(
            0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
            0x0601, 0x0203, 0x0201, 0x0301, 0x0303);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** One record, as it goes over the wire. */
    byte[] encoded() {
        byte[] handshake = vector(1, body(), 3);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(22);
        bytes.writeBytes(u16(Math.min(version, TLS_10)));
        bytes.writeBytes(vector(handshake, 2));
        return bytes.toByteArray();
    }

    private byte[] body() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(u16(Math.min(version, TLS_12)));
        body.writeBytes(random(32));
        body.writeBytes(vector(version == TLS_13 ? random(32) : new byte[0], 1));
        body.writeBytes(vector(u16s(suites), 2));
        body.writeBytes(version == TLS_13 ? new byte[] {1, 0} : new byte[] {2, 1, 0}); // DEFLATE, or none
        if (version > SSL_30) {
            body.writeBytes(vector(extensions(), 2));
        }
        return body.toByteArray();
    }

    private byte[] extensions() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        serverName.ifPresent(name -> {
            byte[] host = vector(name.getBytes(StandardCharsets.US_ASCII), 2);
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            entry.write(0);
            entry.writeBytes(host);
            all.writeBytes(extension(0, vector(entry.toByteArray(), 2)));
        });
        all.writeBytes(extension(10, vector(u16s(groups), 2)));
        all.writeBytes(extension(11, new byte[] {1, 0}));
        if (version >= TLS_12) {
            all.writeBytes(extension(13, vector(u16s(SIGNATURES), 2)));
        }
        if (version == TLS_13) {
            all.writeBytes(extension(43, vector(u16(TLS_13), 1)));
            all.writeBytes(extension(45, new byte[] {1, 1}));
            all.writeBytes(extension(51, vector(keyShares(), 2)));
        } else {
            all.writeBytes(extension(35, new byte[0]));
            all.writeBytes(extension(0xff01, new byte[] {0}));
        }
        return all.toByteArray();
    }

    /** Of X25519 only; for another group the server asks again, which is answer enough. */
    private byte[] keyShares() {
        if (!groups.contains(X25519)) {
            return new byte[0];
        }
        ByteArrayOutputStream share = new ByteArrayOutputStream();
        share.writeBytes(u16(X25519));
        share.writeBytes(vector(random(32), 2));
        return share.toByteArray();
    }

    private static byte[] extension(int type, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(u16(type));
        bytes.writeBytes(vector(content, 2));
        return bytes.toByteArray();
    }

    private static byte[] vector(int type, byte[] content, int lengthBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(type);
        bytes.writeBytes(vector(content, lengthBytes));
        return bytes.toByteArray();
    }

    private static byte[] vector(byte[] content, int lengthBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = lengthBytes - 1; i >= 0; i--) {
            bytes.write(content.length >>> (8 * i));
        }
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private static byte[] u16(int value) {
        return new byte[] {(byte) (value >>> 8), (byte) value};
    }

    private static byte[] u16s(List<Integer> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (int value : values) {
                out.writeShort(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory
        }
        return bytes.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static String versionName(int version) {
        return version == SSL_30 ? "SSLv3" : version == TLS_10 ? "TLSv1" : "TLSv1." + (version - TLS_10);
    }
}
