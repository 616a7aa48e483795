package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;
import org.openrewrite.java.tree.TypeUtils;

/** Replaces calls where a SecureTls is in scope. */
final class MoveClients extends Recipe {
    static final List<Move> SETTINGS = List.of(new TlsSettings());
    static final List<Move> CLIENTS =
            List.of(new LettuceClients(), new JedisConstructors(), new JedisBuilders(), new JedisConfigurations());

    private final transient List<Move> moves;
    private final String name;

    MoveClients(String name, List<Move> moves) {
        this.name = name;
        this.moves = moves;
    }

    @Override
    public String getDisplayName() {
        return name;
    }

    @Override
    public String getDescription() {
        return "Replaces calls of Lettuce and Jedis where a `SecureTls` is in scope.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Mover();
    }

    /** {@return what replaces a call; null if no move is for it} */
    static @Nullable Expression moved(List<Move> moves, MethodCall call, Move.Site site) {
        return moves.stream()
                .map(move -> move.of(call, site))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private final class Mover extends JavaVisitor<ExecutionContext> {
        @Override
        public J visitMethodInvocation(J.MethodInvocation call, ExecutionContext context) {
            return moved((MethodCall) super.visitMethodInvocation(call, context), getCursor());
        }

        @Override
        public J visitNewClass(J.NewClass made, ExecutionContext context) {
            return moved((MethodCall) super.visitNewClass(made, context), getCursor());
        }

        private J moved(MethodCall call, Cursor at) {
            J.Identifier tls = Scope.tls(at);
            if (tls == null) {
                return call;
            }
            Move.Site site = new Move.Site(at, new Code(at), tls, true);
            Expression result = MoveClients.moved(moves, call, site);
            if (result == null) {
                return call;
            }
            site.code().addImports(this::doAfterVisit);
            if (call.getMethodType() != null) {
                maybeRemoveImport(call.getMethodType().getDeclaringType());
            }
            List<String> notes = new ArrayList<>(site.notes());
            if (TlsScheme.isPlain(call)) {
                notes.add("redis:// is refused; write rediss:// and the TLS port");
            }
            J moved = result.withPrefix(call.getPrefix());
            return notes.isEmpty() ? moved : Marks.mark(moved, String.join("; ", notes));
        }

        /** A variable that is given a configuration of this library cannot have the type of Jedis' class. */
        @Override
        public J visitVariableDeclarations(J.VariableDeclarations declared, ExecutionContext context) {
            J.VariableDeclarations visited =
                    (J.VariableDeclarations) super.visitVariableDeclarations(declared, context);
            boolean ours = visited.getVariables().stream()
                    .anyMatch(variable -> variable.getInitializer() instanceof J.MethodInvocation call
                            && JedisConfigurations.isOurs(call)
                            && Code.classOf(call.getType()).equals(Code.CONFIG));
            if (!ours
                    || visited.getTypeExpression() == null
                    || !TypeUtils.isOfClassType(visited.getTypeExpression().getType(), Code.DEFAULT_CONFIG)
                    || (visited.getTypeExpression() instanceof J.Identifier name
                            && name.getSimpleName().equals("var"))) {
                return visited;
            }
            Code code = new Code(getCursor());
            Expression type = code.type(Code.CONFIG);
            code.addImports(this::doAfterVisit);
            return visited.withTypeExpression(
                    type.withPrefix(visited.getTypeExpression().getPrefix()));
        }
    }
}
