package io.valkeysecure.lettuce.engine;

import io.netty.handler.ssl.OpenSsl;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** BoringSSL for clients with an event loop. Public, since {@link java.util.ServiceLoader} makes it. */
public final class BoringSslEngine implements EngineProvider {
    private static final String NAME = "BoringSSL";

    /** BoringSSL has no switch for one of them. */
    private static final List<String> TLS_1_3_SUITES =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    /** For {@link java.util.ServiceLoader}. */
    public BoringSslEngine() {}

    @Override
    public Use use() {
        return Use.EVENT_LOOP;
    }

    @Override
    public EngineContext open(EngineSettings settings) throws EngineUnavailableException {
        try {
            requireBoringSsl();
            requireAllOf(settings);
            return new BoringSslContext(settings);
        } catch (SSLException | RuntimeException e) {
            throw unavailable("BoringSSL makes no TLS context (" + e + ")", e);
        } catch (LinkageError e) {
            throw unavailable(
                    "io.netty:netty-tcnative-boringssl-static does not fit the Netty that is there (" + e + ")", e);
        }
    }

    private static void requireBoringSsl() throws EngineUnavailableException {
        if (!OpenSsl.isAvailable()) {
            throw unavailable(
                    "io.netty:netty-tcnative-boringssl-static is not on the class path, or has no library for this machine",
                    OpenSsl.unavailabilityCause());
        }
        if (!OpenSsl.versionString().startsWith(NAME)) {
            throw unavailable(
                    "the netty-tcnative on the class path binds " + OpenSsl.versionString()
                            + "; take io.netty:netty-tcnative-boringssl-static",
                    null);
        }
    }

    private static void requireAllOf(EngineSettings settings) throws EngineUnavailableException {
        List<String> missing = new ArrayList<>(settings.cipherSuites());
        missing.removeAll(OpenSsl.availableJavaCipherSuites());
        if (!missing.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE, "BoringSSL does not have " + missing, null);
        }
        List<String> fixed = new ArrayList<>(TLS_1_3_SUITES);
        fixed.removeAll(settings.cipherSuites());
        if (!fixed.isEmpty() && settings.protocols().contains("TLSv1.3")) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE,
                    "BoringSSL offers all suites of TLS 1.3 or none, and the policy leaves out " + fixed,
                    null);
        }
    }

    private static EngineUnavailableException unavailable(String why, @Nullable Throwable cause) {
        return new EngineUnavailableException(RefusalReason.UNSUPPORTED_SETTING, why, cause);
    }
}
