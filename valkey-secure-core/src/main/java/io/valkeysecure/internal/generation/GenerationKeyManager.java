package io.valkeysecure.internal.generation;

import io.valkeysecure.internal.material.LoadedIdentity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents the identity of one generation, and records that the server asked for it, which explains a later alert.
 *
 * <p>It ignores the server's list of acceptable issuers: the server then refuses the identity with a reason, instead of
 * the client withholding it without one.
 */
public final class GenerationKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "identity";

    private final @Nullable LoadedIdentity identity;
    private final HandshakeProgress.Register register;

    GenerationKeyManager(@Nullable LoadedIdentity identity, HandshakeProgress.Register register) {
        this.identity = identity;
        this.register = register;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return choose(keyTypes, socket);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return choose(keyTypes, engine);
    }

    private @Nullable String choose(String[] keyTypes, @Nullable Object connection) {
        HandshakeProgress progress = register.of(connection); // null in a trial handshake
        boolean presented = identity != null && Arrays.asList(keyTypes).contains(keyType(identity.key()));
        if (progress != null) {
            progress.identityAsked(presented);
        }
        return presented ? ALIAS : null;
    }

    /** The key type of JSSE is the algorithm of the key; for Ed25519 and Ed448 both are EdDSA. */
    private static String keyType(PrivateKey key) {
        return key.getAlgorithm();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return identity == null ? null : identity.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return identity == null ? null : new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
