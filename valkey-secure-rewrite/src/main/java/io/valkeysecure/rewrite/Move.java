package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.MethodCall;

/** Moves one kind of call. */
interface Move {
    /** {@return what replaces a call; null if this is not for it} */
    @Nullable
    Expression of(MethodCall call, Site site);

    /**
     * Where a call is.
     *
     * @param at the call
     * @param code makes what replaces it
     * @param tls the SecureTls to use
     * @param given whether the code had this SecureTls, or is to get one for this call
     * @param notes what the reader must know of the move
     */
    record Site(Cursor at, Code code, Expression tls, boolean given, List<String> notes) {
        Site(Cursor at, Code code, Expression tls, boolean given) {
            this(at, code, tls, given, new ArrayList<>());
        }
    }

    /** {@return the arguments of a call} */
    static List<Expression> arguments(MethodCall call) {
        return call.getArguments().stream()
                .filter(argument -> !(argument instanceof J.Empty))
                .toList();
    }

    /**
     * {@return class and method, such as {@code redis.clients.jedis.RedisClient#create}; for an anonymous class, the
     * class that it extends}
     */
    static String target(MethodCall call) {
        JavaType.Method method = call.getMethodType();
        if (method == null) {
            return "";
        }
        JavaType type = method.getDeclaringType();
        if (call instanceof J.NewClass made && made.getBody() != null && made.getClazz() != null) {
            type = made.getClazz().getType();
        }
        return Code.classOf(type) + "#" + (method.isConstructor() ? "<init>" : method.getName());
    }

    /** {@return the class of each parameter; those of primitive types by their keyword} */
    static List<String> parameters(MethodCall call) {
        JavaType.Method method = call.getMethodType();
        return method == null
                ? List.of()
                : method.getParameterTypes().stream().map(RawUses::rawName).toList();
    }
}
