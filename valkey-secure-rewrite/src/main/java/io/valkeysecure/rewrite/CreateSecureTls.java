package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.MethodCall;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.marker.Markers;

/**
 * Declares a SecureTls where a client can be moved and has none in scope: before the statement, or as a field before
 * the field. It takes the CA and the client certificate from the TLS settings of the file.
 */
final class CreateSecureTls extends Recipe {
    private static final String ANCHORS = "io.valkeysecure.TrustAnchors";
    private static final String PATH = "java.nio.file.Path";
    private static final String BUILDER = Code.TLS + "$Builder";

    /** The path of a file that does not exist: whoever runs the code before reading it is refused, and told why. */
    static final String PLACEHOLDER = "write-the-path-of-your-CA.crt";

    private static final String CLOSE = "close this after the clients that use it";

    @Override
    public String getDisplayName() {
        return "Create SecureTls";
    }

    @Override
    public String getDescription() {
        return "Declares a `SecureTls` for clients that have none in scope.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Creator();
    }

    private static final class Creator extends JavaIsoVisitor<ExecutionContext> {
        private final Set<String> names = new HashSet<>();

        @Override
        public J.CompilationUnit visitCompilationUnit(J.CompilationUnit unit, ExecutionContext context) {
            names.clear();
            new JavaIsoVisitor<Set<String>>() {
                @Override
                public J.VariableDeclarations.NamedVariable visitVariable(
                        J.VariableDeclarations.NamedVariable variable, Set<String> found) {
                    found.add(variable.getSimpleName());
                    return super.visitVariable(variable, found);
                }
            }.visit(unit, names);
            return super.visitCompilationUnit(unit, context);
        }

        @Override
        public J.Block visitBlock(J.Block block, ExecutionContext context) {
            Object around = getCursor().getParentTreeCursor().getValue();
            boolean ofClass = around instanceof J.ClassDeclaration;
            if ((around instanceof J.ClassDeclaration type && !isPlainClass(type)) || isSwitch(around)) {
                return super.visitBlock(block, context);
            }
            J.Block with = block;
            for (Statement next = firstWithoutTls(with, ofClass); next != null; ) {
                with = declared(with, next, new Cursor(getCursor(), next), ofClass);
                updateCursor(with);
                next = firstWithoutTls(with, ofClass);
            }
            return super.visitBlock(with, context);
        }

        private @Nullable Statement firstWithoutTls(J.Block block, boolean ofClass) {
            for (Statement statement : block.getStatements()) {
                Cursor place = new Cursor(getCursor(), statement);
                if ((!ofClass || statement instanceof J.VariableDeclarations)
                        && !isConstructorCall(statement)
                        && Scope.tls(place) == null
                        && needsTls(statement, place)) {
                    return statement;
                }
            }
            return null;
        }

        private static boolean isSwitch(Object tree) {
            return tree instanceof J.Switch || tree instanceof J.SwitchExpression;
        }

        private static boolean isPlainClass(J.ClassDeclaration type) {
            return type.getKind() == J.ClassDeclaration.Kind.Type.Class;
        }

        private static boolean isConstructorCall(Statement statement) {
            return statement instanceof J.MethodInvocation call
                    && Set.of("super", "this").contains(call.getSimpleName());
        }

        /** {@return whether a client is made in it, outside of its own blocks, that has no SecureTls} */
        private static boolean needsTls(Statement statement, Cursor place) {
            List<MethodCall> found = new ArrayList<>();
            new JavaIsoVisitor<List<MethodCall>>() {
                @Override
                public J.Block visitBlock(J.Block block, List<MethodCall> result) {
                    boolean cases = isSwitch(getCursor().getParentTreeCursor().getValue());
                    return cases ? super.visitBlock(block, result) : block;
                }

                @Override
                public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, List<MethodCall> result) {
                    note(call, result);
                    return super.visitMethodInvocation(call, result);
                }

                @Override
                public J.NewClass visitNewClass(J.NewClass made, List<MethodCall> result) {
                    note(made, result);
                    return super.visitNewClass(made, result);
                }

                private void note(MethodCall call, List<MethodCall> result) {
                    Move.Site site = new Move.Site(
                            getCursor(), new Code(getCursor()), Code.name("tls", Code.typeOf(Code.TLS)), false);
                    if (MoveClients.moved(MoveClients.SETTINGS, call, site) != null
                            || MoveClients.moved(MoveClients.CLIENTS, call, site) != null) {
                        result.add(call);
                    }
                }
            }.visit(statement, found, place.getParentOrThrow());
            return !found.isEmpty();
        }

        private J.Block declared(J.Block block, Statement before, Cursor place, boolean field) {
            Code code = new Code(place);
            Material material = Material.readableAt(place, code);
            Space prefix = before.getPrefix();
            J.VariableDeclarations declared =
                    declaration(code, material, nameFor(field), modifiers(field ? before : null), prefix);
            code.addImports(this::doAfterVisit);
            List<Statement> statements = new ArrayList<>();
            for (Statement statement : block.getStatements()) {
                if (statement.equals(before)) {
                    Space indent = prefix.withComments(List.of());
                    statements.add(Marks.mark(
                            declared.withPrefix(indent.getWhitespace().isEmpty() ? Space.SINGLE_SPACE : indent),
                            note(material)));
                    statements.add(prefix.isEmpty() ? before.withPrefix(Space.SINGLE_SPACE) : before);
                } else {
                    statements.add(statement);
                }
            }
            return block.withStatements(statements);
        }

        private String nameFor(boolean field) {
            String name = "tls";
            for (int i = 2; names.contains(name); i++) {
                name = "tls" + i;
            }
            if (field) {
                names.add(name);
            }
            return name;
        }

        private static String note(Material material) {
            String note = material.anchors() == null
                    ? "name the CA that issued the certificate of your server, and the client certificate if the server asks for one; "
                    : "";
            return note + (material.isPartial() ? "some TLS settings of this file could not be moved; " : "") + CLOSE;
        }

        private static J.VariableDeclarations declaration(
                Code code, Material material, String name, List<J.Modifier> modifiers, Space prefix) {
            Expression anchors = material.anchors() == null
                    ? code.callStatic(
                            ANCHORS, "pem", ANCHORS, code.callStatic(PATH, "of", PATH, Code.text(PLACEHOLDER)))
                    : material.anchors();
            Expression trusting = code.callStatic(Code.TLS, "trusting", Code.TLS + "$WantsClientIdentity", anchors);
            Expression identity = material.identity();
            J.MethodInvocation builder = identity == null
                    ? Code.call(trusting, Code.TLS, "withoutClientIdentity", BUILDER)
                    : Code.call(trusting, Code.TLS, "presenting", BUILDER, identity);
            String white = prefix.getWhitespace();
            String indent = white.contains("\n") ? white.substring(white.lastIndexOf('\n')) : "";
            Expression made =
                    Code.onNewLine(Code.call(Code.onNewLine(builder, indent), BUILDER, "build", Code.TLS), indent);
            JavaType type = Code.typeOf(Code.TLS);
            J.Identifier declared =
                    Code.name(name, type).withFieldType(new JavaType.Variable(null, 0, name, null, type, null));
            J.VariableDeclarations.NamedVariable variable = new J.VariableDeclarations.NamedVariable(
                    Tree.randomId(),
                    Space.SINGLE_SPACE,
                    Markers.EMPTY,
                    declared,
                    List.of(),
                    JLeftPadded.build(made.<Expression>withPrefix(Space.SINGLE_SPACE))
                            .withBefore(Space.SINGLE_SPACE),
                    declared.getFieldType());
            Expression typeName = code.type(Code.TLS);
            return new J.VariableDeclarations(
                    Tree.randomId(),
                    Space.EMPTY,
                    Markers.EMPTY,
                    List.of(),
                    modifiers,
                    (TypeTree) typeName.withPrefix(modifiers.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE),
                    null,
                    List.of(JRightPadded.build(variable)));
        }

        private static List<J.Modifier> modifiers(@Nullable Statement field) {
            List<J.Modifier> modifiers = new ArrayList<>();
            if (field instanceof J.VariableDeclarations declared) {
                modifiers.add(modifier(J.Modifier.Type.Private, Space.EMPTY));
                if (declared.hasModifier(J.Modifier.Type.Static)) {
                    modifiers.add(modifier(J.Modifier.Type.Static, Space.SINGLE_SPACE));
                }
                modifiers.add(modifier(J.Modifier.Type.Final, Space.SINGLE_SPACE));
            }
            return modifiers;
        }

        private static J.Modifier modifier(J.Modifier.Type type, Space prefix) {
            return new J.Modifier(Tree.randomId(), prefix, Markers.EMPTY, null, type, List.of());
        }
    }
}
