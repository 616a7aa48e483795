package io.valkeysecure.testkit.junit;

import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts what {@link ValkeyTls} asks for, and closes it in reverse order. JUnit makes it for that annotation; the
 * package is open to JUnit for it.
 */
final class ValkeyTlsExtension implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ValkeyTlsExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        begin(context, context.getRequiredTestClass(), null);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        for (Object test : context.getRequiredTestInstances().getAllInstances()) {
            begin(context, test.getClass(), test);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        end(context);
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        end(context);
    }

    private static void begin(ExtensionContext context, Class<?> type, @Nullable Object test) throws Exception {
        List<Field> fields = AnnotationSupport.findAnnotatedFields(
                type, ValkeyTls.class, field -> Modifier.isStatic(field.getModifiers()) == (test == null));
        for (Field field : fields) {
            field.setAccessible(true);
            if (Modifier.isFinal(field.getModifiers())) {
                throw new ExtensionConfigurationException(field + " is final, expected a field that can be set");
            }
            field.set(test, make(context, field));
        }
    }

    private static Object make(ExtensionContext context, Field field) {
        ValkeyTls wanted = field.getAnnotation(ValkeyTls.class);
        Class<?> type = field.getType();
        boolean hostile = type == HostilePeer.class;
        if (hostile == wanted.peer().isEmpty()) {
            throw new ExtensionConfigurationException(field + ": peer names the kind of a HostilePeer; expected one of "
                    + peers() + " for such a field, and none for others");
        }
        boolean login = !wanted.user().isEmpty();
        if (login == wanted.password().isEmpty()
                || ((login || wanted.config().length > 0) && (hostile || type == TlsMaterial.class))) {
            throw new ExtensionConfigurationException(
                    field + ": user and password are given together, and they and config for Valkey servers only");
        }
        TlsMaterial material = material(context);
        if (type == TlsMaterial.class) {
            return material;
        }
        AutoCloseable started;
        if (hostile) {
            started = peer(field, wanted.peer());
        } else if (type == ValkeyServer.class) {
            ValkeyServer.Builder server = ValkeyServer.builder(material.issueServer(), material.ca());
            configure(field, wanted, server::user, server::config);
            started = server.start();
        } else if (type == ValkeyCluster.class) {
            ValkeyCluster.Builder cluster = ValkeyCluster.builder(material.issueServer(), material.ca());
            configure(field, wanted, cluster::user, cluster::config);
            started = cluster.start();
        } else if (type == ValkeySentinels.class) {
            ValkeySentinels.Builder sentinels = ValkeySentinels.builder(material.issueServer(), material.ca());
            configure(field, wanted, sentinels::user, sentinels::config);
            started = sentinels.start();
        } else {
            throw new ExtensionConfigurationException(
                    field + " is no field for @ValkeyTls, expected the type TlsMaterial, ValkeyServer, ValkeyCluster,"
                            + " ValkeySentinels or HostilePeer");
        }
        opened(context).push(started);
        return started;
    }

    private static void configure(
            Field field, ValkeyTls wanted, BiConsumer<String, String> user, BiConsumer<String, String> config) {
        if (!wanted.user().isEmpty()) {
            user.accept(wanted.user(), wanted.password());
        }
        for (String line : wanted.config()) {
            String[] parts = line.split(" ", 2);
            if (parts.length != 2) {
                throw new ExtensionConfigurationException(
                        field + ": expected the name of an option, a space and its value, was \"" + line + "\"");
            }
            config.accept(parts[0], parts[1]);
        }
    }

    private static HostilePeer peer(Field field, String name) {
        if (!peers().contains(name)) {
            throw new ExtensionConfigurationException(
                    field + ": there is no peer \"" + name + "\", expected one of " + peers());
        }
        try {
            return (HostilePeer) HostilePeer.class.getMethod(name).invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new ExtensionConfigurationException(field + ": the peer \"" + name + "\" cannot be started", e);
        }
    }

    private static List<String> peers() {
        return Arrays.stream(HostilePeer.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers())
                        && method.getParameterCount() == 0
                        && method.getReturnType() == HostilePeer.class)
                .map(Method::getName)
                .sorted()
                .toList();
    }

    /** The one of the class, if a static field brought the extension into play; else the one of this test. */
    private static TlsMaterial material(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        TlsMaterial material = store.get(TlsMaterial.class, TlsMaterial.class);
        if (material == null) {
            material = TlsMaterial.create();
            store.put(TlsMaterial.class, material);
            opened(context).push(material);
        }
        return material;
    }

    /** What was begun for this context, the last first. */
    @SuppressWarnings("unchecked")
    private static Deque<AutoCloseable> opened(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        Deque<AutoCloseable> opened = (Deque<AutoCloseable>) store.get(context.getUniqueId());
        if (opened == null) {
            opened = new ArrayDeque<>();
            store.put(context.getUniqueId(), opened);
        }
        return opened;
    }

    private static void end(ExtensionContext context) throws Exception {
        Deque<AutoCloseable> opened = opened(context);
        Exception failed = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                if (failed != null) {
                    e.addSuppressed(failed);
                }
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
