package io.valkeysecure.jedis.internal;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.RedisCredentials;

/**
 * Random text in place of the user name and the password of one login. Jedis writes the login into an empty buffer, so
 * a placeholder arrives in one piece. A placeholder that is split would be sent unchanged, and the server would refuse
 * the login.
 */
final class Placeholders {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 16;

    private final RedisCredentials real;
    private final @Nullable String user;
    private final String password = randomText();
    private boolean replaced;

    Placeholders(RedisCredentials real) {
        this.real = real;
        this.user = real.getUser() == null ? null : randomText();
    }

    private static String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    RedisCredentials credentials() {
        return new DefaultRedisCredentials(user, password);
    }

    boolean areReplaced() {
        return replaced;
    }

    /** Returns RESP with the credentials in it. The given bytes may be overwritten. */
    byte[] replacedIn(byte[] resp) {
        byte[] withUser = user == null ? resp : replace(resp, user, encoded(CharBuffer.wrap(real.getUser())));
        char[] secret = real.getPassword();
        if (secret == null) {
            return withUser; // its provider has cleared it
        }
        byte[] withBoth = replace(withUser, password, encoded(CharBuffer.wrap(secret)));
        replaced |= withBoth != withUser;
        return withBoth;
    }

    private static byte[] encoded(CharBuffer text) {
        ByteBuffer buffer = StandardCharsets.UTF_8.encode(text);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        buffer.clear();
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        return bytes;
    }

    /** Replaces a bulk string and its length prefix. */
    private static byte[] replace(byte[] resp, String placeholder, byte[] secret) {
        byte[] bulk = ("$" + placeholder.length() + "\r\n" + placeholder + "\r\n").getBytes(StandardCharsets.US_ASCII);
        int at = indexOf(resp, bulk);
        if (at < 0) {
            Arrays.fill(secret, (byte) 0);
            return resp;
        }
        byte[] length = ("$" + secret.length + "\r\n").getBytes(StandardCharsets.US_ASCII);
        int rest = at + bulk.length - 2; // the end of line stays
        ByteBuffer result = ByteBuffer.allocate(at + length.length + secret.length + resp.length - rest);
        result.put(resp, 0, at).put(length).put(secret).put(resp, rest, resp.length - rest);
        Arrays.fill(secret, (byte) 0);
        Arrays.fill(resp, (byte) 0);
        return result.array();
    }

    private static int indexOf(byte[] bytes, byte[] sought) {
        for (int at = 0; at + sought.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
                return at;
            }
        }
        return -1;
    }
}
