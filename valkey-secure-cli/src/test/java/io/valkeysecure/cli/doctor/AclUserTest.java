package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AclUserTest {
    @Test
    void users_areReadAsTheServerTellsThem() {
        assertThat(user("user a on nopass ~* &* +@all").isAllPowerful()).isTrue();
        assertThat(user("user a on #00 ~* &* +@all -@admin -@dangerous +info +role")
                        .dangerous())
                .isEmpty();
        assertThat(user("user a on #00 ~* -@all +@read +keys +config|get").dangerous())
                .containsExactly("keys");
        assertThat(user("user a on #00 ~* +@all -flushall -flushdb").isAllPowerful())
                .isFalse();
        assertThat(user("user a on #00 resetchannels -@all (%R~x +@all)").isAllPowerful())
                .isTrue();
        assertThat(user("user a on #00 ~* -@all +@dangerous").dangerous()).contains("config", "flushall", "@dangerous");
        assertThat(user("user a on #00 ~* +@all -@admin -flushall").dangerous())
                .contains("@dangerous", "flushdb", "restore")
                .doesNotContain("flushall", "config");
        // as Redis 7.0 tells +@all -@admin -@dangerous +info +role
        assertThat(user("user a on #00 ~* &* +@all -@admin +role -sort -migrate -restore-asking -keys -restore"
                                + " -flushall -swapdb -sort_ro -flushdb")
                        .dangerous())
                .isEmpty();
        assertThat(AclUser.parse("nonsense")).isEmpty();
    }

    private static AclUser user(String line) {
        return AclUser.parse(line).orElseThrow();
    }
}
