package io.valkeysecure.netty.engine;

import io.netty.handler.ssl.OpenSsl;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.BoringSsl;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** BoringSSL for clients with an event loop. Public, because {@link java.util.ServiceLoader} makes it. */
public final class BoringSslEngine implements EngineProvider {
    private static final String ARTIFACT = "io.netty:netty-tcnative-boringssl-static";
    private static final String NAME = "BoringSSL";

    /** For {@link java.util.ServiceLoader}. */
    public BoringSslEngine() {}

    @Override
    public Use use() {
        return Use.EVENT_LOOP;
    }

    @Override
    public EngineContext open(EngineSettings settings) throws EngineUnavailableException {
        BoringSsl.requireOnClassPath(
                "io.netty.internal.tcnative.SSLContext", BoringSslEngine.class.getClassLoader(), ARTIFACT);
        try {
            requireBoringSsl();
            requireAllOf(settings);
            return new BoringSslContext(settings);
        } catch (SSLException | RuntimeException e) {
            throw unavailable("BoringSSL cannot make a TLS context (" + e + ")", e);
        } catch (LinkageError e) {
            throw unavailable(ARTIFACT + " does not fit the Netty on the class path (" + e + ")", e);
        }
    }

    private static void requireBoringSsl() throws EngineUnavailableException {
        if (!OpenSsl.isAvailable()) {
            Throwable cause = OpenSsl.unavailabilityCause();
            throw unavailable(
                    "the netty-tcnative on the class path does not load, expected " + ARTIFACT
                            + " with a library for this machine (" + cause + ")",
                    cause);
        }
        if (!OpenSsl.versionString().startsWith(NAME)) {
            throw unavailable(
                    "the netty-tcnative on the class path binds " + OpenSsl.versionString()
                            + ", expected BoringSSL; use " + ARTIFACT,
                    null);
        }
    }

    private static void requireAllOf(EngineSettings settings) throws EngineUnavailableException {
        Set<String> suites = OpenSsl.availableJavaCipherSuites();
        List<String> missing = settings.missing(suites, settings.protocols());
        if (!missing.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE, "BoringSSL does not have " + missing, null);
        }
        BoringSsl.requireAllOfTls13(settings, suites);
    }

    private static EngineUnavailableException unavailable(String why, @Nullable Throwable cause) {
        return new EngineUnavailableException(RefusalReason.UNSUPPORTED_SETTING, why, cause);
    }
}
