package io.valkeysecure.internal.text;

import java.util.regex.Pattern;

/**
 * Takes addresses of memory out of the text of native libraries. Conscrypt tells where its session lies,
 * "ssl=0x7f5c3c0a1b28", and where BoringSSL found an error: they help nobody who reads a message, and who attacks the
 * process.
 */
public final class NativeAddresses {
    private static final Pattern SESSION = Pattern.compile("\\bssl=0x[0-9a-fA-F]++:? ?");
    private static final Pattern ADDRESS = Pattern.compile(" ?\\b0x[0-9a-fA-F]{9,16}+(?::0x[0-9a-fA-F]++)?");

    private NativeAddresses() {}

    /**
     * Removes them.
     *
     * @param text the text of an exception
     * @return the text without addresses
     */
    public static String removed(String text) {
        return text.contains("0x")
                ? ADDRESS.matcher(SESSION.matcher(text).replaceAll("")).replaceAll("")
                : text;
    }
}
