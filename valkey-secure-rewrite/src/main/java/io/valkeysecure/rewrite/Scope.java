package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/** Which variables a place in the code can read. */
final class Scope {
    private Scope() {}

    /** {@return the name of a SecureTls that this place can read; null if there is none} */
    static J.@Nullable Identifier tls(Cursor at) {
        return variables(at).stream()
                .filter(variable -> TypeUtils.isOfClassType(variable.getType(), Code.TLS))
                .map(J.VariableDeclarations.NamedVariable::getName)
                .findFirst()
                .orElse(null);
    }

    /** {@return the variables, the innermost first} */
    static List<J.VariableDeclarations.NamedVariable> variables(Cursor at) {
        List<J.VariableDeclarations.NamedVariable> found = new ArrayList<>();
        boolean inStatic = false;
        Object below = null;
        for (Cursor up = at; !up.isRoot(); up = up.getParentTreeCursor()) {
            Object value = up.getValue();
            boolean ofClass = up.getParentTreeCursor().getValue() instanceof J.ClassDeclaration;
            if (value instanceof J.Block block) {
                addBlock(found, block, below, ofClass, inStatic);
                inStatic |= block.isStatic();
            } else if (value instanceof J.MethodDeclaration method) {
                addAll(found, method.getParameters());
                inStatic |= method.hasModifier(J.Modifier.Type.Static);
            } else if (value instanceof J.VariableDeclarations field) {
                inStatic |= field.hasModifier(J.Modifier.Type.Static);
            } else if (value instanceof J.ClassDeclaration type) {
                inStatic |= type.hasModifier(J.Modifier.Type.Static);
            } else if (value instanceof J.Lambda lambda) {
                lambda.getParameters().getParameters().forEach(each -> add(found, each));
            } else if (value instanceof J.Try attempt
                    && attempt.getResources() != null
                    && attempt.getBody().equals(below)) {
                attempt.getResources().forEach(resource -> add(found, resource.getVariableDeclarations()));
            }
            below = value;
        }
        return found;
    }

    /** Fields are read from everywhere, local variables after their declaration. */
    private static void addBlock(
            List<J.VariableDeclarations.NamedVariable> found,
            J.Block block,
            @Nullable Object below,
            boolean fields,
            boolean inStatic) {
        for (Statement statement : block.getStatements()) {
            if (statement.equals(below) && (!fields || below instanceof J.VariableDeclarations)) {
                break;
            }
            if (statement instanceof J.VariableDeclarations declared
                    && (!fields || !inStatic || declared.hasModifier(J.Modifier.Type.Static))) {
                add(found, declared);
            }
        }
    }

    private static void addAll(List<J.VariableDeclarations.NamedVariable> found, List<Statement> statements) {
        statements.forEach(statement -> add(found, statement));
    }

    private static void add(List<J.VariableDeclarations.NamedVariable> found, J tree) {
        if (tree instanceof J.VariableDeclarations declared) {
            found.addAll(declared.getVariables());
        }
    }
}
