package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;

/** Constructors of Jedis' clients and pools that take no configuration, and the {@code create} methods of Jedis 8. */
final class JedisConstructors implements Move {
    private static final String PACKAGE = "redis.clients.jedis.";
    private static final String CLIENT = PACKAGE + "RedisClient";
    private static final String POOL = PACKAGE + "JedisPool";
    private static final String CLUSTER = PACKAGE + "JedisCluster";
    private static final String CLUSTER_CLIENT = PACKAGE + "RedisClusterClient";
    private static final String SENTINEL_POOL = "io.valkeysecure.jedis.SentinelPoolBuilder";
    private static final String POOL_CONFIG = "org.apache.commons.pool2.impl.GenericObjectPoolConfig";

    @Override
    public @Nullable Expression of(MethodCall call, Site site) {
        if (call instanceof J.NewClass made && made.getBody() != null) {
            return null;
        }
        Code code = site.code();
        return switch (Move.target(call)) {
            case POOL + "#<init>" -> pool(JedisArguments.ofServer(call, code), site);
            case PACKAGE + "Jedis#<init>", PACKAGE + "JedisPooled#<init>" ->
                connection(call, JedisArguments.ofServer(call, code), site);
            case CLIENT + "#create" -> client(JedisArguments.ofServer(call, code), site);
            case CLUSTER + "#<init>" -> cluster(JedisArguments.ofCluster(call, code), site);
            case CLUSTER_CLIENT + "#create" -> clusterClient(JedisArguments.ofCluster(call, code), site);
            case PACKAGE + "JedisSentinelPool#<init>" ->
                sentinelPool(Move.arguments(call).get(0), JedisArguments.ofSentinels(call, code), site);
            default -> null;
        };
    }

    private static @Nullable Expression pool(@Nullable JedisArguments read, Site site) {
        if (read == null || (read.config != null && !JedisConfigurations.mayBeGuarded(read.config, site))) {
            return null;
        }
        if (read.uri != null && isText(read.uri) && read.settings.isEmpty() && read.poolConfig == null) {
            return site.code().callStatic(Code.JEDIS, "pool", POOL, site.tls(), read.uri);
        }
        List<Expression> arguments = new ArrayList<>(List.of(site.tls(), server(read, site), config(read, site)));
        if (read.poolConfig != null) {
            arguments.add(read.poolConfig);
        }
        return site.code().callStatic(Code.JEDIS, "pool", POOL, arguments.toArray(Expression[]::new));
    }

    private static @Nullable Expression client(@Nullable JedisArguments read, Site site) {
        if (read == null || read.config != null) {
            return null;
        }
        boolean plain = read.uri != null && isText(read.uri) && read.settings.isEmpty();
        String builder = CLIENT + "$Builder";
        Expression made = plain && read.uri != null
                ? site.code().callStatic(Code.JEDIS, "client", builder, site.tls(), read.uri)
                : site.code()
                        .callStatic(Code.JEDIS, "client", builder, site.tls(), server(read, site), config(read, site));
        return Code.call(made, builder, "build", CLIENT);
    }

    /** A constructor that takes a configuration: the type of the variable stays. */
    private static @Nullable Expression connection(MethodCall call, @Nullable JedisArguments read, Site site) {
        if (read == null || (read.config != null && read.uri == null)) {
            return null;
        }
        if (read.config != null) {
            site.notes()
                    .add("Jedis took login and database from the URI, and so does this;"
                            + " the timeouts and the client name of the configuration are left out");
            read.config = null;
        }
        Expression config = config(read, site);
        boolean secured = config instanceof J.MethodInvocation made && JedisConfigurations.isOurs(made);
        List<Expression> arguments = new ArrayList<>(
                List.of(server(read, site), secured ? config : site.code().clientConfig(site.tls(), config)));
        if (read.poolConfig != null) {
            arguments.add(poolConfig(read.poolConfig, site));
        }
        String type = Move.target(call).replace("#<init>", "");
        return site.code().make(type, arguments.toArray(Expression[]::new));
    }

    private static @Nullable Expression cluster(@Nullable JedisArguments read, Site site) {
        if (read == null || read.config != null || read.servers == null) {
            return null;
        }
        Code code = site.code();
        List<Expression> arguments =
                new ArrayList<>(List.of(read.servers, code.clientConfig(site.tls(), config(read, site))));
        if (read.poolConfig != null || read.attempts != null) {
            arguments.add(read.attempts == null ? Code.number(5) : read.attempts);
        }
        if (read.poolConfig != null) {
            arguments.add(poolConfig(read.poolConfig, site));
        }
        return code.make(CLUSTER, arguments.toArray(Expression[]::new));
    }

    private static @Nullable Expression clusterClient(@Nullable JedisArguments read, Site site) {
        if (read == null || read.servers == null || read.attempts != null || read.poolConfig != null) {
            return null;
        }
        String builder = CLUSTER_CLIENT + "$Builder";
        Expression made = site.code().callStatic(Code.JEDIS, "clusterClient", builder, site.tls(), config(read, site));
        return Code.call(Code.call(made, builder, "nodes", builder, read.servers), builder, "build", CLUSTER_CLIENT);
    }

    private static @Nullable Expression sentinelPool(Expression name, @Nullable JedisArguments read, Site site) {
        if (read == null || read.servers == null || read.config != null) {
            return null;
        }
        Expression made = site.code().callStatic(Code.JEDIS, "sentinelPool", SENTINEL_POOL, site.tls());
        made = with(made, "masterName", name);
        made = with(made, "sentinels", addresses(read.servers, site.code()));
        if (!read.settings.isEmpty()) {
            made = with(made, "clientConfig", read.configuration());
        }
        if (read.poolConfig != null) {
            made = with(made, "poolConfig", read.poolConfig);
        }
        return Code.call(made, SENTINEL_POOL, "build", PACKAGE + "JedisSentinelPool");
    }

    private static Expression with(Expression builder, String name, Expression value) {
        return Code.call(builder, SENTINEL_POOL, name, SENTINEL_POOL, value);
    }

    /** {@return the addresses of a set of texts} */
    private static Expression addresses(Expression texts, Code code) {
        if (texts instanceof J.MethodInvocation set && Move.target(set).equals("java.util.Set#of")) {
            List<Expression> each = Move.arguments(set).stream()
                    .map(text -> (Expression) code.callStatic(Code.HOST_AND_PORT, "from", Code.HOST_AND_PORT, text))
                    .toList();
            return code.callStatic("java.util.Set", "of", "java.util.Set", each.toArray(Expression[]::new));
        }
        String stream = "java.util.stream.Stream";
        Expression mapped = Code.call(
                Code.call(texts, "java.util.Set", "stream", stream),
                stream,
                "map",
                stream,
                code.reference(Code.HOST_AND_PORT, "from"));
        String collectors = "java.util.stream.Collectors";
        return Code.call(mapped, stream, "collect", "java.util.Set", code.callStatic(collectors, "toSet", collectors));
    }

    private static Expression poolConfig(Expression config, Site site) {
        return site.code().callStatic(Code.JEDIS, "poolConfig", POOL_CONFIG, site.tls(), config);
    }

    private static Expression server(JedisArguments read, Site site) {
        if (read.servers != null) {
            return read.servers;
        }
        Expression uri = uri(read);
        return site.code().callStatic(Code.JEDIS, "hostAndPort", Code.HOST_AND_PORT, uri);
    }

    private static Expression config(JedisArguments read, Site site) {
        if (read.uri == null) {
            return read.configuration();
        }
        if (read.settings.isEmpty()) {
            return site.code().clientConfig(site.tls(), read.uri);
        }
        Expression uri = isText(read.uri)
                ? site.code().callStatic("java.net.URI", "create", "java.net.URI", read.uri)
                : read.uri;
        return read.configuration(uri);
    }

    private static Expression uri(JedisArguments read) {
        if (read.uri == null) {
            throw new IllegalStateException("expected a server or a URI, found neither");
        }
        return read.uri;
    }

    private static boolean isText(Expression uri) {
        return Code.classOf(uri.getType()).equals("java.lang.String") || uri instanceof J.Literal;
    }
}
