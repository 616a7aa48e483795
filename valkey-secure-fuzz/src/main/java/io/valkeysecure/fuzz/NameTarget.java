package io.valkeysecure.fuzz;

import io.valkeysecure.Endpoint;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Endpoints, server identities and pins: made, or an {@link IllegalArgumentException} that can be shown. */
final class NameTarget implements FuzzTarget {
    private static final List<Function<String, Object>> MAKERS = List.of(
            text -> new Endpoint(text, 6379),
            ServerIdentity::host,
            ServerIdentity::anyOf,
            ServerIdentity::spiffeId,
            ServerIdentity::spiffeTrustDomain,
            SpkiPin::parse);

    @Override
    public String name() {
        return "names";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String text : List.of(
                "valkey.example.com",
                "*.example.com",
                "192.0.2.7",
                "[2001:db8::1]",
                "2001:db8::1%eth0",
                "xn--bcher-kva.example",
                "b\u00fccher.example",
                "spiffe://example.org/valkey",
                "example.org",
                "a\u202eb",
                "a\r\nb",
                "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "")) {
            for (int maker = 0; maker < MAKERS.size(); maker++) {
                seeds.add(Der.joined(new byte[] {(byte) maker}, text.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        Draw draw = new Draw(input);
        Function<String, Object> maker = draw.of(MAKERS);
        try {
            Object made = maker.apply(draw.text());
            Properties.requireShowable(made.toString(), made.getClass().getSimpleName() + ".toString");
        } catch (IllegalArgumentException e) {
            Properties.requireShowable(String.valueOf(e.getMessage()), Properties.site(e));
        }
    }
}
