package io.valkeysecure.rewrite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;

/** Writes {@code rediss://} for {@code redis://} in a file that sets up TLS: the raw client connected without it. */
final class TlsScheme extends Recipe {
    private static final List<String> PLAIN = List.of("redis://", "redis-sentinel://");
    private static final Set<String> SWITCHES =
            Set.of("ssl", "withSsl", "setSsl", "useSsl", "withStartTls", "setStartTls");
    private static final Set<String> SETTINGS =
            Set.of("sslOptions", "sslSocketFactory", "sslParameters", "truststore", "trustManager", "keyManager");

    @Override
    public String getDisplayName() {
        return "Write rediss:// where TLS is configured";
    }

    @Override
    public String getDescription() {
        return "Replaces `redis://` in addresses of Lettuce and Jedis in files that set up TLS.";
    }

    /** {@return whether an argument of a call is an address without TLS} */
    static boolean isPlain(MethodCall call) {
        return Move.arguments(call).stream()
                .anyMatch(argument -> (argument instanceof J.Literal literal && isPlain(literal))
                        || (argument instanceof MethodCall inner && takesAddresses(inner) && isPlain(inner)));
    }

    private static boolean isPlain(J.Literal literal) {
        return PLAIN.stream().anyMatch(String.valueOf(literal.getValue())::startsWith);
    }

    private static boolean takesAddresses(MethodCall call) {
        String target = Move.target(call);
        return List.of("io.lettuce.core.", "redis.clients.jedis.", "io.valkeysecure.", "java.net.URI#").stream()
                .anyMatch(target::startsWith);
    }

    /** {@return whether the file sets up TLS for a client} */
    static boolean isConfigured(J.CompilationUnit unit) {
        AtomicBoolean found = new AtomicBoolean();
        new JavaIsoVisitor<AtomicBoolean>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, AtomicBoolean result) {
                String target = Move.target(call);
                boolean ofClient = target.startsWith("io.lettuce.core.")
                        || target.startsWith("redis.clients.jedis.")
                        || target.startsWith("org.springframework.data.redis.");
                boolean on = Move.arguments(call).stream()
                        .noneMatch(argument ->
                                argument instanceof J.Literal literal && Boolean.FALSE.equals(literal.getValue()));
                if (ofClient
                        && (SETTINGS.contains(call.getSimpleName())
                                || (on && SWITCHES.contains(call.getSimpleName())))) {
                    result.set(true);
                }
                return super.visitMethodInvocation(call, result);
            }

            @Override
            public J.NewClass visitNewClass(J.NewClass made, AtomicBoolean result) {
                if (Move.target(made).startsWith("redis.clients.jedis.")
                        && Move.parameters(made).contains("javax.net.ssl.SSLSocketFactory")
                        && Move.arguments(made).stream()
                                .anyMatch(given ->
                                        Code.classOf(given.getType()).equals("javax.net.ssl.SSLSocketFactory"))) {
                    result.set(true);
                }
                return super.visitNewClass(made, result);
            }
        }.visit(unit, found);
        return found.get();
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new JavaIsoVisitor<>() {
            private final Set<String> addresses = new HashSet<>();

            @Override
            public J.CompilationUnit visitCompilationUnit(J.CompilationUnit unit, ExecutionContext context) {
                if (!isConfigured(unit)) {
                    return unit;
                }
                addresses.clear();
                new VariablesOfAddresses().visit(unit, addresses);
                return super.visitCompilationUnit(unit, context);
            }

            @Override
            public J.Literal visitLiteral(J.Literal literal, ExecutionContext context) {
                if (!(literal.getValue() instanceof String text)
                        || literal.getValueSource() == null
                        || !isPlain(literal)
                        || !isAddress(getCursor())) {
                    return literal;
                }
                return literal.withValue(withTls(text)).withValueSource(withTls(literal.getValueSource()));
            }

            private boolean isAddress(Cursor at) {
                for (Cursor up = at.getParentTreeCursor(); !up.isRoot(); up = up.getParentTreeCursor()) {
                    if (up.getValue() instanceof MethodCall call && takesAddresses(call)) {
                        return true;
                    }
                    if (up.getValue() instanceof J.VariableDeclarations.NamedVariable variable) {
                        return addresses.contains(variable.getSimpleName());
                    }
                    if (!(up.getValue() instanceof J.Binary) && !(up.getValue() instanceof J.Parentheses<?>)) {
                        return false;
                    }
                }
                return false;
            }
        };
    }

    private static String withTls(String text) {
        return text.replaceFirst("redis(-sentinel)?://", "rediss$1://");
    }

    /** Collects the names of the variables that are given to a client as its address. */
    private static final class VariablesOfAddresses extends JavaIsoVisitor<Set<String>> {
        @Override
        public J.Identifier visitIdentifier(J.Identifier name, Set<String> found) {
            for (Cursor up = getCursor().getParentTreeCursor(); up.getValue() instanceof Expression; ) {
                if (up.getValue() instanceof MethodCall call && takesAddresses(call)) {
                    found.add(name.getSimpleName());
                }
                up = up.getParentTreeCursor();
            }
            return name;
        }
    }
}
