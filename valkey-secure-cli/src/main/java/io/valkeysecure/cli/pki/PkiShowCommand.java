package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pki show}. */
@Command(
        name = "show",
        description = {
            "Shows what is in a file, or what a server presents: names, dates, usages, pins.%n",
            "Nothing is verified (pki verify does that), and of a server nothing is asked but its certificates.%n"
        })
public final class PkiShowCommand extends CliCommand {
    private static final Secrets STORE_PASSWORD =
            new Secrets("password of the store", "--store-password-file", "VALKEY_SECURE_STORE_PASSWORD");

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
        Console console = console();
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
        for (X509Certificate certificate : PresentedChain.of(EndpointConverter.orFile(spec(), source))) {
            items.add(CertificateItem.of(certificate, items.size() + 1, Instant.now()));
        }
        return items;
    }
}
