package io.valkeysecure.rewrite;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.MethodCall;

/**
 * TLS settings of {@code ClientOptions} and {@code DefaultJedisClientConfig}. They are left out, and what is built
 * becomes options or a configuration of this library, so that a client that was not moved cannot use it without TLS.
 */
final class TlsSettings implements Move {
    private static final String OPTIONS = "io.lettuce.core.ClientOptions";
    private static final String CLUSTER_OPTIONS = "io.lettuce.core.cluster.ClusterClientOptions";
    private static final Set<String> OF_JEDIS =
            Set.of("ssl", "sslSocketFactory", "sslParameters", "sslOptions", "hostnameVerifier");
    private static final Map<String, Set<String>> SETTINGS =
            Map.of(Code.DEFAULT_CONFIG, OF_JEDIS, OPTIONS, Set.of("sslOptions"), CLUSTER_OPTIONS, Set.of("sslOptions"));

    @Override
    public @Nullable Expression of(MethodCall call, Site site) {
        if (!(call instanceof J.MethodInvocation last) || !last.getSimpleName().equals("build")) {
            return null;
        }
        String built = Code.classOf(last.getType());
        Set<String> settings = SETTINGS.get(built);
        Chain chain = new Chain(last);
        if (settings == null
                || chain.named(settings).isEmpty()
                || !chain.beginsWith(built + "#builder")
                || !fits(site.at(), built)) {
            return null;
        }
        Expression without = chain.without(link -> settings.contains(link.getSimpleName()), chain.first());
        return built.equals(Code.DEFAULT_CONFIG)
                ? site.code().clientConfig(site.tls(), without)
                : site.code().callStatic(Code.LETTUCE, "clientOptions", built, site.tls(), without);
    }

    /** {@return whether the place of a {@code DefaultJedisClientConfig} takes a {@code JedisClientConfig}, too} */
    private static boolean fits(Cursor at, String built) {
        if (!built.equals(Code.DEFAULT_CONFIG)) {
            return true;
        }
        Object around = at.getParentTreeCursor().getValue();
        if (around instanceof MethodCall call) {
            return !Move.parameters(call).contains(Code.DEFAULT_CONFIG);
        }
        if (around instanceof J.Assignment assignment) {
            return !isDefault(assignment.getVariable().getType());
        }
        if (around instanceof J.Return || around instanceof J.Lambda) {
            J.MethodDeclaration method = at.firstEnclosing(J.MethodDeclaration.class);
            return method == null || !isDefault(method.getType());
        }
        return around instanceof J.Block || around instanceof J.VariableDeclarations.NamedVariable;
    }

    private static boolean isDefault(@Nullable JavaType type) {
        return Code.classOf(type).equals(Code.DEFAULT_CONFIG);
    }
}
