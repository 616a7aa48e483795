package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Secrets;
import io.valkeysecure.cli.base.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code pki show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Shows what is in a file, or what a server presents: names, dates, usages, pins.%n",
            "Nothing is verified (pki verify does that), and of a server nothing is asked but its certificates.%n"
        })
public final class PkiShowCommand implements Callable<Integer> {
    private static final Secrets STORE_PASSWORD =
            new Secrets("password of the store", "--store-password-file", "VALKEY_SECURE_STORE_PASSWORD");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|HOST:PORT",
            description = "certificates, CRLs, requests, keys (PEM or DER); a PKCS#12 or JKS store; or a server")
    private String source = "";

    @Option(
            names = "--store-password-file",
            paramLabel = "FILE",
            description = "file with the password of a store; otherwise it is taken from the environment variable"
                    + " VALKEY_SECURE_STORE_PASSWORD, or asked for on a terminal")
    private @Nullable Path storePasswordFile;

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Console console = Console.of(spec.commandLine());
        Path file = Path.of(source);
        List<Inspection.Item> items = Files.exists(file)
                ? Inspection.of(file, () -> STORE_PASSWORD.required(storePasswordFile), Instant.now())
                : presented();
        for (Inspection.Item item : items) {
            console.step(item.title());
            for (Inspection.Line line : item.lines()) {
                console.result(String.format(Locale.ROOT, "%-12s%s", line.name(), line.value()));
            }
        }
        return ExitCode.OK;
    }

    private List<Inspection.Item> presented() throws IOException, GeneralSecurityException {
        List<Inspection.Item> items = new ArrayList<>();
        for (X509Certificate certificate : PresentedChain.of(EndpointConverter.orFile(spec, source))) {
            items.add(Inspection.of(certificate, items.size() + 1, Instant.now()));
        }
        return items;
    }
}
