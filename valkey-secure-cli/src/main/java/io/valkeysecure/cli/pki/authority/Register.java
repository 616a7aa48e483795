package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.base.NewFiles;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a CA has issued, and what of it was taken back: a file for each certificate in the CA's directory. */
public final class Register {
    private static final String ISSUED = "issued";
    private static final String REVOKED = "revoked";

    private final Path directory;
    private final Clock clock;

    Register(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    static void create(Path directory) throws IOException {
        NewFiles.emptyDirectory(directory.resolve(ISSUED));
        NewFiles.emptyDirectory(directory.resolve(REVOKED));
    }

    static boolean exists(Path directory) {
        return Files.isDirectory(directory.resolve(ISSUED));
    }

    /**
     * Takes a certificate back. It stands in the lists that {@link CertificateAuthority#publishCrls} writes from then
     * on.
     *
     * @param serial its serial number
     * @param reason why
     * @return what is recorded
     * @throws InputException if this CA issued none of this number, or it was revoked already
     * @throws IOException if it cannot be recorded
     */
    public Revoked revoke(BigInteger serial, Revoked.Reason reason) throws IOException {
        if (!Files.exists(issuedFile(serial))) {
            throw new InputException(
                    "no certificate " + hex(serial) + " was issued by " + directory, "ls " + directory.resolve(ISSUED));
        }
        Optional<Revoked> earlier = revocation(serial);
        if (earlier.isPresent()) {
            throw new InputException(
                    "certificate " + hex(serial) + " was revoked already, at "
                            + earlier.get().when() + " (" + earlier.get().reason() + ")",
                    "publish it: valkey-secure pki crl " + directory);
        }
        Revoked revoked = new Revoked(serial, now(clock), reason);
        NewFiles files = new NewFiles();
        files.plain(revokedFile(serial), revoked + "\n");
        files.write();
        return revoked;
    }

    /**
     * Finds the serial number of a certificate that this CA issued.
     *
     * @param file the certificate
     * @return its serial number
     * @throws InputException if it is none of this CA
     */
    public BigInteger requireIssuedHere(Path file) {
        X509Certificate certificate = Pems.certificates(file).get(0);
        Path recorded = issuedFile(certificate.getSerialNumber());
        if (!Files.exists(recorded) || !Pems.certificates(recorded).get(0).equals(certificate)) {
            throw new InputException(
                    file + ": certificate " + hex(certificate.getSerialNumber()) + " of "
                            + Printable.value(certificate.getSubjectX500Principal()) + " was not issued by "
                            + directory,
                    "its issuer is " + Printable.value(certificate.getIssuerX500Principal()));
        }
        return certificate.getSerialNumber();
    }

    List<Revoked> revoked() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(REVOKED))) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .map(Register::readRevoked)
                    .toList();
        }
    }

    Optional<Revoked> revocation(BigInteger serial) {
        Path file = revokedFile(serial);
        return Files.exists(file) ? Optional.of(readRevoked(file)) : Optional.empty();
    }

    private static Revoked readRevoked(Path file) {
        try {
            return Revoked.parse(new String(InputFiles.read(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    file + ": " + e.getMessage(), "write it as the other files of this directory have it");
        }
    }

    Path issuedFile(BigInteger serial) {
        return directory.resolve(ISSUED).resolve(hex(serial) + ".crt");
    }

    private Path revokedFile(BigInteger serial) {
        return directory.resolve(REVOKED).resolve(hex(serial));
    }

    static String hex(BigInteger serial) {
        return serial.toString(16);
    }

    /** The time as certificates and lists have it. */
    static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
