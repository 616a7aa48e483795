package io.valkeysecure.cli.base;

import io.valkeysecure.Endpoint;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code host:port} or {@code [address]:port}. */
public final class EndpointConverter implements ITypeConverter<Endpoint> {
    @Override
    public Endpoint convert(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        try {
            if (colon >= 0 && !bareIpv6) {
                return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new TypeConversionException("expected one such as valkey.example:6379 or [::1]:6379, was " + text);
    }

    /** Reads an argument that is no file, and so has to be a server. */
    public static Endpoint orFile(CommandSpec spec, String text) {
        try {
            return new EndpointConverter().convert(text);
        } catch (TypeConversionException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "neither a file that exists nor HOST:PORT: " + text + " (" + e.getMessage() + ")");
        }
    }
}
