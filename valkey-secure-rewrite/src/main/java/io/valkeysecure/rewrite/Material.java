package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;

/**
 * The files that a source file names for TLS: a CA or trust store, and a client certificate or key store. They come
 * from {@code SslOptions} of Lettuce and Jedis, from the system properties of the JDK, and from key stores that the
 * code loads.
 */
final class Material {
    private static final String ANCHORS = "io.valkeysecure.TrustAnchors";
    private static final String IDENTITY = "io.valkeysecure.ClientIdentity";
    private static final String PATH = "java.nio.file.Path";
    private static final String FILE = "java.io.File";
    private static final String PROPERTY = "javax.net.ssl.";
    private static final Set<String> BUILDERS =
            Set.of("io.lettuce.core.SslOptions.Builder", "redis.clients.jedis.SslOptions.Builder");

    private final Code code;
    private final Cursor at;
    private final List<Expression> anchors = new ArrayList<>();
    private final List<Expression> identities = new ArrayList<>();
    private boolean leftOut;

    private Material(Cursor at, Code code) {
        this.at = at;
        this.code = code;
    }

    /** {@return what the file names, as far as this place can read it} */
    static Material readableAt(Cursor at, Code code) {
        Material found = new Material(at, code);
        J.CompilationUnit unit = at.firstEnclosingOrThrow(J.CompilationUnit.class);
        J.MethodDeclaration method = at.firstEnclosing(J.MethodDeclaration.class);
        if (method != null) {
            found.read(method);
        }
        if (found.anchors.isEmpty() && found.identities.isEmpty()) {
            found.read(unit);
        }
        return found;
    }

    /** {@return whom to trust; null if the file does not say, or says several things} */
    @Nullable
    Expression anchors() {
        return anchors.size() == 1 ? anchors.get(0) : null;
    }

    /** {@return what to present; null if the file does not say, or says several things} */
    @Nullable
    Expression identity() {
        return identities.size() == 1 ? identities.get(0) : null;
    }

    /** {@return whether a setting could not be read} */
    boolean isPartial() {
        return leftOut || anchors.size() > 1 || identities.size() > 1;
    }

    private void read(J tree) {
        new JavaIsoVisitor<Material>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Material found) {
                String target = Move.target(call);
                if (BUILDERS.contains(
                        target.substring(0, target.indexOf('#') + 1).replace("#", ""))) {
                    found.readOptions(call, getCursor());
                } else if (target.equals("java.lang.System#setProperty")) {
                    found.readProperty(call, tree);
                }
                return super.visitMethodInvocation(call, found);
            }
        }.visit(tree, this);
        KeyStoreFiles stores = KeyStoreFiles.in(tree);
        stores.trusted().forEach(store -> add(anchors, loaded(ANCHORS, store)));
        stores.own().forEach(store -> add(identities, loaded(IDENTITY, store)));
    }

    private @Nullable Expression loaded(String owner, KeyStoreFiles.Store store) {
        Expression path = store.stream() == null ? null : pathOfStream(store.stream());
        return path == null || store.password() == null ? null : store(owner, path, store.type(), store.password());
    }

    private @Nullable Expression pathOfStream(Expression stream) {
        if (stream instanceof J.NewClass made && Move.target(made).equals("java.io.FileInputStream#<init>")) {
            Expression file = Move.arguments(made).get(0);
            boolean text = Move.parameters(made).equals(List.of("java.lang.String"));
            return text ? code.callStatic(PATH, "of", PATH, file) : path(file);
        }
        boolean ofPath = stream instanceof J.MethodInvocation call
                && Move.target(call).equals("java.nio.file.Files#newInputStream");
        return ofPath ? Move.arguments((J.MethodInvocation) stream).get(0) : null;
    }

    private void readOptions(J.MethodInvocation call, Cursor place) {
        List<Expression> given = Move.arguments(call);
        boolean file = !given.isEmpty() && Code.classOf(given.get(0).getType()).equals(FILE);
        switch (call.getSimpleName()) {
            case "trustManager" ->
                add(anchors, file ? code.callStatic(ANCHORS, "pem", ANCHORS, path(given.get(0))) : null);
            case "truststore" -> add(anchors, file ? store(ANCHORS, given, type(place, "trustStoreType")) : null);
            case "keystore" -> add(identities, file ? store(IDENTITY, given, type(place, "keyStoreType")) : null);
            case "keyManager" -> add(identities, file && given.size() == 3 ? pemIdentity(given) : null);
            case "sslContext", "sslVerifyMode" -> leftOut = true;
            default -> {}
        }
    }

    private Expression pemIdentity(List<Expression> given) {
        Expression certificate = path(given.get(0));
        Expression key = path(given.get(1));
        return Code.isNull(given.get(2))
                ? code.callStatic(IDENTITY, "pem", IDENTITY, certificate, key)
                : code.callStatic(IDENTITY, "pem", IDENTITY, certificate, key, given.get(2));
    }

    /** {@return the type of the store that the same builder is told} */
    private static @Nullable Expression type(Cursor place, String name) {
        J.MethodInvocation last = place.getValue();
        for (Cursor up = place.getParentTreeCursor(); up.getValue() instanceof J.MethodInvocation call; ) {
            last = call;
            up = up.getParentTreeCursor();
        }
        J.MethodInvocation told = new Chain(last).only(name);
        return told == null ? null : Move.arguments(told).get(0);
    }

    private Expression store(String owner, List<Expression> given, @Nullable Expression type) {
        boolean secret = given.size() > 1 && !Code.isNull(given.get(1));
        return store(owner, path(given.get(0)), type, secret ? given.get(1) : Code.text(""));
    }

    private Expression store(String owner, Expression path, @Nullable Expression type, Expression password) {
        Expression secret = characters(password);
        return type == null
                ? code.callStatic(owner, "keyStore", owner, path, secret)
                : code.callStatic(owner, "keyStore", owner, path, type, secret);
    }

    private static Expression characters(Expression password) {
        boolean text = password instanceof J.Literal
                || Code.classOf(password.getType()).equals("java.lang.String");
        return text ? Code.call(password, "java.lang.String", "toCharArray", "java.lang.Object") : password;
    }

    private Expression path(Expression file) {
        if (file instanceof J.NewClass made && Move.parameters(made).stream().allMatch("java.lang.String"::equals)) {
            return code.callStatic(PATH, "of", PATH, Move.arguments(made).toArray(Expression[]::new));
        }
        if (file instanceof J.MethodInvocation call
                && call.getSimpleName().equals("toFile")
                && call.getSelect() != null) {
            return call.getSelect();
        }
        return Code.call(file, FILE, "toPath", PATH);
    }

    private void readProperty(J.MethodInvocation call, J tree) {
        boolean trust = isProperty(call, "trustStore");
        if (!trust && !isProperty(call, "keyStore")) {
            return;
        }
        String kind = trust ? "trustStore" : "keyStore";
        String owner = trust ? ANCHORS : IDENTITY;
        Expression path = code.callStatic(PATH, "of", PATH, Move.arguments(call).get(1));
        Expression password = property(tree, kind + "Password");
        Expression type = property(tree, kind + "Type");
        add(trust ? anchors : identities, store(owner, path, type, password == null ? Code.text("") : password));
    }

    private static boolean isProperty(J.MethodInvocation call, String name) {
        return Move.target(call).equals("java.lang.System#setProperty")
                && Move.arguments(call).get(0) instanceof J.Literal key
                && (PROPERTY + name).equals(key.getValue());
    }

    private static @Nullable Expression property(J tree, String name) {
        List<Expression> found = new ArrayList<>();
        new JavaIsoVisitor<List<Expression>>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, List<Expression> result) {
                if (isProperty(call, name)) {
                    result.add(Move.arguments(call).get(1));
                }
                return super.visitMethodInvocation(call, result);
            }
        }.visit(tree, found);
        return found.size() == 1 ? found.get(0) : null;
    }

    private void add(List<Expression> to, @Nullable Expression setting) {
        if (setting == null || !isReadable(setting)) {
            leftOut = true;
        } else if (to.stream().noneMatch(known -> known.printTrimmed(at).equals(setting.printTrimmed(at)))) {
            to.add(setting);
        }
    }

    /** {@return whether each variable in it can be read at the place} */
    private boolean isReadable(Expression setting) {
        List<J.VariableDeclarations.NamedVariable> variables = Scope.variables(at);
        AtomicBoolean readable = new AtomicBoolean(true);
        new JavaIsoVisitor<AtomicBoolean>() {
            @Override
            public J.Identifier visitIdentifier(J.Identifier name, AtomicBoolean result) {
                JavaType.Variable variable = name.getFieldType();
                boolean constant =
                        variable != null && getCursor().getParentTreeCursor().getValue() instanceof J.FieldAccess;
                if (variable != null
                        && !constant
                        && variables.stream()
                                .noneMatch(known -> known.getSimpleName().equals(name.getSimpleName()))) {
                    result.set(false);
                }
                return name;
            }
        }.visit(setting, readable, at);
        return readable.get();
    }
}
