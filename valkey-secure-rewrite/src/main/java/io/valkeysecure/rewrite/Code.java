package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.AddImport;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.Flag;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JContainer;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.Markers;

/**
 * Makes trees with their types, and remembers the imports that they need. It needs no parser and no class path, so that
 * the recipes work in any class loader.
 */
final class Code {
    static final String TLS = "io.valkeysecure.SecureTls";
    static final String LETTUCE = "io.valkeysecure.lettuce.SecureLettuce";
    static final String JEDIS = "io.valkeysecure.jedis.SecureJedis";
    static final String HOST_AND_PORT = "redis.clients.jedis.HostAndPort";
    static final String CONFIG = "redis.clients.jedis.JedisClientConfig";
    static final String DEFAULT_CONFIG = "redis.clients.jedis.DefaultJedisClientConfig";

    private final J.CompilationUnit unit;
    private final Set<String> imports = new LinkedHashSet<>();

    Code(Cursor at) {
        this.unit = at.firstEnclosingOrThrow(J.CompilationUnit.class);
    }

    /** Adds the imports of all types that were named. */
    void addImports(Consumer<AddImport<ExecutionContext>> afterVisit) {
        imports.forEach(name -> afterVisit.accept(new AddImport<>(name, null, false)));
    }

    static JavaType.ShallowClass typeOf(String name) {
        return JavaType.ShallowClass.build(name);
    }

    static J.Identifier name(String text, @Nullable JavaType type) {
        return new J.Identifier(Tree.randomId(), Space.EMPTY, Markers.EMPTY, List.of(), text, type, null);
    }

    /** {@return the simple name of a class; its full name where the file means another class by the simple one} */
    Expression type(String name) {
        String simple = name.substring(name.lastIndexOf('.') + 1);
        boolean taken = unit.getImports().stream()
                .anyMatch(line -> !line.isStatic()
                        && line.getClassName().equals(simple)
                        && !line.getTypeName().equals(name));
        if (taken || declared().contains(simple)) {
            return TypeTree.build(name);
        }
        imports.add(name);
        return name(simple, typeOf(name));
    }

    /** {@return the simple names of the classes that the file declares} */
    private Set<String> declared() {
        Set<String> names = new HashSet<>();
        new JavaIsoVisitor<Set<String>>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration type, Set<String> found) {
                found.add(type.getSimpleName());
                return super.visitClassDeclaration(type, found);
            }
        }.visit(unit, names);
        return names;
    }

    J.MethodInvocation callStatic(String owner, String method, String returns, Expression... arguments) {
        return call(type(owner), owner, method, returns, arguments);
    }

    /** {@return a call of a method on an object} */
    static J.MethodInvocation call(
            Expression on, String owner, String method, String returns, Expression... arguments) {
        List<Expression> given = List.of(arguments);
        return new J.MethodInvocation(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                JRightPadded.build(bare(on)),
                null,
                name(method, null),
                arguments(given),
                methodType(owner, method, typeOf(returns), given));
    }

    /** {@return the call on a line of its own, unless the indent is empty} */
    static J.MethodInvocation onNewLine(J.MethodInvocation call, String indent) {
        JRightPadded<Expression> select = call.getPadding().getSelect();
        return select == null || indent.isEmpty()
                ? call
                : call.getPadding().withSelect(select.withAfter(Space.format(indent + "        ")));
    }

    /** {@return {@code new Owner(arguments)}} */
    J.NewClass make(String owner, Expression... arguments) {
        List<Expression> given = List.of(arguments);
        Expression type = type(owner);
        return new J.NewClass(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                null,
                Space.EMPTY,
                (TypeTree) type.withPrefix(Space.SINGLE_SPACE),
                arguments(given),
                null,
                methodType(owner, "<constructor>", typeOf(owner), given));
    }

    private static JContainer<Expression> arguments(List<Expression> given) {
        List<JRightPadded<Expression>> padded = new ArrayList<>();
        for (Expression argument : given) {
            padded.add(
                    JRightPadded.build(bare(argument).withPrefix(padded.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE)));
        }
        return JContainer.build(padded);
    }

    private static JavaType.Method methodType(String owner, String name, JavaType returns, List<Expression> given) {
        JavaType[] types = new JavaType[given.size()];
        String[] names = new String[given.size()];
        for (int i = 0; i < types.length; i++) {
            JavaType type = given.get(i).getType();
            types[i] = type == null ? typeOf("java.lang.Object") : type;
            names[i] = "arg" + i;
        }
        long flags = Flag.Public.getBitMask();
        return new JavaType.Method(
                null, flags, typeOf(owner), name, returns, names, types, null, null, List.of(), null);
    }

    /** {@return a copy, without the space and the comments before it} */
    private static Expression bare(Expression tree) {
        Expression copy = tree.withId(Tree.randomId());
        return copy.withPrefix(Space.EMPTY);
    }

    static J.Literal text(String value) {
        return literal(value, "\"" + value + "\"", JavaType.Primitive.String);
    }

    static J.Literal number(int value) {
        return literal(value, Integer.toString(value), JavaType.Primitive.Int);
    }

    private static J.Literal literal(Object value, String source, JavaType.Primitive type) {
        return new J.Literal(Tree.randomId(), Space.EMPTY, Markers.EMPTY, value, source, null, type);
    }

    /** {@return a constant of an enum} */
    J.FieldAccess constant(String owner, String constant) {
        JavaType type = typeOf(owner);
        J.Identifier name = name(constant, type)
                .withFieldType(new JavaType.Variable(null, Flag.Public.getBitMask(), constant, type, type, null));
        return new J.FieldAccess(
                Tree.randomId(), Space.EMPTY, Markers.EMPTY, type(owner), JLeftPadded.build(name), type);
    }

    /** {@return {@code Owner::method}} */
    J.MemberReference reference(String owner, String method) {
        return new J.MemberReference(
                Tree.randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                JRightPadded.build(type(owner)),
                null,
                JLeftPadded.build(name(method, null)),
                null,
                null,
                null);
    }

    /** {@return host and port of a server} */
    Expression hostAndPort(Expression host, Expression port) {
        return make(HOST_AND_PORT, host, port);
    }

    /** {@return {@code DefaultJedisClientConfig.builder()}} */
    J.MethodInvocation configBuilder(Expression... arguments) {
        return callStatic(DEFAULT_CONFIG, "builder", DEFAULT_CONFIG + "$Builder", arguments);
    }

    /** {@return {@code SecureJedis.clientConfig(tls, config)}} */
    J.MethodInvocation clientConfig(Expression tls, Expression config) {
        return callStatic(JEDIS, "clientConfig", CONFIG, tls, config);
    }

    static boolean isNull(Expression tree) {
        return tree instanceof J.Literal literal && literal.getType() == JavaType.Primitive.Null;
    }

    /** {@return the name of the class of a tree, with dots and without type parameters; empty if it is not known} */
    static String classOf(@Nullable JavaType type) {
        JavaType.FullyQualified named = TypeUtils.asFullyQualified(type);
        return named == null ? "" : named.getFullyQualifiedName().replace('$', '.');
    }
}
