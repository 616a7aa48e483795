package io.valkeysecure.testkit.junit;

import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Asks for what a test needs, by the type of the field: {@link TlsMaterial} for a CA and a client certificate,
 * {@link ValkeyServer}, {@link ValkeyCluster} or {@link ValkeySentinels} for real servers that speak TLS only and
 * require that client certificate, {@link HostilePeer} for a server that misbehaves. All fields of a test class share
 * one CA. A static field lives as long as the class, another one as long as a test.
 *
 * <pre>{@code
 * class StoreTest {
 *     @ValkeyTls
 *     static TlsMaterial material;
 *
 *     @ValkeyTls(user = "app", password = "correct-horse-battery")
 *     static ValkeyServer server;
 *
 *     @ValkeyTls(peer = "staysSilent")
 *     static HostilePeer silent;
 * }
 * }</pre>
 *
 * <p>Needs JUnit Jupiter 5.8 or newer. A field that is final, of another type, or has an option that does not fit its
 * type, is an {@link org.junit.jupiter.api.extension.ExtensionConfigurationException}.
 */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ValkeyTlsExtension.class)
@SuppressWarnings("exports") // JUnit alone makes the extension
public @interface ValkeyTls {
    /** {@return the ACL user of the servers, together with {@link #password()}; by default the default user} */
    String user() default "";

    /** {@return the password of the {@link #user()}} */
    String password() default "";

    /** {@return lines of {@code valkey.conf} for the servers, such as {@code "maxmemory 64mb"}; by default none} */
    String[] config() default {};

    /** {@return for a {@link HostilePeer}, the name of the method that makes it, such as {@code staysSilent}} */
    String peer() default "";
}
