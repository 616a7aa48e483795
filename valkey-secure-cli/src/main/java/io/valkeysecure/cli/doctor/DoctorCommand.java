package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.base.MetricsEndpoint;
import io.valkeysecure.cli.base.NewFiles;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.doctor.report.HtmlReport;
import io.valkeysecure.cli.doctor.report.JsonReport;
import io.valkeysecure.cli.doctor.report.Profile;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.SarifReport;
import io.valkeysecure.cli.doctor.report.Severity;
import io.valkeysecure.cli.doctor.report.Waiver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Examines a server, and every node, replica and sentinel that it tells of: ports, versions and suites of TLS,"
                    + " certificates, client authentication; with a login also configuration and users. Says what to"
                    + " change.%n",
            "Nothing is written to a server, and no password is sent before it is verified by the library's own"
                    + " verifier. Each finding is explained in the documentation, to which the report links.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every check was made, and nothing was found that is as bad as --fail-on",
            "1:something was found",
            "2:the login failed, a check could not be made, the command line or a file is not as needed, or the server is"
                    + " no Valkey",
            "3:the server cannot be reached, or does not answer"
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final int USUAL_INTERVAL = 60;
    private static final int USUAL_PORT = 9663;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "HOST:PORT",
            description = "the server's TLS port; several for servers that do not name each other")
    private List<String> given = List.of();

    @Option(
            names = "--targets",
            paramLabel = "FILE",
            description = "a file with further HOST:PORT, one a line; lines that begin with # do not count")
    private @Nullable Path targets;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--app-user",
            paramLabel = "USER",
            description = "the application's user, judged as such even if it is --user; otherwise who logs in is taken"
                    + " for the administrator")
    private @Nullable String applicationUser;

    @Option(
            names = "--plaintext-ports",
            paramLabel = "PORT",
            split = ",",
            defaultValue = "6379,-1,+1",
            description = "where else on each host somebody may answer without TLS; with a sign, counted from the TLS"
                    + " port; default: ${DEFAULT-VALUE}")
    private List<String> plaintextPorts = List.of();

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            defaultValue = "medium",
            description = "from which on a finding makes the exit code 1: ${COMPLETION-CANDIDATES}; default:"
                    + " ${DEFAULT-VALUE}")
    private Severity failOn = Severity.MEDIUM;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "how long one connection may take; default: ${DEFAULT-VALUE}")
    private int timeoutSeconds;

    /** To standard output; a table for people if none is asked for. */
    static final class Format {
        @Option(names = "--json", description = "print JSON")
        private boolean json;

        @Option(names = "--sarif", description = "print SARIF 2.1.0")
        private boolean sarif;
    }

    @ArgGroup
    private Format format = new Format();

    @Option(names = "--html", paramLabel = "FILE", description = "write a report for people to a file as well")
    private @Nullable Path html;

    /** The names that {@code --profile} takes. */
    static final class Profiles extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Profiles() {
            super(Profile.names());
        }
    }

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            completionCandidates = Profiles.class,
            description = "add a table by the controls of a document that the checks answer: ${COMPLETION-CANDIDATES}")
    private @Nullable String profile;

    @Option(
            names = "--ignore",
            paramLabel = "FILE",
            description = "findings that are accepted, each with a reason and an end: JSON, a list of objects with id,"
                    + " node, reason and until; the report shows them")
    private @Nullable Path ignore;

    @Option(
            names = "--watch",
            description = "examine again and again until Ctrl-C; print the first report and then what changes, and show"
                    + " metrics to Prometheus on loopback")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "with --watch: how long to wait in between, at least 5; default: " + USUAL_INTERVAL)
    private @Nullable Integer interval;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "with --watch: where /metrics is, on loopback; 0 for a free one; default: " + USUAL_PORT)
    private @Nullable Integer metricsPort;

    @Override
    public Integer call() throws IOException {
        requireSense();
        Console console = Console.of(spec.commandLine());
        if (watch) {
            watch(console);
            return ExitCode.OK;
        }
        Report report = examine(console);
        write(report, console);
        return exitCode(report);
    }

    private int exitCode(Report report) {
        if (report.isLoginFailed()) {
            return ExitCode.USAGE;
        }
        if (report.countFrom(failOn) > 0) {
            return ExitCode.REFUSED;
        }
        return report.isComplete() ? ExitCode.OK : ExitCode.USAGE;
    }

    private void watch(Console console) throws IOException {
        int port = metricsPort == null ? USUAL_PORT : metricsPort;
        int seconds = interval == null ? USUAL_INTERVAL : interval;
        DoctorMetrics metrics = new DoctorMetrics(failOn, Clock.systemUTC());
        try (MetricsEndpoint shown = MetricsEndpoint.open(metrics.registry(), port, "--metrics-port PORT")) {
            List<Endpoint> seeds = seeds();
            console.step("watching " + seeds.stream().map(Endpoint::toString).collect(Collectors.joining(", "))
                    + " every " + seconds + " s, metrics: " + shown.url() + ", Ctrl-C ends it");
            new DoctorWatch(console, seeds.get(0), () -> examine(console), metrics, Duration.ofSeconds(seconds)).run();
        }
    }

    private Report examine(Console console) throws IOException {
        Optional<SecureTls> tls = Optional.empty();
        Optional<String> problem = Optional.empty();
        SecureTls.Builder builder = connection.tls();
        try {
            tls = Optional.of(builder.build());
        } catch (TlsConfigurationException e) {
            // a finding, if it is the client's identity; what is wrong with the anchors ends it below
            problem = Optional.of(String.valueOf(e.getMessage()));
        }
        try {
            List<Waiver> waivers = ignore == null ? List.of() : WaiverFile.read(ignore);
            return new Doctor(visit(tls, problem), console::progress)
                    .examine(seeds())
                    .ignoring(waivers);
        } finally {
            tls.ifPresent(SecureTls::close);
        }
    }

    private Optional<Profile> profile() {
        return Optional.ofNullable(profile)
                .map(name -> Profile.named(name)
                        .orElseThrow(() -> usage(
                                "--profile: expected one of " + String.join(", ", Profile.names()) + ", was " + name)));
    }

    private List<Endpoint> seeds() {
        Set<Endpoint> seeds = new LinkedHashSet<>();
        for (String text : given) {
            try {
                seeds.add(new EndpointConverter().convert(text));
            } catch (TypeConversionException e) {
                throw usage(String.valueOf(e.getMessage()));
            }
        }
        if (targets != null) {
            new String(InputFiles.read(targets), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .forEach(line -> seeds.add(endpoint(line)));
        }
        if (seeds.isEmpty()) {
            throw usage("HOST:PORT is missing, or --targets FILE with one");
        }
        return List.copyOf(seeds);
    }

    private Endpoint endpoint(String line) {
        try {
            return new EndpointConverter().convert(line);
        } catch (TypeConversionException e) {
            throw new InputException(targets + ": " + e.getMessage(), "one HOST:PORT a line");
        }
    }

    private void requireSense() {
        if (timeoutSeconds < 1 || timeoutSeconds > 60) {
            throw usage("--timeout: expected 1 to 60 seconds, was " + timeoutSeconds);
        }
        if (!watch && (interval != null || metricsPort != null)) {
            throw usage("--interval and --metrics-port are about --watch, which is missing");
        }
        var unused = profile();
        if (watch && (format.json || format.sarif || html != null || profile != null)) {
            throw usage("--watch prints text: --json, --sarif, --html and --profile are for a single examination");
        }
        if (interval != null && (interval < 5 || interval > 86_400)) {
            throw usage("--interval: expected 5 to 86400 seconds, was " + interval);
        }
        if (metricsPort != null && (metricsPort < 0 || metricsPort > 65_535)) {
            throw usage("--metrics-port: a port is from 0 to 65535, was " + metricsPort);
        }
        for (String port : plaintextPorts) {
            if (!port.matches("[+-]?\\d{1,5}")) {
                throw usage("--plaintext-ports: expected such as 6379,-1,+1, was " + port);
            }
        }
        if (html != null && Files.exists(html)) {
            throw new InputException(html + " exists, and is not overwritten", "give another --html, or remove it");
        }
    }

    private ScanOptions visit(Optional<SecureTls> tls, Optional<String> problem) {
        return new ScanOptions(
                tls,
                problem,
                connection.anchors(),
                connection.anchorCertificates(),
                connection.policy(),
                connection.serverIdentity(),
                connection.revocation(),
                connection.password().map(password -> new ScanOptions.Login(connection.user(), password)),
                Optional.ofNullable(applicationUser),
                plaintextPorts,
                connection.clientFiles(),
                Duration.ofSeconds(timeoutSeconds),
                Clock.systemUTC());
    }

    private void write(Report report, Console console) throws IOException {
        if (html != null) {
            NewFiles page = new NewFiles();
            page.plain(html, HtmlReport.of(report, profile()));
            page.write();
        }
        if (format.json) {
            console.data(JsonReport.of(report, profile()));
        } else if (format.sarif) {
            console.data(SarifReport.of(report, Versions.of("valkey-secure")));
        } else {
            TextReport.write(report, console);
            profile().ifPresent(of -> TextReport.write(of, report, console));
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
