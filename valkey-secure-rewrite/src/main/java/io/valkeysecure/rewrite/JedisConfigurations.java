package io.valkeysecure.rewrite;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.MethodCall;

/** Constructors of Jedis that are given a configuration: it becomes one of SecureJedis. */
final class JedisConfigurations implements Move {
    @Override
    public @Nullable Expression of(MethodCall call, Site site) {
        List<Expression> given = Move.arguments(call);
        if (!(call instanceof J.NewClass made) || !isUnguarded(call, site.at())) {
            return null;
        }
        if (given.stream().noneMatch(each -> mayBeGuarded(each, site))) {
            return null;
        }
        return made.withArguments(ListUtils.map(
                made.getArguments(),
                each -> isConfig(each) && !isGuarded(each, site.at())
                        ? site.code().clientConfig(site.tls(), each).withPrefix(each.getPrefix())
                        : each));
    }

    /** {@return whether a constructor of Jedis is given a configuration of unknown origin, and no URI} */
    static boolean isUnguarded(MethodCall call, Cursor at) {
        List<String> types = Move.parameters(call);
        return call instanceof J.NewClass
                && Move.target(call).startsWith("redis.clients.jedis.")
                && !types.contains("java.net.URI")
                && Move.arguments(call).stream().anyMatch(each -> isConfig(each) && !isGuarded(each, at));
    }

    static boolean isConfig(Expression tree) {
        String type = Code.classOf(tree.getType());
        return type.equals(Code.CONFIG) || type.equals(Code.DEFAULT_CONFIG);
    }

    /** {@return whether one argument of a call was made by this library} */
    static boolean anyIsGuarded(MethodCall call, Cursor at) {
        return Move.arguments(call).stream().anyMatch(each -> isGuarded(each, at));
    }

    static boolean isGuarded(Expression tree, Cursor at) {
        return (tree instanceof J.MethodInvocation call && isOurs(call))
                || (tree instanceof J.Identifier name && isGiven(name, at, JedisConfigurations::isOurs));
    }

    /**
     * {@return whether a configuration is one to guard: a SecureTls is there for it, or the file shows that it has none,
     * so that a new SecureTls contradicts none}
     */
    static boolean mayBeGuarded(Expression config, Site site) {
        return isConfig(config) && !isGuarded(config, site.at()) && (site.given() || isMadeHere(config, site.at()));
    }

    /** {@return whether this file shows how the configuration was made} */
    private static boolean isMadeHere(Expression tree, Cursor at) {
        return (tree instanceof J.MethodInvocation call && isMade(call))
                || (tree instanceof J.Identifier name && isGiven(name, at, JedisConfigurations::isMade));
    }

    private static boolean isMade(J.MethodInvocation call) {
        return Code.classOf(call.getType()).equals(Code.DEFAULT_CONFIG);
    }

    static boolean isOurs(J.MethodInvocation call) {
        return Move.target(call).startsWith(Code.JEDIS + "#");
    }

    /** {@return whether a variable is set to such a call anywhere in the file} */
    private static boolean isGiven(J.Identifier variable, Cursor at, Predicate<J.MethodInvocation> by) {
        AtomicBoolean found = new AtomicBoolean();
        new JavaIsoVisitor<AtomicBoolean>() {
            @Override
            public J.VariableDeclarations.NamedVariable visitVariable(
                    J.VariableDeclarations.NamedVariable declared, AtomicBoolean result) {
                note(declared.getSimpleName(), declared.getInitializer(), result);
                return super.visitVariable(declared, result);
            }

            @Override
            public J.Assignment visitAssignment(J.Assignment assignment, AtomicBoolean result) {
                if (assignment.getVariable() instanceof J.Identifier name) {
                    note(name.getSimpleName(), assignment.getAssignment(), result);
                } else if (assignment.getVariable() instanceof J.FieldAccess field) {
                    note(field.getSimpleName(), assignment.getAssignment(), result);
                }
                return super.visitAssignment(assignment, result);
            }

            private void note(String name, @Nullable Expression value, AtomicBoolean result) {
                if (name.equals(variable.getSimpleName())
                        && value instanceof J.MethodInvocation call
                        && by.test(call)) {
                    result.set(true);
                }
            }
        }.visit(at.firstEnclosingOrThrow(J.CompilationUnit.class), found);
        return found.get();
    }
}
