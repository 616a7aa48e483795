package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.JavaTemplate;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TextComment;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.Markers;

/**
 * Moves raw clients of Lettuce and Jedis to valkey-secure where a {@code SecureTls} is in scope: a parameter, a local
 * variable or a field. Every other raw use gets a comment that begins with {@code valkey-secure:} and says what to
 * write. What is raw is told by the signature files of {@code valkey-secure-forbidden-apis}. Code that is guarded is
 * not changed, and a second run changes nothing.
 */
public final class MoveToValkeySecure extends Recipe {
    private static final String TLS = "io.valkeysecure.SecureTls";
    private static final String ANY_TLS = "#{any(" + TLS + ")}";
    private static final String MARK = " valkey-secure: ";

    /** By signature, what replaces a call; the first placeholder is the SecureTls, then the arguments follow. */
    private static final Map<String, String> MOVES = Map.of(
            "io.lettuce.core.RedisClient#create(java.lang.String)",
            "io.valkeysecure.lettuce.SecureLettuce.client(" + ANY_TLS + ", #{any(java.lang.String)})",
            "io.lettuce.core.RedisClient#create(io.lettuce.core.RedisURI)",
            "io.valkeysecure.lettuce.SecureLettuce.client(" + ANY_TLS + ", #{any(io.lettuce.core.RedisURI)})",
            "io.lettuce.core.cluster.RedisClusterClient#create(java.lang.String)",
            "io.valkeysecure.lettuce.SecureLettuce.clusterClient(" + ANY_TLS + ", #{any(java.lang.String)})",
            "io.lettuce.core.cluster.RedisClusterClient#create(io.lettuce.core.RedisURI)",
            "io.valkeysecure.lettuce.SecureLettuce.clusterClient(" + ANY_TLS + ", #{any(io.lettuce.core.RedisURI)})",
            "redis.clients.jedis.RedisClient#create(java.lang.String)",
            "io.valkeysecure.jedis.SecureJedis.client(" + ANY_TLS + ", #{any(java.lang.String)}).build()",
            "redis.clients.jedis.JedisPool#<init>(java.lang.String,int)",
            "io.valkeysecure.jedis.SecureJedis.pool(" + ANY_TLS
                    + ", new redis.clients.jedis.HostAndPort(#{any(java.lang.String)}, #{any(int)}),"
                    + " redis.clients.jedis.DefaultJedisClientConfig.builder().build())",
            "redis.clients.jedis.Jedis#<init>(java.lang.String,int)",
            "new redis.clients.jedis.Jedis(new redis.clients.jedis.HostAndPort(#{any(java.lang.String)}, #{any(int)}),"
                    + " io.valkeysecure.jedis.SecureJedis.clientConfig(" + ANY_TLS
                    + ", redis.clients.jedis.DefaultJedisClientConfig.builder().build()))");

    /** Makes the recipe. */
    public MoveToValkeySecure() {}

    @Override
    public String getDisplayName() {
        return "Move Lettuce and Jedis to valkey-secure";
    }

    @Override
    public String getDescription() {
        return "Replaces raw clients where a `SecureTls` is in scope, and marks the others with a comment.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Mover();
    }

    private static final class Mover extends JavaVisitor<ExecutionContext> {
        private final RawUses raw = new RawUses();

        @Override
        public J visitMethodInvocation(J.MethodInvocation call, ExecutionContext context) {
            J visited = super.visitMethodInvocation(call, context);
            return moved(visited, call.getMethodType(), call.getArguments());
        }

        @Override
        public J visitNewClass(J.NewClass made, ExecutionContext context) {
            J visited = super.visitNewClass(made, context);
            boolean plain = made.getBody() == null;
            JavaType.Method constructor = made.getConstructorType();
            return plain
                    ? moved(visited, constructor, made.getArguments())
                    : marked(visited, raw.messageOf(ofSuperclass(made, constructor)));
        }

        /** The constructor of an anonymous class is that of the class which it extends. */
        private static JavaType.@Nullable Method ofSuperclass(J.NewClass made, JavaType.@Nullable Method constructor) {
            JavaType.FullyQualified named = made.getClazz() == null
                    ? null
                    : TypeUtils.asFullyQualified(made.getClazz().getType());
            return constructor == null || named == null ? constructor : constructor.withDeclaringType(named);
        }

        @Override
        public J visitMemberReference(J.MemberReference reference, ExecutionContext context) {
            return marked(super.visitMemberReference(reference, context), raw.messageOf(reference.getMethodType()));
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

        private J moved(J use, JavaType.@Nullable Method method, List<Expression> arguments) {
            String message = raw.messageOf(method);
            if (message == null || method == null) {
                return use;
            }
            String template = MOVES.get(RawUses.signature(method));
            J.Identifier tls = tlsInScope();
            if (template == null || tls == null) {
                return marked(use, tls == null ? message + "; no SecureTls is in scope here" : message);
            }
            List<Object> parameters = new ArrayList<>(arguments);
            parameters.add(template.startsWith("new ") ? arguments.size() : 0, tls);
            maybeRemoveImport(method.getDeclaringType());
            J result = JavaTemplate.builder(template)
                    .javaParser(JavaParser.fromJavaVersion()
                            .classpath(
                                    "valkey-secure-core",
                                    "valkey-secure-lettuce",
                                    "valkey-secure-jedis",
                                    "lettuce-core",
                                    "jedis",
                                    "commons-pool2"))
                    .build()
                    .apply(
                            updateCursor(use),
                            ((Expression) use).getCoordinates().replace(),
                            parameters.toArray());
            boolean plaintext = arguments.stream()
                    .anyMatch(argument -> argument instanceof J.Literal literal
                            && String.valueOf(literal.getValue()).startsWith("redis://"));
            return marked(result, plaintext ? "redis:// is refused; write rediss:// and the TLS port" : null);
        }

        private J marked(J use, @Nullable String why) {
            return why == null || isMarked(use)
                    ? use
                    : use.withPrefix(use.getPrefix()
                            .withComments(ListUtils.concat(
                                    use.getPrefix().getComments(),
                                    new TextComment(true, MARK + why + " ", " ", Markers.EMPTY))));
        }

        /** A comment before a chain of calls belongs to the last call of it, so that those around it are asked, too. */
        private boolean isMarked(J use) {
            boolean marked = hasMark(use);
            for (Cursor at = getCursor(); !at.isRoot() && !(at.getValue() instanceof J.Block) && !marked; ) {
                marked = at.getValue() instanceof J tree && hasMark(tree);
                at = at.getParentTreeCursor();
            }
            return marked;
        }

        private static boolean hasMark(J tree) {
            return tree.getPrefix().getComments().stream()
                    .anyMatch(comment -> comment instanceof TextComment text
                            && text.getText().startsWith(MARK));
        }

        /** {@return the name of a SecureTls that this place can read; null if there is none} */
        private J.@Nullable Identifier tlsInScope() {
            boolean inStatic = false;
            Object below = null;
            for (Cursor at = getCursor(); !at.isRoot(); at = at.getParentTreeCursor()) {
                Object value = at.getValue();
                if (value instanceof J.MethodDeclaration method) {
                    inStatic |= method.hasModifier(J.Modifier.Type.Static);
                }
                List<Statement> statements = value instanceof J.Block block
                        ? block.getStatements()
                        : value instanceof J.MethodDeclaration method ? method.getParameters() : List.of();
                boolean fields = at.getParentTreeCursor().getValue() instanceof J.ClassDeclaration;
                for (Statement statement : statements) {
                    if (statement == below && !fields) {
                        break;
                    }
                    if (statement instanceof J.VariableDeclarations declared
                            && TypeUtils.isOfClassType(declared.getType(), TLS)
                            && !(fields && inStatic && !declared.hasModifier(J.Modifier.Type.Static))) {
                        return declared.getVariables().get(0).getName();
                    }
                }
                below = value;
            }
            return null;
        }
    }
}
