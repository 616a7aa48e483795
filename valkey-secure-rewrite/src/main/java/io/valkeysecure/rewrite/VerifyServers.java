package io.valkeysecure.rewrite;

import java.util.List;
import java.util.Set;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/** Settings of a RedisURI that check less than the whole: {@code verifyPeer} and {@code startTls}. */
final class VerifyServers extends Recipe {
    private static final String MODE = "io.lettuce.core.SslVerifyMode";
    private static final Set<String> VERIFY = Set.of("setVerifyPeer", "withVerifyPeer");
    private static final Set<String> START_TLS = Set.of("setStartTls", "withStartTls");

    @Override
    public String getDisplayName() {
        return "Verify servers fully";
    }

    @Override
    public String getDescription() {
        return "Replaces weaker modes of `verifyPeer`, and STARTTLS, in addresses of Lettuce.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new JavaVisitor<>() {
            @Override
            public J visitMethodInvocation(J.MethodInvocation call, ExecutionContext context) {
                J.MethodInvocation visited = (J.MethodInvocation) super.visitMethodInvocation(call, context);
                if (!Move.target(visited).startsWith("io.lettuce.core.RedisURI")) {
                    return visited;
                }
                List<Expression> given = Move.arguments(visited);
                boolean literal = given.size() == 1 && given.get(0) instanceof J.Literal;
                if (VERIFY.contains(visited.getSimpleName())
                        && given.size() == 1
                        && (literal || isWeakMode(given.get(0)))) {
                    return full(visited);
                }
                boolean on = literal && Boolean.TRUE.equals(((J.Literal) given.get(0)).getValue());
                return on && START_TLS.contains(visited.getSimpleName())
                        ? renamed(visited, visited.getSimpleName().replace("StartTls", "Ssl"))
                        : visited;
            }

            private J.MethodInvocation full(J.MethodInvocation call) {
                Code code = new Code(getCursor());
                J.MethodInvocation written = call.withArguments(List.of(code.constant(MODE, "FULL")));
                code.addImports(this::doAfterVisit);
                return written.getMethodType() == null
                        ? written
                        : written.withMethodType(
                                written.getMethodType().withParameterTypes(List.of(Code.typeOf(MODE))));
            }

            private J.MethodInvocation renamed(J.MethodInvocation call, String name) {
                J.MethodInvocation renamed = call.withName(call.getName().withSimpleName(name));
                return renamed.getMethodType() == null
                        ? renamed
                        : renamed.withMethodType(renamed.getMethodType().withName(name));
            }
        };
    }

    private static boolean isWeakMode(Expression mode) {
        return (mode instanceof J.FieldAccess access
                        && Code.classOf(access.getType()).equals(MODE)
                        && !access.getSimpleName().equals("FULL"))
                || (mode instanceof J.Identifier name
                        && name.getFieldType() != null
                        && Code.classOf(name.getFieldType().getOwner()).equals(MODE)
                        && !name.getSimpleName().equals("FULL"));
    }
}
