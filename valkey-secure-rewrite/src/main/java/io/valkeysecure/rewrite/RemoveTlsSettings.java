package io.valkeysecure.rewrite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Statement;

/** Removes variables for {@code SslOptions} that nothing reads after the move. */
final class RemoveTlsSettings extends Recipe {
    private static final Set<String> TYPES = Set.of("io.lettuce.core.SslOptions", "redis.clients.jedis.SslOptions");

    @Override
    public String getDisplayName() {
        return "Remove unread SslOptions";
    }

    @Override
    public String getDescription() {
        return "Removes variables of type `SslOptions` that nothing reads.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new JavaIsoVisitor<>() {
            private final Set<String> read = new HashSet<>();

            @Override
            public J.CompilationUnit visitCompilationUnit(J.CompilationUnit unit, ExecutionContext context) {
                read.clear();
                new JavaIsoVisitor<Set<String>>() {
                    @Override
                    public J.Identifier visitIdentifier(J.Identifier name, Set<String> found) {
                        boolean declared = getCursor().getParentTreeCursor().getValue()
                                        instanceof J.VariableDeclarations.NamedVariable variable
                                && variable.getName().equals(name);
                        if (!declared) {
                            found.add(name.getSimpleName());
                        }
                        return name;
                    }
                }.visit(unit, read);
                return super.visitCompilationUnit(unit, context);
            }

            @Override
            public J.Block visitBlock(J.Block block, ExecutionContext context) {
                boolean fields = getCursor().getParentTreeCursor().getValue() instanceof J.ClassDeclaration;
                J.Block visited = super.visitBlock(block, context);
                List<Statement> kept = visited.getStatements().stream()
                        .filter(statement -> !isUnread(statement, fields))
                        .toList();
                if (kept.size() == visited.getStatements().size()) {
                    return visited;
                }
                TYPES.forEach(this::maybeRemoveImport);
                return visited.withStatements(kept);
            }

            private boolean isUnread(Statement statement, boolean field) {
                return statement instanceof J.VariableDeclarations declared
                        && (!field || declared.hasModifier(J.Modifier.Type.Private))
                        && declared.getVariables().size() == 1
                        && TYPES.contains(Code.classOf(declared.getType()))
                        && declared.getVariables().get(0).getInitializer() instanceof J.MethodInvocation made
                        && TYPES.stream()
                                .anyMatch(type ->
                                        Move.target(new Chain(made).first()).startsWith(type + "#"))
                        && !read.contains(declared.getVariables().get(0).getSimpleName());
            }
        };
    }
}
