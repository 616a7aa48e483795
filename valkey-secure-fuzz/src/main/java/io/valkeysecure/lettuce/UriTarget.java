package io.valkeysecure.lettuce;

import io.lettuce.core.RedisURI;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.fuzz.Draw;
import io.valkeysecure.fuzz.FuzzTarget;
import io.valkeysecure.fuzz.Pki;
import io.valkeysecure.fuzz.Properties;
import io.valkeysecure.jedis.SecureJedis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** URIs as both adapters read them: a message of a refusal shows nothing of the password, wherever it stands. */
public final class UriTarget implements FuzzTarget {
    private static final String SECRET = "s3cr3t";
    private static final List<String> SCHEMES = List.of(
            "rediss://",
            "valkeys://",
            "redis://",
            "rediss-sentinel://",
            "redis-socket://",
            "redis+tls://",
            "REDISS://",
            "",
            "x://");
    private static final List<String> HOSTS = List.of(
            "localhost:6379",
            "localhost",
            "[::1]:6379",
            "a_b:6379",
            "a:1,b:2",
            "[::1",
            "a:99999",
            "",
            "a:x",
            "127.0.0.1:6379");
    private static final List<String> ENDS = List.of(
            "",
            "/0",
            "/x",
            "?protocol=3",
            "?protocol=9",
            "?verifyPeer=NONE",
            "#0",
            "?a=%zz",
            "/0?timeout=1s#m",
            "?database=x");

    private final SecureTls tls = SecureTls.trusting(TrustAnchors.of(List.of(Pki.ROOT.certificate())))
            .withoutClientIdentity()
            .clock(Pki.CLOCK)
            .build();

    private final List<Function<String, Object>> readers = List.of(
            TlsUri::parse,
            TlsUri::parseSeeds,
            UriTarget::checked,
            uri -> SecureJedis.clientConfig(tls, uri),
            SecureJedis::hostAndPort);

    private static RedisURI checked(String text) {
        RedisURI uri = TlsUri.parse(text);
        TlsUri.requireVerifiedTls(uri);
        return uri;
    }

    /** Makes the target. */
    public UriTarget() {}

    @Override
    public String name() {
        return "uris";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int reader = 0; reader < readers.size(); reader++) {
            for (String junk : List.of("", "/", "#", "?", "@", ":", "%", "[", "\\", " ", ",", "&", "\n", "\u202e")) {
                byte[] octets = junk.getBytes(StandardCharsets.UTF_8);
                for (int where = 1; where < 4; where++) {
                    byte[] before = (where & 1) != 0 ? octets : new byte[0];
                    byte[] after = (where & 2) != 0 ? octets : new byte[0];
                    byte[] choices = {(byte) reader, 0, 0, (byte) (seeds.size() % ENDS.size()), (byte) before.length};
                    byte[] seed = Arrays.copyOf(choices, choices.length + before.length + after.length);
                    System.arraycopy(before, 0, seed, choices.length, before.length);
                    System.arraycopy(after, 0, seed, choices.length + before.length, after.length);
                    seeds.add(seed);
                }
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        Draw draw = new Draw(input);
        Function<String, Object> reader = draw.of(readers);
        String scheme = draw.of(SCHEMES);
        String host = draw.of(HOSTS);
        String end = draw.of(ENDS);
        String before = new String(draw.bytes(draw.octet()), StandardCharsets.UTF_8);
        String password = before + SECRET + draw.text();
        String uri = scheme + "app:" + password + "@" + host + end;
        try {
            Object unused = reader.apply(uri);
        } catch (IllegalArgumentException | TlsConfigurationException e) {
            Properties.requireFit(e, SECRET);
            Properties.requireShowable(String.valueOf(e.getMessage()), "a URI's refusal");
        }
    }
}
