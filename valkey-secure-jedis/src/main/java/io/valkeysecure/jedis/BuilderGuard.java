package io.valkeysecure.jedis;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;

/** Makes the refusals of builder settings that would open connections without verification. */
final class BuilderGuard {
    private BuilderGuard() {}

    static TlsConfigurationException already(String setting) {
        return refused("expected " + setting + " from SecureJedis only, seen it set again; give it to SecureJedis");
    }

    static TlsConfigurationException notTaken(String setting) {
        return refused(
                "expected no " + setting + ", which would open connections of its own, seen one; use Jedis' own builder"
                        + " with configurations made by SecureJedis.clientConfig(..)");
    }

    private static TlsConfigurationException refused(String message) {
        return RootTypes.configurationRefused(RefusalReason.PLAINTEXT_REQUESTED, message);
    }
}
