package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release series of Valkey.
 *
 * @param major such as 8
 * @param minor such as 0
 */
public record Version(int major, int minor) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,2})\\.(\\d{1,2})(?:\\.\\d{1,3})?");

    /**
     * Reads a version.
     *
     * @param text such as {@code 8.0} or {@code 8.0.1}
     * @return the series
     * @throws InputException if it is none, or older than 7.2
     */
    public static Version parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            Version version = new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            if (version.isAtLeast(7, 2)) {
                return version;
            }
        }
        throw new InputException("expected a Valkey of 7.2 or newer, was " + text, "valkey-server --version");
    }

    boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }
}
