/** Valkey in containers that speak TLS only, for tests with Testcontainers. */
module io.valkeysecure.testcontainers {
    requires transitive io.valkeysecure;
    requires transitive io.valkeysecure.testkit;
    requires transitive testcontainers;
    requires com.github.dockerjava.api;
    requires static org.jspecify;

    exports io.valkeysecure.testcontainers;

    provides io.valkeysecure.testkit.internal.server.ServerRuntime with
            io.valkeysecure.testcontainers.internal.ContainerRuntime;
}
