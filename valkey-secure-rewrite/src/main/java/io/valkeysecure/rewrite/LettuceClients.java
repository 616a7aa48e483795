package io.valkeysecure.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.MethodCall;

/** {@code RedisClient.create(..)} and {@code RedisClusterClient.create(..)} of Lettuce. */
final class LettuceClients implements Move {
    private static final String URI = "io.lettuce.core.RedisURI";
    private static final String TEXT = "java.lang.String";
    private static final String RESOURCES = "io.lettuce.core.resource.ClientResources";
    private static final String BUILDER = "io.valkeysecure.lettuce.SecureClientBuilder";
    private static final String CLUSTER_BUILDER = "io.valkeysecure.lettuce.SecureClusterClientBuilder";
    private static final String CLIENT = "io.lettuce.core.RedisClient";
    private static final String CLUSTER_CLIENT = "io.lettuce.core.cluster.RedisClusterClient";

    @Override
    public @Nullable Expression of(MethodCall call, Site site) {
        return switch (Move.target(call)) {
            case CLIENT + "#create" -> client(Move.parameters(call), Move.arguments(call), site);
            case CLUSTER_CLIENT + "#create" -> clusterClient(Move.parameters(call), Move.arguments(call), site);
            default -> null;
        };
    }

    private static @Nullable Expression client(List<String> types, List<Expression> given, Site site) {
        Code code = site.code();
        if (types.equals(List.of(TEXT)) || types.equals(List.of(URI))) {
            return code.callStatic(Code.LETTUCE, "client", CLIENT, site.tls(), given.get(0));
        }
        if (types.equals(List.of(RESOURCES, TEXT)) || types.equals(List.of(RESOURCES, URI))) {
            Expression uri = types.get(1).equals(URI) ? given.get(1) : redisUri(given.get(1), code);
            Expression builder = code.callStatic(Code.LETTUCE, "clientBuilder", BUILDER, site.tls(), uri);
            return built(builder, BUILDER, given.get(0), CLIENT);
        }
        return null;
    }

    private static @Nullable Expression clusterClient(List<String> types, List<Expression> given, Site site) {
        Code code = site.code();
        if (types.equals(List.of(TEXT)) || types.equals(List.of(URI))) {
            return code.callStatic(Code.LETTUCE, "clusterClient", CLUSTER_CLIENT, site.tls(), given.get(0));
        }
        if (types.equals(List.of("java.lang.Iterable"))) {
            Expression builder =
                    code.callStatic(Code.LETTUCE, "clusterClientBuilder", CLUSTER_BUILDER, site.tls(), given.get(0));
            return Code.call(builder, CLUSTER_BUILDER, "build", CLUSTER_CLIENT);
        }
        if (types.size() == 2 && types.get(0).equals(RESOURCES) && !types.get(1).equals(TEXT)) {
            Expression seeds = types.get(1).equals(URI)
                    ? code.callStatic("java.util.List", "of", "java.util.List", given.get(1))
                    : given.get(1);
            Expression builder =
                    code.callStatic(Code.LETTUCE, "clusterClientBuilder", CLUSTER_BUILDER, site.tls(), seeds);
            return built(builder, CLUSTER_BUILDER, given.get(0), CLUSTER_CLIENT);
        }
        return null;
    }

    private static Expression redisUri(Expression text, Code code) {
        return code.callStatic(URI, "create", URI, text);
    }

    private static Expression built(Expression builder, String type, Expression resources, String client) {
        return Code.call(Code.call(builder, type, "resources", type, resources), type, "build", client);
    }
}
