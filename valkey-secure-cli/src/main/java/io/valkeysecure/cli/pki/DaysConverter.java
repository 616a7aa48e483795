package io.valkeysecure.cli.pki;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a lifetime in days. */
public final class DaysConverter implements ITypeConverter<Duration> {
    private static final int LIMIT = 7300;

    @Override
    public Duration convert(String text) {
        try {
            int days = Integer.parseInt(text);
            if (days >= 1 && days <= LIMIT) {
                return Duration.ofDays(days);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TypeConversionException("expected 1 to " + LIMIT + " days, was " + text);
    }
}
