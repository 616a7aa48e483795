package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.NewFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * A CA in a directory of its owner:
 *
 * <ul>
 *   <li>{@code ca.crt}, {@code ca.key}: the root, which clients and servers trust; its key is encrypted;
 *   <li>{@code intermediate.crt}, {@code intermediate.key}: what issues the leaves, where it was asked for; then {@code
 *       ca.key} may be kept elsewhere;
 *   <li>{@code issued/SERIAL.crt}: every leaf that was issued, written before it is handed out;
 *   <li>{@code revoked/SERIAL}: those that were taken back, since when and why;
 *   <li>{@code ca.crl}, {@code intermediate.crl}: the newest list of each CA. Only these are ever written anew.
 * </ul>
 */
public final class CertificateAuthority {
    /** How long the list of a root is good that only signs an intermediate: its key is not at hand. */
    public static final Duration ROOT_CRL_LIFETIME = Duration.ofDays(365);

    /** So that a machine whose clock is a little behind takes a new certificate. */
    private static final Duration BACKDATING = Duration.ofMinutes(5);

    private static final String ROOT = "ca";
    private static final String INTERMEDIATE = "intermediate";

    private final Path directory;
    private final Clock clock;
    private final X509Certificate root;
    private final Optional<X509Certificate> intermediate;
    private final Register register;

    private CertificateAuthority(
            Path directory, Clock clock, X509Certificate root, Optional<X509Certificate> intermediate) {
        this.directory = directory;
        this.clock = clock;
        this.root = root;
        this.intermediate = intermediate;
        this.register = new Register(directory, clock);
    }

    /**
     * What a new CA shall be.
     *
     * @param name the common name of the root
     * @param keyType the keys of the root and the intermediate
     * @param lifetime how long they are good
     * @param crlLifetime how long the first list of the CA that issues leaves is good
     * @param withIntermediate whether an intermediate issues the leaves
     */
    public record Plan(
            String name, KeyType keyType, Duration lifetime, Duration crlLifetime, boolean withIntermediate) {}

    /**
     * Makes a new CA.
     *
     * @param directory a directory that is empty or not there yet
     * @param plan what it shall be
     * @param passphrase what the keys are encrypted under
     * @param clock tells the time
     * @return the CA
     * @throws InputException if the directory is not empty
     * @throws IOException if it cannot be written
     */
    public static CertificateAuthority create(Path directory, Plan plan, char[] passphrase, Clock clock)
            throws IOException {
        X500Name rootName = Names.subject(plan.name());
        X500Name intermediateName =
                Names.subject(plan.withIntermediate() ? plan.name() + " intermediate" : plan.name());
        NewFiles.emptyDirectory(directory);
        Instant now = Register.now(clock);
        Instant from = now.minus(BACKDATING);
        Instant until = now.plus(plan.lifetime());
        NewFiles files = new NewFiles();
        KeyPair rootKey = plan.keyType().generate();
        Issuer root = Issuer.root(rootKey, rootName, plan.withIntermediate() ? 1 : 0, from, until);
        files.secret(directory.resolve(ROOT + ".key"), Pems.encrypted(rootKey.getPrivate(), passphrase));
        files.plain(directory.resolve(ROOT + ".crt"), Pems.of(root.certificate()));
        Duration rootCrl = plan.withIntermediate() ? ROOT_CRL_LIFETIME : plan.crlLifetime();
        files.plain(directory.resolve(ROOT + ".crl"), crl(root, rootCrl, now));
        Optional<X509Certificate> intermediate = Optional.empty();
        if (plan.withIntermediate()) {
            KeyPair key = plan.keyType().generate();
            Issuer issuer = root.intermediate(key, intermediateName, from, until);
            intermediate = Optional.of(issuer.certificate());
            files.secret(directory.resolve(INTERMEDIATE + ".key"), Pems.encrypted(key.getPrivate(), passphrase));
            files.plain(directory.resolve(INTERMEDIATE + ".crt"), Pems.of(issuer.certificate()));
            files.plain(directory.resolve(INTERMEDIATE + ".crl"), crl(issuer, plan.crlLifetime(), now));
        }
        Register.create(directory);
        files.write();
        return new CertificateAuthority(directory, clock, root.certificate(), intermediate);
    }

    private static String crl(Issuer issuer, Duration lifetime, Instant now) {
        return Pems.write(issuer.crl(BigInteger.ONE, List.of(), now, now.plus(lifetime)));
    }

    /**
     * Opens a CA that was made by {@link #create}.
     *
     * @param directory its directory
     * @param clock tells the time
     * @return the CA
     * @throws InputException if there is none
     */
    public static CertificateAuthority open(Path directory, Clock clock) {
        Path root = directory.resolve(ROOT + ".crt");
        if (!Register.exists(directory) || !Files.exists(root)) {
            throw new InputException(
                    directory + " is not the directory of a CA, ca.crt or issued/ is missing",
                    "make one: valkey-secure pki init " + directory);
        }
        Path intermediate = directory.resolve(INTERMEDIATE + ".crt");
        return new CertificateAuthority(
                directory,
                clock,
                Pems.certificates(root).get(0),
                Files.exists(intermediate)
                        ? Optional.of(Pems.certificates(intermediate).get(0))
                        : Optional.empty());
    }

    /** {@return the file that clients and servers trust} */
    public Path anchorFile() {
        return directory.resolve(ROOT + ".crt");
    }

    /** {@return what this CA has issued and taken back} */
    public Register register() {
        return register;
    }

    /** {@return the certificate that clients and servers trust} */
    public X509Certificate anchor() {
        return root;
    }

    /**
     * What is asked of the CA.
     *
     * @param profile what the leaf is for
     * @param subject its subject
     * @param names its SAN
     * @param lifetime how long it is good
     * @param files where certificate and key go
     */
    public record Order(Profile profile, X500Name subject, GeneralNames names, Duration lifetime, LeafFiles files) {}

    /**
     * Issues a leaf for a new key.
     *
     * @param order what is asked for
     * @param keyType the kind of the key
     * @param passphrase what opens the CA's key
     * @return the leaf
     * @throws InputException if a file is there already, the passphrase is wrong or the leaf would outlive the CA
     * @throws IOException if something cannot be written
     */
    public X509Certificate issue(Order order, KeyType keyType, Passphrase passphrase) throws IOException {
        NewFiles.requireNew(order.files().certificate(), order.files().key());
        Issuer issuer = issuer(passphrase, order.lifetime());
        KeyPair pair = keyType.generate();
        NewFiles files = new NewFiles();
        files.secret(order.files().key(), Pems.of(pair.getPrivate()));
        return issue(issuer, order, pair.getPublic(), files);
    }

    /**
     * A leaf of this CA that is to be issued anew.
     *
     * @param old the leaf
     * @param order what the new one shall be
     */
    public record Renewal(X509Certificate old, Order order) {}

    /**
     * Looks whether a leaf can be issued anew.
     *
     * @param certificate a file with a leaf of this CA
     * @param lifetime how long the new one is good
     * @param files where it goes
     * @return the new one's subject, names and profile, as the old one has them
     * @throws InputException if the old one is none of this CA, or was revoked
     */
    public Renewal renewal(Path certificate, Duration lifetime, LeafFiles files) {
        Optional<Revoked> revoked = register.revocation(register.requireIssuedHere(certificate));
        if (revoked.isPresent()) {
            throw new InputException(
                    "certificate " + Register.hex(revoked.get().serial()) + " was revoked at "
                            + revoked.get().when() + " (" + revoked.get().reason() + ")",
                    "issue a new one: valkey-secure pki server, or pki client");
        }
        X509Certificate old = Pems.certificates(certificate).get(0);
        try {
            JcaX509CertificateHolder holder = new JcaX509CertificateHolder(old);
            GeneralNames names = GeneralNames.fromExtensions(holder.getExtensions(), Extension.subjectAlternativeName);
            return new Renewal(
                    old,
                    new Order(
                            Profile.of(old),
                            holder.getSubject(),
                            names == null ? Names.alternative(List.of()) : names,
                            lifetime,
                            files));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot read a certificate of our own", e);
        }
    }

    /**
     * Issues a leaf anew.
     *
     * @param renewal the leaf
     * @param keyType the kind of a new key, or empty if the key stays
     * @param passphrase what opens the CA's key
     * @return the new leaf
     * @throws InputException as {@link #issue} does
     * @throws IOException if something cannot be written
     */
    public X509Certificate renew(Renewal renewal, Optional<KeyType> keyType, Passphrase passphrase) throws IOException {
        Order order = renewal.order();
        if (keyType.isPresent()) {
            return issue(order, keyType.get(), passphrase);
        }
        NewFiles.requireNew(order.files().certificate());
        return issue(issuer(passphrase, order.lifetime()), order, renewal.old().getPublicKey(), new NewFiles());
    }

    private X509Certificate issue(Issuer issuer, Order order, PublicKey key, NewFiles files) throws IOException {
        Instant now = Register.now(clock);
        X509Certificate leaf = issuer.leaf(
                order.profile(),
                order.subject(),
                order.names(),
                key,
                now.minus(BACKDATING),
                now.plus(order.lifetime()));
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        intermediate.ifPresent(chain::add);
        files.plain(register.issuedFile(leaf.getSerialNumber()), Pems.of(leaf));
        files.plain(order.files().certificate(), Pems.of(chain));
        files.write();
        return leaf;
    }

    private Issuer issuer(Passphrase passphrase, Duration lifetime) {
        X509Certificate certificate = intermediate.orElse(root);
        Instant until = Register.now(clock).plus(lifetime);
        Instant end = certificate.getNotAfter().toInstant();
        if (until.isAfter(end)) {
            throw new InputException(
                    "a certificate that is good until " + until + " would outlive its CA, which ends at " + end,
                    "give fewer --days, or make a new CA in time");
        }
        String name = intermediate.isPresent() ? INTERMEDIATE : ROOT;
        return new Issuer(certificate, Pems.privateKey(directory.resolve(name + ".key"), passphrase.get()));
    }

    /** Gives the passphrase once everything else is known to be in order. */
    @FunctionalInterface
    public interface Passphrase {
        /** {@return the passphrase} */
        char[] get();
    }

    /**
     * A list as it was written.
     *
     * @param file where
     * @param crl the list
     */
    public record Published(Path file, X509CRL crl) {}

    /**
     * Writes new lists of what is revoked: that of the CA that issues leaves, and where an intermediate does, that of
     * the root as well, unless its key is kept elsewhere.
     *
     * @param lifetime how long the list of the CA that issues leaves is good
     * @param passphrase what opens the CA's key
     * @return the lists that were written
     * @throws IOException if one cannot be written
     */
    public List<Published> publishCrls(Duration lifetime, Passphrase passphrase) throws IOException {
        char[] secret = passphrase.get();
        Path lock = directory.resolve(".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock unused = channel.lock(); // goes with the channel
            List<Published> published = new ArrayList<>();
            List<Revoked> revoked = register.revoked();
            if (intermediate.isEmpty()) {
                published.add(publish(ROOT, root, revoked, lifetime, secret));
            } else {
                published.add(publish(INTERMEDIATE, intermediate.get(), revoked, lifetime, secret));
                if (Files.exists(directory.resolve(ROOT + ".key"))) {
                    published.add(publish(ROOT, root, List.of(), ROOT_CRL_LIFETIME, secret));
                }
            }
            return published;
        }
    }

    private Published publish(
            String name, X509Certificate certificate, List<Revoked> revoked, Duration lifetime, char[] passphrase)
            throws IOException {
        PrivateKey key = Pems.privateKey(directory.resolve(name + ".key"), passphrase);
        Path file = directory.resolve(name + ".crl");
        Instant now = Register.now(clock);
        X509CRL crl = new Issuer(certificate, key).crl(CrlNumber.after(file), revoked, now, now.plus(lifetime));
        NewFiles.replace(file, Pems.write(crl));
        return new Published(file, crl);
    }
}
