package io.valkeysecure.rewrite;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;

/** The builders of Jedis 7.4 and 8. */
final class JedisBuilders implements Move {
    private static final String CLIENT = "redis.clients.jedis.RedisClient";
    private static final String CLUSTER = "redis.clients.jedis.RedisClusterClient";
    private static final String SENTINEL = "redis.clients.jedis.RedisSentinelClient";
    private static final Set<String> SERVER = Set.of("hostAndPort", "fromURI", "clientConfig");

    @Override
    public @Nullable Expression of(MethodCall call, Site site) {
        if (!(call instanceof J.MethodInvocation last)) {
            return null;
        }
        if (Move.target(last).equals(SENTINEL + "#builder")) {
            return site.code().callStatic(Code.JEDIS, "sentinelClient", SENTINEL + "$Builder", site.tls());
        }
        if (!last.getSimpleName().equals("build")) {
            return null;
        }
        Chain chain = new Chain(last);
        if (chain.beginsWith(CLIENT + "#builder")) {
            Expression beginning = client(chain, site);
            return beginning == null ? null : chain.without(link -> SERVER.contains(link.getSimpleName()), beginning);
        }
        if (chain.beginsWith(CLUSTER + "#builder")) {
            Expression beginning = site.code()
                    .callStatic(
                            Code.JEDIS, "clusterClient", CLUSTER + "$Builder", site.tls(), configuration(chain, site));
            return chain.without(link -> link.getSimpleName().equals("clientConfig"), beginning);
        }
        return null;
    }

    private static @Nullable Expression client(Chain chain, Site site) {
        J.MethodInvocation address = chain.only("hostAndPort");
        J.MethodInvocation uri = chain.only("fromURI");
        Code code = site.code();
        String builder = CLIENT + "$Builder";
        if (address != null && uri == null) {
            List<Expression> server = Move.arguments(address);
            Expression hostAndPort =
                    server.size() == 2 ? code.hostAndPort(server.get(0), server.get(1)) : server.get(0);
            return code.callStatic(Code.JEDIS, "client", builder, site.tls(), hostAndPort, configuration(chain, site));
        }
        if (uri == null || address != null || chain.only("clientConfig") != null) {
            return null;
        }
        Expression given = Move.arguments(uri).get(0);
        return Move.parameters(uri).contains("java.net.URI")
                ? code.callStatic(
                        Code.JEDIS,
                        "client",
                        builder,
                        site.tls(),
                        code.callStatic(Code.JEDIS, "hostAndPort", Code.HOST_AND_PORT, given),
                        code.clientConfig(site.tls(), given))
                : code.callStatic(Code.JEDIS, "client", builder, site.tls(), given);
    }

    /** {@return the configuration in the chain; one of Jedis' defaults if there is none} */
    private static Expression configuration(Chain chain, Site site) {
        J.MethodInvocation given = chain.only("clientConfig");
        if (given == null) {
            return Code.call(
                    site.code().configBuilder(), Code.DEFAULT_CONFIG + "$Builder", "build", Code.DEFAULT_CONFIG);
        }
        Expression config = Move.arguments(given).get(0);
        boolean wrapped = config instanceof J.MethodInvocation call && JedisConfigurations.isOurs(call);
        List<Expression> inside = wrapped ? Move.arguments((MethodCall) config) : List.of();
        return inside.size() == 2 && JedisConfigurations.isConfig(inside.get(1)) ? inside.get(1) : config;
    }
}
