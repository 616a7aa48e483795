package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.probe.AnonymousProbe;
import io.valkeysecure.cli.doctor.probe.ClientHello;
import io.valkeysecure.cli.doctor.probe.ServerHello;
import io.valkeysecure.cli.doctor.probe.TlsProbe;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Looks from outside, as anybody could: versions and suites of TLS, certificates, client authentication. */
final class OutsideChecks {
    private static final int LEAST_DH_BITS = 2048;

    private final ScanOptions visit;
    private final Endpoint endpoint;
    private final NodeFindings seen;
    private final CheckResults results;
    private boolean mayRenegotiate;

    OutsideChecks(ScanOptions visit, Endpoint endpoint, NodeFindings seen, CheckResults results) {
        this.visit = visit;
        this.endpoint = endpoint;
        this.seen = seen;
        this.results = results;
    }

    /**
     * Looks.
     *
     * @return when the first certificate ends that the server presents
     * @throws IOException if the server cannot be reached or does not answer
     * @throws InputException if it is no Valkey
     */
    Optional<Instant> look() throws IOException {
        TlsProbe.Accepted accepted;
        try {
            accepted = new TlsProbe(endpoint, visit.limit()).ask();
        } catch (ServerHello.NoTlsException e) {
            throw noValkey(String.valueOf(e.getMessage()));
        }
        if (accepted.versions().isEmpty()) {
            throw noValkey("it accepts no version of TLS, and does not answer without");
        }
        seen.facts().put("tls", String.join(" ", accepted.versions()));
        seen.facts().put("post-quantum group", accepted.postQuantum() ? "X25519MLKEM768" : "none");
        if (accepted.accepts(ClientHello.TLS_12)) {
            seen.facts().put("session tickets of TLS 1.2", accepted.ticket() ? "yes" : "no");
        }
        versions(accepted);
        compression(accepted.compression());
        group(accepted.dhBits());
        suites(Check.TLS_SUITE_BROKEN, accepted.broken());
        suites(Check.TLS_SUITE_WEAK, accepted.weak());
        return stranger();
    }

    private void versions(TlsProbe.Accepted accepted) {
        List<String> old = accepted.versions().stream()
                .filter(version -> !version.equals("TLSv1.2") && !version.equals("TLSv1.3"))
                .toList();
        if (!old.isEmpty()) {
            seen.add(Check.TLS_VERSION_OLD, "accepted: " + String.join(" ", old));
        }
        if (!accepted.accepts(ClientHello.TLS_13)) {
            seen.add(Check.TLS_13_MISSING, "accepted: " + String.join(" ", accepted.versions()));
        }
        results.passed(Check.TLS_VERSION_OLD, Check.TLS_13_MISSING);
        mayRenegotiate = accepted.accepts(ClientHello.TLS_12);
        if (!mayRenegotiate) {
            results.notApplicable("TLS 1.2 is not accepted", Check.RENEGOTIATION_BY_CLIENT);
        }
        if (accepted.secureRenegotiation().isEmpty()) {
            results.notApplicable("TLS 1.3 has no renegotiation", Check.RENEGOTIATION_INSECURE);
            return;
        }
        results.passed(Check.RENEGOTIATION_INSECURE);
        if (!accepted.secureRenegotiation().get()) {
            seen.add(Check.RENEGOTIATION_INSECURE, "no renegotiation_info in the ServerHello");
        }
    }

    /** Whether a version is accepted that has renegotiation; known after the look. */
    boolean mayRenegotiate() {
        return mayRenegotiate;
    }

    private void compression(Optional<Boolean> compression) {
        if (compression.isEmpty()) {
            results.notApplicable("TLS 1.3 has no compression", Check.TLS_COMPRESSION);
            return;
        }
        results.passed(Check.TLS_COMPRESSION);
        if (compression.get()) {
            seen.add(Check.TLS_COMPRESSION, "the ServerHello chose a compression");
        }
    }

    private void group(Optional<Integer> dhBits) {
        if (dhBits.isEmpty()) {
            results.notApplicable("no suite with DHE is accepted", Check.DH_GROUP_SMALL);
            return;
        }
        results.passed(Check.DH_GROUP_SMALL);
        seen.facts().put("Diffie-Hellman group", dhBits.get() + " bits");
        if (dhBits.get() < LEAST_DH_BITS) {
            seen.add(Check.DH_GROUP_SMALL, dhBits.get() + " bits, expected " + LEAST_DH_BITS + " or more");
        }
    }

    private void suites(Check check, List<String> names) {
        if (!names.isEmpty()) {
            seen.add(check, "accepted: " + String.join(" ", names));
        }
        results.passed(check);
    }

    private InputException noValkey(String why) {
        return new InputException(
                endpoint + " is no Valkey: " + why, "is this its tls-port, and not that of another service?");
    }

    private Optional<Instant> stranger() throws IOException {
        AnonymousProbe.Seen stranger = AnonymousProbe.look(endpoint, visit.limit());
        if (stranger.answer().isPresent()) {
            answered(stranger.answer().get(), stranger.asked());
        } else if (stranger.asked() && !stranger.silent()) {
            results.passed(Check.CLIENT_CERTIFICATE_NOT_ASKED, Check.CLIENT_CERTIFICATE_OPTIONAL);
        } else {
            results.notMade(
                    "PING of a client without a certificate was not answered: " + stranger.problem(),
                    Check.CLIENT_CERTIFICATE_NOT_ASKED,
                    Check.CLIENT_CERTIFICATE_OPTIONAL);
        }
        if (stranger.chain().isEmpty()) {
            results.notMade("no chain was seen: " + stranger.problem(), CheckResults.OF_CHAIN);
            return Optional.empty();
        }
        seen.facts().put("leaf", Printable.value(stranger.chain().get(0).getSubjectX500Principal()));
        seen.facts()
                .put(
                        "not after",
                        stranger.chain().get(0).getNotAfter().toInstant().toString());
        new ChainCheck(visit, seen.target(), stranger.chain())
                .findings(endpoint.host(), results)
                .forEach(seen::add);
        return stranger.chain().stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder());
    }

    private void answered(String answer, boolean asked) {
        if (!answer.startsWith("+") && !answer.startsWith("-")) {
            throw noValkey("PING was answered with " + answer);
        }
        seen.add(
                asked ? Check.CLIENT_CERTIFICATE_OPTIONAL : Check.CLIENT_CERTIFICATE_NOT_ASKED,
                "PING of a client without a certificate was answered with " + answer);
        if (asked) {
            results.passed(Check.CLIENT_CERTIFICATE_NOT_ASKED);
        } else {
            results.notApplicable("clients are not asked for one", Check.CLIENT_CERTIFICATE_OPTIONAL);
        }
        if (answer.startsWith("+PONG")) {
            seen.add(Check.DEFAULT_USER_OPEN, "PING before a login was answered with +PONG");
        } else if (answer.startsWith("-NOAUTH")) {
            results.passed(Check.DEFAULT_USER_OPEN);
        }
    }
}
