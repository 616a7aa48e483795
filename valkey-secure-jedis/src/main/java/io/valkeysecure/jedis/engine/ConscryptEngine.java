package io.valkeysecure.jedis.engine;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLParameters;

/** BoringSSL for blocking clients. Public, since {@link java.util.ServiceLoader} makes it. */
public final class ConscryptEngine implements EngineProvider {
    /** For {@link java.util.ServiceLoader}. */
    public ConscryptEngine() {}

    @Override
    public Use use() {
        return Use.SOCKET;
    }

    @Override
    public EngineContext open(EngineSettings settings) throws EngineUnavailableException {
        try {
            ConscryptContext context = new ConscryptContext(settings);
            requireAllOf(settings, context.supported());
            return context;
        } catch (LinkageError e) {
            // the classes are not there, are older than what is called here, or the native library does not load
            throw new EngineUnavailableException(
                    RefusalReason.UNSUPPORTED_SETTING,
                    "org.conscrypt:conscrypt-openjdk-uber 2.9.0 or newer is not on the class path, or has no library for"
                            + " this machine (" + e + ")",
                    e);
        } catch (GeneralSecurityException e) {
            throw new EngineUnavailableException(
                    RefusalReason.UNSUPPORTED_SETTING, "Conscrypt makes no TLS context (" + e + ")", e);
        }
    }

    private static void requireAllOf(EngineSettings settings, SSLParameters supported)
            throws EngineUnavailableException {
        List<String> missing = new ArrayList<>(settings.cipherSuites());
        missing.removeAll(Arrays.asList(supported.getCipherSuites()));
        settings.protocols().stream()
                .filter(protocol -> !Arrays.asList(supported.getProtocols()).contains(protocol))
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE, "Conscrypt does not have " + missing, null);
        }
        List<String> fixed = Arrays.stream(supported.getCipherSuites())
                .filter(suite -> isOfTls13(suite) && !settings.cipherSuites().contains(suite))
                .toList();
        if (!fixed.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE,
                    "BoringSSL offers all suites of TLS 1.3 or none, and the policy leaves out " + fixed,
                    null);
        }
    }

    /** From TLS 1.3 on the key exchange is no part of a suite's name (RFC 8446, B.4). */
    private static boolean isOfTls13(String suite) {
        return suite.startsWith("TLS_") && !suite.contains("_WITH_") && !suite.endsWith("_SCSV");
    }
}
