package io.valkeysecure.cli.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The versions that this command line was built with. */
public final class Versions implements IVersionProvider {
    private static final Properties BUILT_WITH = read();

    public static String of(String part) {
        return BUILT_WITH.getProperty(part, "of unknown version");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"valkey-secure " + of("valkey-secure") + ", Java " + Runtime.version()};
    }

    private static Properties read() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            properties.load(Objects.requireNonNull(in, "versions.properties"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
