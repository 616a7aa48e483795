package io.valkeysecure.cli.pki;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import io.valkeysecure.cli.resp.Shown;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.observe.TlsListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code pki verify}. */
@Command(
        name = "verify",
        description = {
            "Tells whether a client with these options would connect, and if not, why: by the verifier that the library"
                    + " itself uses.%n",
            "Of HOST:PORT: makes a handshake, logs in if --user or a password is given, and sends a PING, which shows"
                    + " whether the server takes the client certificate.%n",
            "Of a FILE: the chain of a server, leaf first, for the name that --expect-name gives.%n"
        })
public final class PkiVerifyCommand extends CliCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Parameters(paramLabel = "FILE|HOST:PORT", description = "a chain in PEM, or a server")
    private String source = "";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() throws IOException, PeerRejectedException {
        Path file = Path.of(source);
        return Files.exists(file) ? file(file) : server(EndpointConverter.orFile(spec(), source));
    }

    private int file(Path file) throws PeerRejectedException {
        if (connection.user().isPresent()) {
            throw usage("--user is for HOST:PORT: nobody logs in to a file");
        }
        ServerIdentity expected = connection
                .serverIdentity()
                .orElseThrow(() -> usage("--expect-name NAME is missing: of a file nobody knows the host"));
        ChainVerifier.Builder builder =
                ChainVerifier.trusting(connection.anchors()).policy(connection.policy());
        connection.revocation().ifPresent(builder::revocation);
        ValidatedPath path = builder.build().verify(chain(file), expected);
        Console console = console();
        console.step("a server with " + file + " would be accepted as " + expected);
        console.result("leaf " + Printable.value(path.certificates().get(0).getSubjectX500Principal()) + ", not after "
                + path.certificates().get(0).getNotAfter().toInstant() + "\nissued under "
                + Printable.value(path.anchor().getSubjectX500Principal()));
        return ExitCode.OK;
    }

    private static List<X509Certificate> chain(Path file) {
        try {
            return Pem.certificates(InputFiles.read(file));
        } catch (MalformedException e) {
            throw new InputException(file + ": " + e.problem(), "what is in it: valkey-secure pki show " + file);
        }
    }

    private int server(Endpoint endpoint) throws IOException {
        List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
        Optional<String> password = connection.password();
        try (SecureTls tls = connection
                        .tls()
                        .listener(new TlsListener() {
                            @Override
                            public void handshakeSucceeded(VerifiedHandshake handshake) {
                                verified.add(handshake);
                            }
                        })
                        .build();
                RespConnection opened = RespConnection.open(tls, endpoint, TIMEOUT, AnswerLimits.ofSettings())) {
            if (password.isPresent()
                    && opened.login(connection.user(), password.get()) instanceof Reply.Failed failed) {
                console().error(Printable.message(failed.text()));
                Failure.hintOfAnswer(failed.text()).ifPresent(console()::hint);
                return ExitCode.REFUSED;
            }
            Reply answer = opened.execute(List.of("PING"));
            VerifiedHandshake handshake = verified.get(verified.size() - 1);
            Console console = console();
            console.step("a client with these options connects to " + endpoint);
            console.result(handshake.version().protocol() + " " + handshake.cipherSuite() + "\nleaf "
                    + Printable.value(handshake.leaf().getSubjectX500Principal()) + ", not after "
                    + handshake.leaf().getNotAfter().toInstant() + "\nissued under "
                    + Printable.value(handshake.path().anchor().getSubjectX500Principal()) + "\nanswer to PING: "
                    + Shown.forPeople(answer));
            return ExitCode.OK;
        }
    }
}
