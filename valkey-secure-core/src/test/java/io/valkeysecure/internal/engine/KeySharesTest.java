package io.valkeysecure.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeySharesTest {
    private static final String HOST = "valkey.example";
    private static final int PORT = 6379;

    private final KeyShares shares = new KeyShares(List.of("x25519", "secp256r1"));

    @Test
    void isOneEnough_strangeServer_isFalse() {
        assertThat(shares.isOneEnough(HOST, PORT)).isFalse();
    }

    @Test
    void isOneEnough_serverThatAgreedOnX25519_isTrueForItAlone() {
        shares.groupNegotiated(HOST, PORT, "x25519");
        assertThat(shares.isOneEnough(HOST, PORT)).isTrue();
        assertThat(shares.isOneEnough(HOST, PORT + 1)).isFalse();
        assertThat(shares.isOneEnough("other.example", PORT)).isFalse();
    }

    @Test
    void isOneEnough_serverThatAgreedOnAnotherGroup_isFalse() {
        shares.groupNegotiated(HOST, PORT, "secp256r1");
        assertThat(shares.isOneEnough(HOST, PORT)).isFalse();
    }

    @Test
    void isOneEnough_serverThatOnceDidNotAnswer_isFalseEverAfter() {
        shares.groupNegotiated(HOST, PORT, "x25519");
        shares.noServerHello(HOST, PORT);
        shares.groupNegotiated(HOST, PORT, "x25519");
        assertThat(shares.isOneEnough(HOST, PORT)).isFalse();
    }

    /** It was offered all, so that is not why it did not answer. */
    @Test
    void isOneEnough_serverThatDidNotAnswerBeforeItAgreed_isTrue() {
        shares.noServerHello(HOST, PORT);
        shares.groupNegotiated(HOST, PORT, "x25519");
        assertThat(shares.isOneEnough(HOST, PORT)).isTrue();
    }

    @Test
    void isOneEnough_noChoiceOfGroups_isFalse() {
        KeyShares none = new KeyShares(List.of());
        none.groupNegotiated(HOST, PORT, "x25519");
        assertThat(none.isOneEnough(HOST, PORT)).isFalse();
    }

    /** The server may learn it, and would not be asked. */
    @Test
    void isOneEnough_hybridGroupIsOffered_isFalse() {
        KeyShares hybrid = new KeyShares(List.of("X25519MLKEM768", "x25519", "secp256r1"));
        hybrid.groupNegotiated(HOST, PORT, "x25519");
        assertThat(hybrid.isOneEnough(HOST, PORT)).isFalse();
    }
}
