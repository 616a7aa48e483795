package io.valkeysecure.rewrite;

import java.util.List;
import org.openrewrite.Recipe;

/**
 * Moves raw clients of Lettuce and Jedis to valkey-secure. Where no {@code SecureTls} is in scope, it declares one,
 * with the CA and the client certificate that the TLS settings of the file name, or with a placeholder. Every raw use
 * that it cannot move gets a comment that begins with {@code valkey-secure:} and says what to write. What is raw is
 * told by the signature files of {@code valkey-secure-forbidden-apis}. Code that is guarded is not changed, and a
 * second run changes nothing.
 */
public final class MoveToValkeySecure extends Recipe {
    /** Makes the recipe. */
    public MoveToValkeySecure() {}

    @Override
    public String getDisplayName() {
        return "Move Lettuce and Jedis to valkey-secure";
    }

    @Override
    public String getDescription() {
        return "Replaces raw clients, their TLS settings and key stores, adds the dependencies,"
                + " and marks with a comment what it cannot move.";
    }

    @Override
    public List<Recipe> getRecipeList() {
        return List.of(
                new AddDependencies(),
                new TlsScheme(),
                new VerifyServers(),
                new CreateSecureTls(),
                new MoveClients("Move TLS settings to SecureTls", MoveClients.SETTINGS),
                new MoveClients("Move clients to SecureLettuce and SecureJedis", MoveClients.CLIENTS),
                new RemoveTlsSettings(),
                new MarkRawUses());
    }
}
