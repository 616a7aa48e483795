package io.valkeysecure.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.MethodCall;
import org.openrewrite.java.tree.TypeUtils;

/** Puts a comment before each raw use that was not moved. */
final class MarkRawUses extends Recipe {
    private static final String CONFIGURATION =
            "this connection is guarded only if its configuration is; write SecureJedis.clientConfig(tls, config)";
    private static final String FACTORY = "this connection is guarded only if its factory is; write"
            + " SecureJedis.jedisFactory(..) or connectionFactory(..) with SecureJedis.poolConfig(tls, poolConfig)";
    private static final String SPRING = "Spring opens these connections; remove this bean and add"
            + " valkey-secure-spring-boot-starter, or give it options and resources of SecureLettuce";
    private static final List<String> FACTORIES =
            List.of("org.apache.commons.pool2.PooledObjectFactory", "redis.clients.jedis.JedisSocketFactory");
    private static final List<String> SPRINGS = List.of(
            "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory#<init>",
            "org.springframework.data.redis.connection.jedis.JedisConnectionFactory#<init>");

    @Override
    public String getDisplayName() {
        return "Mark raw connections";
    }

    @Override
    public String getDescription() {
        return "Puts a comment before each raw connection that was not moved.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Marker();
    }

    private static final class Marker extends JavaVisitor<ExecutionContext> {
        private final RawUses raw = new RawUses();

        @Override
        public J visitMethodInvocation(J.MethodInvocation call, ExecutionContext context) {
            return marked(super.visitMethodInvocation(call, context), ofCall(call, call.getMethodType()));
        }

        @Override
        public J visitNewClass(J.NewClass made, ExecutionContext context) {
            return marked(super.visitNewClass(made, context), ofCall(made, ofSuperclass(made)));
        }

        private @Nullable String ofCall(MethodCall call, JavaType.@Nullable Method method) {
            boolean byUri = Move.parameters(call).contains("java.net.URI"); // Jedis then asks no configuration for TLS
            if ((JedisConfigurations.anyIsGuarded(call, getCursor()) && !byUri) || isOfOurs(call)) {
                return null;
            }
            if (SPRINGS.contains(Move.target(call))) {
                return hasGuardedResources() ? null : SPRING;
            }
            String message = raw.messageOf(method);
            if (message != null) {
                return Scope.tls(getCursor()) == null ? message + "; no SecureTls is in scope here" : message;
            }
            if (JedisConfigurations.isUnguarded(call, getCursor())) {
                return CONFIGURATION;
            }
            return call instanceof J.NewClass
                            && Move.target(call).startsWith("redis.clients.jedis.")
                            && Move.parameters(call).stream().anyMatch(FACTORIES::contains)
                    ? FACTORY
                    : null;
        }

        private boolean hasGuardedResources() {
            return getCursor().firstEnclosingOrThrow(J.CompilationUnit.class).getTypesInUse().getUsedMethods().stream()
                    .anyMatch(method -> method.getName().equals("resources")
                            && Code.classOf(method.getDeclaringType()).equals(Code.LETTUCE));
        }

        /** {@return whether the call goes on with a builder of this library, which may have the type of Jedis' own} */
        private static boolean isOfOurs(MethodCall call) {
            return call instanceof J.MethodInvocation link
                    && link.getSelect() != null
                    && Move.target(new Chain(link).first()).startsWith("io.valkeysecure.");
        }

        /** The constructor of an anonymous class is that of the class which it extends. */
        private static JavaType.@Nullable Method ofSuperclass(J.NewClass made) {
            JavaType.Method constructor = made.getConstructorType();
            JavaType.FullyQualified named = made.getClazz() == null
                    ? null
                    : TypeUtils.asFullyQualified(made.getClazz().getType());
            return made.getBody() == null || constructor == null || named == null
                    ? constructor
                    : constructor.withDeclaringType(named);
        }

        @Override
        public J visitMemberReference(J.MemberReference reference, ExecutionContext context) {
            JavaType.Method method = reference.getMethodType();
            String message = raw.messageOf(method);
            boolean configured = method != null
                    && method.isConstructor()
                    && Code.classOf(method.getDeclaringType()).startsWith("redis.clients.jedis.")
                    && Move.parameters(reference).contains(Code.CONFIG);
            return marked(
                    super.visitMemberReference(reference, context),
                    message == null && configured ? CONFIGURATION : message);
        }

        @Override
        public J visitFieldAccess(J.FieldAccess access, ExecutionContext context) {
            return marked(
                    super.visitFieldAccess(access, context),
                    raw.messageOf(access.getName().getFieldType()));
        }

        @Override
        public J visitIdentifier(J.Identifier name, ExecutionContext context) {
            boolean imported = !(getCursor().getParentTreeCursor().getValue() instanceof J.FieldAccess);
            J visited = super.visitIdentifier(name, context);
            return imported ? marked(visited, raw.messageOf(name.getFieldType())) : visited;
        }

        private J marked(J use, @Nullable String why) {
            if (why == null || Marks.isMarked(use, getCursor()) || Marks.says(use, why, getCursor())) {
                return use;
            }
            return Marks.mark(use, why);
        }
    }
}
