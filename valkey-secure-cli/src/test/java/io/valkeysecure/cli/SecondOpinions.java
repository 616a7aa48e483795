package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.doctor.probe.SuiteNames;
import io.valkeysecure.cli.doctor.report.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What sslscan and testssl.sh say of a server, beside what the doctor says. All three are put into the same few
 * statements about versions, suites and certificates; where they differ, {@code docs/doctor-second-opinions.md} has to
 * say why.
 */
final class SecondOpinions {
    private static final Path PAGE = Path.of("../docs/doctor-second-opinions.md");
    private static final Pattern ROW = Pattern.compile(
            "^\\| (sslscan|testssl\\.sh) \\| (.+?) \\| (doctor|tool) \\| (.+?) \\| (.+?) \\|$", Pattern.MULTILINE);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String VERSION = "accepts ";
    private static final String SUITE = "old suite ";
    private static final String EXPIRED = "certificate has expired";
    private static final String EARLY = "certificate is not valid yet";
    private static final String SOON = "certificate ends soon";
    private static final String LONG = "certificate lives long";
    private static final String NAME = "certificate is for another name";
    private static final String PATH = "no path to a trust anchor";
    private static final String ORDER = "chain is out of order";
    private static final String KEY = "weak key";
    private static final String SIGNATURE = "weak signature";
    private static final String USAGE = "certificate is not for a server";
    private static final String RENEGOTIATION = "no secure renegotiation";

    private static final Map<Check, String> SAID = Map.ofEntries(
            Map.entry(Check.CERTIFICATE_EXPIRED, EXPIRED),
            Map.entry(Check.CERTIFICATE_NOT_YET_VALID, EARLY),
            Map.entry(Check.CERTIFICATE_EXPIRES_SOON, SOON),
            Map.entry(Check.CERTIFICATE_LIFETIME_LONG, LONG),
            Map.entry(Check.CERTIFICATE_NAME_MISMATCH, NAME),
            Map.entry(Check.CERTIFICATE_UNTRUSTED, PATH),
            Map.entry(Check.CHAIN_INCOMPLETE, PATH),
            Map.entry(Check.CHAIN_DISORDERED, ORDER),
            Map.entry(Check.CERTIFICATE_KEY_WEAK, KEY),
            Map.entry(Check.CERTIFICATE_SIGNATURE_WEAK, SIGNATURE),
            Map.entry(Check.CERTIFICATE_USAGE_WRONG, USAGE),
            Map.entry(Check.RENEGOTIATION_INSECURE, RENEGOTIATION));

    /** Of what sslscan says nothing at all. */
    private static final Set<String> NOT_SSLSCANS = Set.of(SOON, ORDER, USAGE, RENEGOTIATION);

    private record Row(String tool, String server, String who, String statement) {}

    private final Set<Row> explained = new LinkedHashSet<>();
    private final Set<Row> used = new LinkedHashSet<>();
    private final Map<String, Integer> servers = new HashMap<>();
    private int agreed;
    private int differing;
    private int unexplained;

    SecondOpinions() throws IOException {
        for (MatchResult row : ROW.matcher(Files.readString(PAGE)).results().toList()) {
            explained.add(new Row(row.group(1), row.group(2), row.group(3), row.group(4)));
        }
    }

    /** Whether a finding is of a kind that other scanners speak of. */
    static boolean concerns(Set<Check> findings) {
        Set<Check> ofTls = EnumSet.of(
                Check.TLS_VERSION_OLD,
                Check.TLS_13_MISSING,
                Check.TLS_SUITE_BROKEN,
                Check.TLS_SUITE_WEAK,
                Check.CERTIFICATE_PURPOSE_MISSING,
                Check.CERTIFICATE_CONSTRAINT_VIOLATED,
                Check.CERTIFICATE_MALFORMED);
        ofTls.addAll(SAID.keySet());
        return findings.stream().anyMatch(ofTls::contains);
    }

    /** {@return the differences that nobody has explained} */
    List<String> ofSslscan(String server, int port, Path certificate, Path key, String doctorsReport) throws Exception {
        String xml = Tool.of("sslscan", "sslscan")
                .run("--xml=-", "--show-cipher-ids", "--certs=" + certificate, "--pk=" + key, "localhost:" + port)
                .output();
        Set<String> doctors = doctors(doctorsReport);
        doctors.removeAll(NOT_SSLSCANS);
        return compare("sslscan", server, Sslscan.statements(xml), doctors);
    }

    /** {@return the differences that nobody has explained} */
    List<String> ofTestssl(String server, int port, Path ca, String doctorsReport) throws Exception {
        Path report = Files.createTempFile("testssl", ".json");
        Files.delete(report); // it does not overwrite
        try {
            Tool.Run run = Tool.of("testssl", "testssl.sh")
                    .run(("--quiet --warnings off --color 0 --ip 127.0.0.1 --protocols --server-defaults --each-cipher"
                                    + " --add-ca " + ca + " --jsonfile " + report + " localhost:" + port)
                            .split(" ", -1));
            assertThat(report).as(run.output()).exists();
            return compare(
                    "testssl.sh", server, Testssl.statements(JSON.readTree(report.toFile())), doctors(doctorsReport));
        } finally {
            Files.deleteIfExists(report);
        }
    }

    private List<String> compare(String tool, String server, Set<String> tools, Set<String> doctors) {
        servers.merge(tool, 1, Integer::sum);
        List<String> open = new ArrayList<>();
        Set<String> all = new TreeSet<>(tools);
        all.addAll(doctors);
        for (String statement : all) {
            if (tools.contains(statement) && doctors.contains(statement)) {
                agreed++;
                continue;
            }
            String who = tools.contains(statement) ? "tool" : "doctor";
            List<Row> rows = Stream.of(server, "*")
                    .map(name -> new Row(tool, name, who, statement))
                    .filter(explained::contains)
                    .toList();
            used.addAll(rows);
            differing++;
            if (rows.isEmpty()) {
                unexplained++;
                String row = "| " + tool + " | " + server + " | " + who + " | " + statement + " | ? |";
                System.out.println("second opinions: not explained: " + row);
                open.add(row);
            }
        }
        return open;
    }

    /** A page that explains what is not so any more is not reviewed. */
    void requireNothingStale() {
        assertThat(explained).as("rows of " + PAGE + " that nothing needs").isEqualTo(used);
    }

    String figures() {
        return String.format(
                Locale.ROOT,
                "second opinions: %d servers by sslscan, %d by testssl.sh, %d statements agree, %d differ, %d unexplained",
                servers.getOrDefault("sslscan", 0),
                servers.getOrDefault("testssl.sh", 0),
                agreed,
                differing,
                unexplained);
    }

    private static Set<String> doctors(String report) throws IOException {
        JsonNode json = JSON.readTree(report);
        Set<String> statements = new TreeSet<>();
        String versions = json.at("/nodes/0/facts/tls").asText("");
        Stream.of(versions.split(" ", -1))
                .filter(version -> !version.isEmpty())
                .forEach(version -> statements.add(VERSION + version));
        for (JsonNode finding : json.get("findings")) {
            Check check = Check.valueOf(
                    finding.get("id").asText().toUpperCase(Locale.ROOT).replace('-', '_'));
            if (check == Check.TLS_SUITE_BROKEN || check == Check.TLS_SUITE_WEAK) {
                Stream.of(finding.get("evidence")
                                .asText()
                                .replace("accepted: ", "")
                                .split(" ", -1))
                        .forEach(suite -> statements.add(SUITE + suite));
            }
            if (SAID.containsKey(check)) {
                statements.add(SAID.get(check));
            }
        }
        return statements;
    }

    /** Forward secrecy and authenticated encryption with a whole tag; all names of TLS 1.3 but one. */
    private static boolean isModern(String ianaName) {
        return ianaName.matches(
                "TLS_(AES|CHACHA20)_.*(?<!CCM_8)_SHA\\d+|TLS_(EC)?DHE_(RSA|ECDSA)_.*(GCM|POLY1305|_CCM)(_SHA\\d+)?");
    }

    /**
     * Reads the XML by what it says; what it says of a certificate are facts, its judgements are in its colours only.
     */
    private static final class Sslscan {
        private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("MMM d HH:mm:ss yyyy z", Locale.ROOT);
        private static final Pattern PROTOCOL =
                Pattern.compile("<protocol type=\"(\\w+)\" version=\"([\\d.]+)\" enabled=\"1\"");
        private static final Pattern CIPHER = Pattern.compile("<cipher [^>]*cipher=\"([^\"]+)\" id=\"0x(\\w+)\"");

        private Sslscan() {}

        static Set<String> statements(String xml) {
            assertThat(xml).contains("</document>");
            Set<String> statements = new TreeSet<>();
            PROTOCOL.matcher(xml).results().forEach(found -> statements.add(VERSION + version(found)));
            CIPHER.matcher(xml)
                    .results()
                    .map(found -> SuiteNames.of(Integer.parseInt(found.group(2), 16)))
                    .filter(name -> !isModern(name))
                    .forEach(name -> statements.add(SUITE + name));
            if (xml.contains("<certificate ")) {
                certificate(xml, statements);
            }
            return statements;
        }

        private static String version(MatchResult found) {
            return found.group(1).equals("ssl")
                    ? "SSLv" + found.group(2)
                    : "TLSv" + found.group(2).replaceFirst("^1\\.0$", "1");
        }

        private static void certificate(String xml, Set<String> statements) {
            Instant begin = date(xml, "not-valid-before");
            Instant end = date(xml, "not-valid-after");
            add(statements, EXPIRED, element(xml, "expired").equals("true"));
            add(statements, EARLY, begin.isAfter(Instant.now()));
            add(statements, LONG, Duration.between(begin, end).toDays() > 398);
            add(statements, NAME, !element(xml, "altnames").matches(".*DNS:localhost\\b.*"));
            add(statements, PATH, element(xml, "self-signed").equals("true"));
            add(statements, KEY, xml.matches("(?s).*<pk error=\"(true\"|false\" type=\"RSA\" bits=\"1\\d{3}\").*"));
            add(statements, SIGNATURE, element(xml, "signature-algorithm").matches("(?i).*(sha1|md5).*"));
        }

        private static Instant date(String xml, String name) {
            String text = element(xml, name).replaceAll(" +", " ");
            return ZonedDateTime.parse(text, DATE).toInstant();
        }

        private static String element(String xml, String name) {
            return Pattern.compile("<" + name + ">(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</" + name + ">")
                    .matcher(xml)
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElse("");
        }
    }

    private static final class Testssl {
        private static final Map<String, String> VERSIONS = Map.of(
                "SSLv2", "SSLv2", "SSLv3", "SSLv3", "TLS1", "TLSv1", "TLS1_1", "TLSv1.1", "TLS1_2", "TLSv1.2", "TLS1_3",
                "TLSv1.3");
        private static final Set<String> GOOD = Set.of("OK", "INFO");

        private Testssl() {}

        static Set<String> statements(JsonNode report) {
            Map<String, JsonNode> byId = new HashMap<>();
            Set<String> statements = new TreeSet<>();
            for (JsonNode entry : report) {
                String id = entry.get("id").asText();
                String finding = entry.get("finding").asText();
                byId.putIfAbsent(id.split(" ", -1)[0], entry);
                if (id.startsWith("cipher_x")) {
                    String name = finding.strip().replaceFirst("^.*\\s", "");
                    add(statements, SUITE + name, !isModern(name));
                } else if (VERSIONS.containsKey(id)) {
                    add(statements, VERSION + VERSIONS.get(id), finding.startsWith("offered"));
                }
            }
            if (byId.containsKey("cert_trust")) {
                certificate(byId, statements);
                // TLS 1.3 has no renegotiation
                add(
                        statements,
                        RENEGOTIATION,
                        statements.contains(VERSION + "TLSv1.2")
                                && !text(byId, "TLS_extensions").contains("renegotiation info"));
            }
            return statements;
        }

        private static void certificate(Map<String, JsonNode> byId, Set<String> statements) {
            add(statements, EXPIRED, text(byId, "cert_expirationStatus").startsWith("expired"));
            add(statements, SOON, text(byId, "cert_expirationStatus").startsWith("expires <"));
            add(
                    statements,
                    EARLY,
                    text(byId, "cert_notBefore")
                                    .compareTo(Instant.now().toString().replace('T', ' '))
                            > 0);
            add(statements, LONG, isBad(byId, "cert_validityPeriod"));
            add(statements, NAME, !text(byId, "cert_trust").startsWith("Ok"));
            add(statements, PATH, !text(byId, "cert_chain_of_trust").startsWith("passed"));
            add(statements, ORDER, text(byId, "certs_list_ordering_problem").equals("yes"));
            add(statements, KEY, isBad(byId, "cert_keySize"));
            add(statements, SIGNATURE, isBad(byId, "cert_signatureAlgorithm"));
            add(statements, USAGE, isBad(byId, "cert_keyUsage") || isBad(byId, "cert_extKeyUsage"));
        }

        private static boolean isBad(Map<String, JsonNode> byId, String id) {
            return byId.containsKey(id)
                    && !GOOD.contains(byId.get(id).get("severity").asText());
        }

        private static String text(Map<String, JsonNode> byId, String id) {
            return byId.containsKey(id) ? byId.get(id).get("finding").asText() : "";
        }
    }

    private static void add(Set<String> statements, String statement, boolean isSo) {
        if (isSo) {
            statements.add(statement);
        }
    }
}
