package io.valkeysecure.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * The key stores that code loads for an {@code SSLContext}, by the variables of {@code KeyStore} and of the streams.
 */
final class KeyStoreFiles {
    private final Map<String, Expression> types = new HashMap<>();
    private final Map<String, Expression> values = new HashMap<>();
    private final Map<String, List<Expression>> loads = new HashMap<>();
    private final List<String> trusted = new ArrayList<>();
    private final List<String> own = new ArrayList<>();

    /** One key store; what the code does not show is null. */
    record Store(
            @Nullable Expression stream,
            @Nullable Expression type,
            @Nullable Expression password) {}

    private KeyStoreFiles() {}

    static KeyStoreFiles in(J tree) {
        KeyStoreFiles found = new KeyStoreFiles();
        new JavaIsoVisitor<KeyStoreFiles>() {
            @Override
            public J.VariableDeclarations.NamedVariable visitVariable(
                    J.VariableDeclarations.NamedVariable variable, KeyStoreFiles result) {
                if (variable.getInitializer() != null) {
                    result.note(variable.getSimpleName(), variable.getInitializer());
                }
                return super.visitVariable(variable, result);
            }

            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, KeyStoreFiles result) {
                result.note(call);
                return super.visitMethodInvocation(call, result);
            }
        }.visit(tree, found);
        return found;
    }

    private void note(String variable, Expression value) {
        values.put(variable, value);
        if (value instanceof J.MethodInvocation made
                && Move.target(made).equals("java.security.KeyStore#getInstance")) {
            types.put(variable, Move.arguments(made).get(0));
        }
    }

    private void note(J.MethodInvocation call) {
        List<Expression> given = Move.arguments(call);
        boolean named = !given.isEmpty() && given.get(0) instanceof J.Identifier;
        String argument = named ? ((J.Identifier) given.get(0)).getSimpleName() : "";
        switch (Move.target(call)) {
            case "java.security.KeyStore#load" -> {
                if (call.getSelect() instanceof J.Identifier store && given.size() == 2) {
                    loads.put(store.getSimpleName(), given);
                }
            }
            case "javax.net.ssl.TrustManagerFactory#init" -> trusted.add(argument);
            case "javax.net.ssl.KeyManagerFactory#init" -> own.add(argument);
            default -> {}
        }
    }

    /** {@return the key stores that make trust managers} */
    List<Store> trusted() {
        return trusted.stream().map(this::store).toList();
    }

    /** {@return the key stores that make key managers} */
    List<Store> own() {
        return own.stream().map(this::store).toList();
    }

    private Store store(String variable) {
        List<Expression> given = loads.get(variable);
        if (given == null) {
            return new Store(null, null, null);
        }
        Expression stream = given.get(0) instanceof J.Identifier name ? values.get(name.getSimpleName()) : given.get(0);
        Expression password = Code.isNull(given.get(1)) ? null : given.get(1);
        return new Store(stream, types.get(variable), password);
    }
}
