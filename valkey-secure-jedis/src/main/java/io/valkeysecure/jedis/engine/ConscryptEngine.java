package io.valkeysecure.jedis.engine;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.BoringSsl;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLParameters;

/** BoringSSL for blocking clients. Public, because {@link java.util.ServiceLoader} makes it. */
public final class ConscryptEngine implements EngineProvider {
    private static final String ARTIFACT = "org.conscrypt:conscrypt-openjdk-uber 2.9.0 or newer";

    /** For {@link java.util.ServiceLoader}. */
    public ConscryptEngine() {}

    @Override
    public Use use() {
        return Use.SOCKET;
    }

    @Override
    public EngineContext open(EngineSettings settings) throws EngineUnavailableException {
        BoringSsl.requireOnClassPath("org.conscrypt.Conscrypt", ConscryptEngine.class.getClassLoader(), ARTIFACT);
        try {
            ConscryptContext context = new ConscryptContext(settings);
            requireAllOf(settings, context.supported());
            return context;
        } catch (LinkageError e) {
            // the classes are older than the calls here, or the native library does not load
            throw new EngineUnavailableException(
                    RefusalReason.UNSUPPORTED_SETTING,
                    "the Conscrypt on the class path is too old or has no library for this machine, expected "
                            + ARTIFACT + " (" + e + ")",
                    e);
        } catch (GeneralSecurityException e) {
            throw new EngineUnavailableException(
                    RefusalReason.UNSUPPORTED_SETTING, "Conscrypt makes no TLS context (" + e + ")", e);
        }
    }

    private static void requireAllOf(EngineSettings settings, SSLParameters supported)
            throws EngineUnavailableException {
        List<String> suites = List.of(supported.getCipherSuites());
        List<String> missing = settings.missing(suites, List.of(supported.getProtocols()));
        if (!missing.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE, "Conscrypt does not have " + missing, null);
        }
        BoringSsl.requireAllOfTls13(settings, suites);
    }
}
