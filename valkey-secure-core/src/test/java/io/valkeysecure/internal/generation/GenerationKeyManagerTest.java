package io.valkeysecure.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Endpoint;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class GenerationKeyManagerTest {
    private static final String[] EC = {"RSA", "EC"};
    private static final String[] OTHERS = {"RSA", "EdDSA"};

    private final TestCertificate client =
            TestCertificate.root().build().issue().subject("CN=app").build();
    private final HandshakeProgress.Register register = new HandshakeProgress.Register();
    private final GenerationKeyManager manager =
            new GenerationKeyManager(new LoadedIdentity(client.privateKey(), client.chain()), register);
    private final GenerationKeyManager none = new GenerationKeyManager(null, register);

    private HandshakeProgress progressOf(Object connection) {
        HandshakeProgress progress = new HandshakeProgress(new Endpoint("localhost", 6379), () -> {
            throw new AssertionError("no verdict is asked for");
        });
        register.put(connection, progress);
        return progress;
    }

    @Test
    void alias_ofAKindThatTheServerTakes_isGivenAndNoted() throws Exception {
        Socket socket = new Socket();
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        HandshakeProgress bySocket = progressOf(socket);
        HandshakeProgress byEngine = progressOf(engine);

        String alias = manager.chooseClientAlias(EC, null, socket);

        assertThat(alias).isNotEmpty().isEqualTo(manager.chooseEngineClientAlias(EC, null, engine));
        assertThat(bySocket.wasIdentityAsked()).isTrue();
        assertThat(bySocket.wasIdentityPresented()).isTrue();
        assertThat(byEngine.wasIdentityAsked()).isTrue();
        assertThat(byEngine.wasIdentityPresented()).isTrue();
        assertThat(manager.getClientAliases("EC", null)).containsExactly(alias);
        assertThat(manager.getCertificateChain(alias)).containsExactlyElementsOf(client.chain());
        assertThat(manager.getPrivateKey(alias)).isEqualTo(client.privateKey());
    }

    @Test
    void alias_ofAnotherKind_isNullAndOnlyTheQuestionIsNoted() {
        Socket socket = new Socket();
        HandshakeProgress progress = progressOf(socket);

        assertThat(manager.chooseClientAlias(OTHERS, null, socket)).isNull();

        assertThat(progress.wasIdentityAsked()).isTrue();
        assertThat(progress.wasIdentityPresented()).isFalse();
    }

    @Test
    void identity_none_isNothing() {
        Socket socket = new Socket();
        HandshakeProgress progress = progressOf(socket);

        assertThat(none.chooseClientAlias(EC, null, socket)).isNull();

        assertThat(progress.wasIdentityPresented()).isFalse();
        assertThat(none.getClientAliases("EC", null)).isNull();
        assertThat(none.getCertificateChain("identity")).isNull();
        assertThat(none.getPrivateKey("identity")).isNull();
    }

    @Test
    void server_itIsNone() {
        assertThat(manager.chooseServerAlias("EC", null, null)).isNull();
        assertThat(manager.getServerAliases("EC", null)).isNull();
    }
}
