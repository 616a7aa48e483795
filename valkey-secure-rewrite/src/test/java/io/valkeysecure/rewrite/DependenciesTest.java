package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The dependencies of modules that make clients. */
class DependenciesTest {
    private static final Path POM = Path.of("pom.xml");
    private static final String LETTUCE = "class A { Object a = io.lettuce.core.RedisClient.create(\"rediss://h\"); }";
    private static final String JEDIS = "class B { Object b = new redis.clients.jedis.JedisPool(\"h\", 1); }";
    private static final String NONE = "class C { redis.clients.jedis.Jedis c; }";
    private static final String WITHOUT = """
            <project>
              <artifactId>app</artifactId>
            </project>
            """;
    private static final String WITH = """
            <project>
              <artifactId>app</artifactId>
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>a</groupId>
                    <artifactId>a</artifactId>
                    <version>1</version>
                  </dependency>
                </dependencies>
              </dependencyManagement>
              <dependencies>
                <dependency>
                  <groupId>io.lettuce</groupId>
                  <artifactId>lettuce-core</artifactId>
                </dependency>
              </dependencies>
            </project>
            """;

    @Test
    void pom_clientsOfBothLibraries_getsTheBomAndBothAdapters() {
        Rewritten after = Rewritten.of(LETTUCE, JEDIS, WITHOUT);
        assertThat(after.files().get(POM)).isEqualTo("""
                <project>
                  <artifactId>app</artifactId>
                  <dependencies>
                    <dependency>
                      <groupId>io.valkeysecure</groupId>
                      <artifactId>valkey-secure-jedis</artifactId>
                    </dependency>
                    <dependency>
                      <groupId>io.valkeysecure</groupId>
                      <artifactId>valkey-secure-lettuce</artifactId>
                    </dependency>
                  </dependencies>
                  <dependencyManagement>
                    <dependencies>
                      <dependency>
                        <groupId>io.valkeysecure</groupId>
                        <artifactId>valkey-secure-bom</artifactId>
                        <version>%s</version>
                        <type>pom</type>
                        <scope>import</scope>
                      </dependency>
                    </dependencies>
                  </dependencyManagement>
                </project>
                """.formatted(AddDependencies.version()));
        assertThat(after.again().changed()).as("a second run").isEmpty();
    }

    /** Ours first, so that Maven takes the Netty that it is tested with. */
    @Test
    void pom_withDependencies_keepsThemBehindOurs() {
        Rewritten after = Rewritten.of(LETTUCE, WITH);
        assertThat(after.files().get(POM)).isEqualTo("""
                <project>
                  <artifactId>app</artifactId>
                  <dependencyManagement>
                    <dependencies>
                      <dependency>
                        <groupId>io.valkeysecure</groupId>
                        <artifactId>valkey-secure-bom</artifactId>
                        <version>%s</version>
                        <type>pom</type>
                        <scope>import</scope>
                      </dependency>
                      <dependency>
                        <groupId>a</groupId>
                        <artifactId>a</artifactId>
                        <version>1</version>
                      </dependency>
                    </dependencies>
                  </dependencyManagement>
                  <dependencies>
                    <dependency>
                      <groupId>io.valkeysecure</groupId>
                      <artifactId>valkey-secure-lettuce</artifactId>
                    </dependency>
                    <dependency>
                      <groupId>io.lettuce</groupId>
                      <artifactId>lettuce-core</artifactId>
                    </dependency>
                  </dependencies>
                </project>
                """.formatted(AddDependencies.version()));
        assertThat(after.again().changed()).as("a second run").isEmpty();
    }

    @Test
    void pom_noClientMade_isNotChanged() {
        assertThat(Rewritten.of(NONE, WITH).changed()).isEmpty();
    }
}
