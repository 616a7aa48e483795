package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/** A chain of calls, such as {@code X.builder().a(1).b(2).build()}. */
final class Chain {
    private final J.MethodInvocation last;
    private final List<J.MethodInvocation> links = new ArrayList<>();

    /** Takes the chain that ends with a call. */
    Chain(J.MethodInvocation last) {
        this.last = last;
        for (Expression link = last; link instanceof J.MethodInvocation call; link = call.getSelect()) {
            links.add(call);
        }
    }

    /** {@return the first call of the chain} */
    J.MethodInvocation first() {
        return links.get(links.size() - 1);
    }

    /** {@return whether the chain begins with a call such as {@code io.lettuce.core.ClientOptions#builder}} */
    boolean beginsWith(String target) {
        return Move.target(first()).equals(target);
    }

    /** {@return the calls with one of these names, the last one first} */
    List<J.MethodInvocation> named(Set<String> names) {
        return links.stream()
                .filter(link -> names.contains(link.getSimpleName()))
                .toList();
    }

    /** {@return the one call with this name; null if there is none or several} */
    J.@Nullable MethodInvocation only(String name) {
        List<J.MethodInvocation> found = named(Set.of(name));
        return found.size() == 1 ? found.get(0) : null;
    }

    /** {@return the chain without some of its calls, and with another beginning} */
    Expression without(Predicate<J.MethodInvocation> dropped, Expression beginning) {
        return without(last, dropped, beginning);
    }

    private Expression without(@Nullable Expression link, Predicate<J.MethodInvocation> dropped, Expression beginning) {
        if (!(link instanceof J.MethodInvocation call) || call.equals(first())) {
            return beginning;
        }
        Expression before = without(call.getSelect(), dropped, beginning);
        return dropped.test(call) ? before : call.withSelect(before);
    }
}
