package io.valkeysecure.cli.pki;

import io.valkeysecure.SpkiPin;
import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.internal.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code pki pins}: prints SPKI pins, a line each, with the subject whose key it is. */
@Command(
        name = "pins",
        description = {
            "Prints the SPKI pins (sha256/...) of certificates, leaf first, as SecureTls takes them by pins(...).%n",
            "Of a file: every certificate of a PEM or DER file.%n",
            "Of HOST:PORT: what the server presents. The server is not verified: the handshake is broken off when the"
                    + " chain has come, and nothing is sent. Compare the pins with what the CA's owner says before you"
                    + " use them.%n"
        })
public final class PkiPinsCommand extends CliCommand {
    @Parameters(arity = "1", paramLabel = "FILE|HOST:PORT", description = "a file with certificates, or a server")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String source;

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Path file = Path.of(source);
        Console console = console();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("pin", "subject"));
        for (X509Certificate certificate :
                Files.exists(file) ? read(file) : PresentedChain.of(EndpointConverter.orFile(spec(), source))) {
            rows.add(List.of(
                    SpkiPin.of(certificate).toString(), Printable.value(certificate.getSubjectX500Principal())));
        }
        console.table(rows);
        return ExitCode.OK;
    }

    private List<X509Certificate> read(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (InputStream in = new ByteArrayInputStream(InputFiles.read(file))) {
            Collection<? extends Certificate> read =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            read.forEach(certificate -> certificates.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            throw usage(file + " holds something that is no certificate");
        }
        if (certificates.isEmpty()) {
            throw usage(file + " holds no certificate");
        }
        return certificates;
    }
}
