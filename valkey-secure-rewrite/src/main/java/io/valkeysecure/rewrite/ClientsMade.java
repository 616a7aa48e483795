package io.valkeysecure.rewrite;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;

/** Finds which adapters a file needs: it makes raw clients, or configures them. */
final class ClientsMade extends JavaIsoVisitor<Set<String>> {
    private final RawUses raw = new RawUses();

    /** {@return the artifacts that the file needs} */
    static Set<String> in(J.CompilationUnit unit) {
        Set<String> found = new TreeSet<>();
        new ClientsMade().visit(unit, found);
        return found;
    }

    @Override
    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Set<String> found) {
        note(call.getMethodType(), raw.messageOf(call.getMethodType()) != null, found);
        return super.visitMethodInvocation(call, found);
    }

    @Override
    public J.NewClass visitNewClass(J.NewClass made, Set<String> found) {
        boolean isRaw = raw.messageOf(made.getConstructorType()) != null;
        note(made.getConstructorType(), isRaw || JedisConfigurations.isUnguarded(made, getCursor()), found);
        return super.visitNewClass(made, found);
    }

    private static void note(JavaType.@Nullable Method method, boolean isRaw, Set<String> found) {
        if (isRaw && method != null) {
            boolean lettuce = Code.classOf(method.getDeclaringType()).startsWith("io.lettuce.");
            found.add(lettuce ? "valkey-secure-lettuce" : "valkey-secure-jedis");
        }
    }
}
