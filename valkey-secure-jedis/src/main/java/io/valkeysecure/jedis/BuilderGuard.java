package io.valkeysecure.jedis;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;

/** Refuses settings by which a builder of ours would make other connections than verified ones. */
final class BuilderGuard {
    private BuilderGuard() {}

    static TlsConfigurationException already(String setting) {
        return refused(setting + " was given to SecureJedis already: give it there");
    }

    static TlsConfigurationException notTaken(String setting) {
        return refused(
                setting + " would bring connections of its own, expected none: give it to Jedis' own builder, with"
                        + " configurations made by SecureJedis.clientConfig(..)");
    }

    private static TlsConfigurationException refused(String message) {
        return RootTypes.configurationRefused(RefusalReason.PLAINTEXT_REQUESTED, message);
    }
}
