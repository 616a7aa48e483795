package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;

/**
 * What the arguments of a constructor of Jedis mean. Jedis has some hundred of them, whose parameters follow one order:
 * pool configuration, server, timeouts, user, password, database, name of the client, TLS.
 */
final class JedisArguments {
    private static final String TEXT = "java.lang.String";
    private static final String POOL = "org.apache.commons.pool2.impl.GenericObjectPoolConfig";
    private static final List<String> TLS_TYPES =
            List.of("javax.net.ssl.SSLSocketFactory", "javax.net.ssl.SSLParameters", "javax.net.ssl.HostnameVerifier");
    private static final List<List<String>> TIMEOUTS = List.of(
            List.of(),
            List.of("timeoutMillis"),
            List.of("connectionTimeoutMillis", "socketTimeoutMillis"),
            List.of("connectionTimeoutMillis", "socketTimeoutMillis", "blockingSocketTimeoutMillis"));

    private final List<String> types;
    private final List<Expression> given;
    private final Code code;
    private int next;

    /** The servers: an address, a set of addresses, or a URI. */
    @Nullable
    Expression servers;

    @Nullable
    Expression uri;

    @Nullable
    Expression poolConfig;

    @Nullable
    Expression config;

    @Nullable
    Expression attempts;

    /** The calls of the builder of a configuration. */
    final List<Setting> settings = new ArrayList<>();

    /** One call of a builder. */
    record Setting(String name, Expression value) {}

    private JedisArguments(MethodCall call, Code code) {
        this.types = Move.parameters(call);
        this.given = Move.arguments(call);
        this.code = code;
    }

    /** {@return the arguments of a client or pool of one server; null if one is not understood} */
    static @Nullable JedisArguments ofServer(MethodCall call, Code code) {
        JedisArguments read = new JedisArguments(call, code);
        return read.complete() && read.readServer() && read.readSettings(false) ? read : null;
    }

    /** {@return the arguments of a cluster client; null if one is not understood} */
    static @Nullable JedisArguments ofCluster(MethodCall call, Code code) {
        JedisArguments read = new JedisArguments(call, code);
        if (!read.complete() || (!read.is("java.util.Set") && !read.is(Code.HOST_AND_PORT))) {
            return null;
        }
        boolean one = read.is(Code.HOST_AND_PORT);
        Expression nodes = read.take();
        read.servers = one ? code.callStatic("java.util.Set", "of", "java.util.Set", nodes) : nodes;
        return read.readSettings(true) ? read : null;
    }

    /** {@return the arguments of a sentinel pool after the name of the primary; null if one is not understood} */
    static @Nullable JedisArguments ofSentinels(MethodCall call, Code code) {
        JedisArguments read = new JedisArguments(call, code);
        if (!read.complete() || read.types.size() < 2 || !read.types.get(1).equals("java.util.Set")) {
            return null;
        }
        read.next = 1;
        read.servers = read.take();
        return read.readSettings(false) ? read : null;
    }

    private boolean complete() {
        return types.size() == given.size();
    }

    private boolean is(String type) {
        return next < types.size() && types.get(next).equals(type);
    }

    private Expression take() {
        return given.get(next++);
    }

    private boolean readServer() {
        readPoolConfig();
        if (next == types.size()) {
            servers = code.hostAndPort(Code.text("localhost"), Code.number(6379));
        } else if (is(TEXT)) {
            Expression text = take();
            if (is("int")) {
                servers = code.hostAndPort(text, take());
            } else if (text instanceof J.Literal literal
                    && !String.valueOf(literal.getValue()).contains("://")) {
                servers = code.hostAndPort(text, Code.number(6379));
            } else {
                uri = text;
            }
        } else if (is("java.net.URI")) {
            uri = take();
        } else if (is(Code.HOST_AND_PORT)) {
            servers = take();
        } else {
            return false;
        }
        return true;
    }

    private void readPoolConfig() {
        if (is(POOL)) {
            poolConfig = take();
        }
    }

    private boolean readSettings(boolean cluster) {
        readPoolConfig();
        List<Expression> numbers = takeAll("int"::equals);
        if (cluster && numbers.size() > 1) {
            attempts = numbers.remove(numbers.size() - 1);
        }
        if (numbers.size() >= TIMEOUTS.size()) {
            return false;
        }
        List<String> names = TIMEOUTS.get(numbers.size());
        for (int i = 0; i < names.size(); i++) {
            settings.add(new Setting(names.get(i), numbers.get(i)));
        }
        if (is(Code.CONFIG)) {
            config = take();
        }
        readLogin(cluster && !numbers.isEmpty());
        if (cluster && config != null && is("int")) {
            attempts = take();
        }
        readPoolConfig();
        if (is("boolean")) {
            next++;
        }
        takeAll(TLS_TYPES::contains);
        return next == types.size() && (config == null || settings.isEmpty());
    }

    private void readLogin(boolean nameWithoutUser) {
        List<Expression> texts = takeAll(TEXT::equals);
        if (texts.size() == 3 || (texts.size() == 2 && !nameWithoutUser)) {
            addUnlessNull("user", texts.remove(0));
        }
        if (!texts.isEmpty()) {
            addUnlessNull("password", texts.remove(0));
        }
        if (is("int") && config == null) {
            addUnlessNull("database", take());
            texts.addAll(takeAll(TEXT::equals));
        }
        if (texts.size() == 1) {
            addUnlessNull("clientName", texts.remove(0));
        }
        if (!texts.isEmpty()) {
            next = Integer.MAX_VALUE;
        }
    }

    private List<Expression> takeAll(Predicate<String> type) {
        List<Expression> taken = new ArrayList<>();
        while (next < types.size() && type.test(types.get(next))) {
            taken.add(take());
        }
        return taken;
    }

    private void addUnlessNull(String name, Expression value) {
        if (!Code.isNull(value)) {
            settings.add(new Setting(name, value));
        }
    }

    /** {@return the configuration without TLS} */
    Expression configuration(Expression... ofUri) {
        if (config != null) {
            return config;
        }
        String builder = Code.DEFAULT_CONFIG + "$Builder";
        Expression chain = code.configBuilder(ofUri);
        for (Setting setting : settings) {
            chain = Code.call(chain, builder, setting.name(), builder, setting.value());
        }
        return Code.call(chain, builder, "build", Code.DEFAULT_CONFIG);
    }
}
