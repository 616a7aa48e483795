package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.Passwords;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final String SHA_256_OF_PASSWORD =
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

    @Test
    void password_shortOrCommonOrOfFewCharacters_isWeak() {
        assertThat(Passwords.weakness("Foobared")).contains("is a common password");
        assertThat(Passwords.weakness("x7Kq-93bZ_p2Lm")).contains("has 14 characters, expected 15 or more");
        assertThat(Passwords.weakness("abababababababababab")).contains("has fewer than 5 different characters");
        assertThat(Passwords.weakness("x7Kq-93bZ_p2Lmw")).isEmpty();
    }

    @Test
    void digest_ofACommonPassword_isKnown() {
        assertThat(Passwords.isCommon(SHA_256_OF_PASSWORD, "x")).isTrue();
        assertThat(Passwords.isCommon(SHA_256_OF_PASSWORD.replace('5', '6'), "x"))
                .isFalse();
    }
}
