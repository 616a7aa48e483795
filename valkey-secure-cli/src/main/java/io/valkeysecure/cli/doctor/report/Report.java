package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.OptionNames;
import io.valkeysecure.internal.text.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an examination came to.
 *
 * @param at when it began
 * @param took how long it was
 * @param local findings on this side
 * @param localChecks the result of each check on this side
 * @param clientEnds when the certificate of this side ends
 * @param nodes the server that was named first, then those it told of
 * @param waivers which findings are accepted
 */
public record Report(
        Instant at,
        Duration took,
        List<Finding> local,
        List<CheckResult> localChecks,
        Optional<Instant> clientEnds,
        List<Node> nodes,
        List<Waiver> waivers) {

    /** Where the findings of this side are. */
    private static final String THIS_SIDE = "this side";

    /**
     * Makes a report in which nothing is ignored.
     *
     * @param at when it began
     * @param took how long it was
     * @param local findings on this side
     * @param localChecks the result of each check on this side
     * @param clientEnds when the certificate of this side ends
     * @param nodes the server that was named first, then those it told of
     */
    public Report(
            Instant at,
            Duration took,
            List<Finding> local,
            List<CheckResult> localChecks,
            Optional<Instant> clientEnds,
            List<Node> nodes) {
        this(at, took, local, localChecks, clientEnds, nodes, List.of());
    }

    /**
     * A finding that is ignored.
     *
     * @param finding the finding
     * @param waiver why, and until when
     */
    public record Ignored(Finding finding, Waiver waiver) {}

    /** {@return the same report with accepted findings set apart} */
    public Report ignoring(List<Waiver> accepted) {
        return new Report(at, took, local, localChecks, clientEnds, nodes, accepted);
    }

    /** What the examination as a whole says. */
    public enum Verdict {
        /** Every check was made with a login, and there is no finding. */
        TIGHT("tight"),
        /** No login was asked for; every other check was made, and there is no finding. */
        TIGHT_FROM_OUTSIDE("tight from outside"),
        /** There are findings. */
        FINDINGS("findings"),
        /** There is no finding, but not every check was made. */
        INCOMPLETE("incomplete");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        /** {@return the verdict in reports} */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * How the login ended.
     *
     * @param state not applicable if none was asked for, not made if it did not come to a login
     * @param because why it failed, was not made or is not applicable; empty if it passed
     */
    public record Login(CheckResult.State state, String because) {
        /** A login that ended. */
        public Login {
            because = OptionNames.in(because);
        }
    }

    /**
     * A server.
     *
     * @param endpoint where it is
     * @param ends when the first certificate ends that it presents; empty if none was seen
     * @param facts what was seen and is no finding: a name and a value each
     * @param findings what is wrong
     * @param notes what else is worth knowing
     * @param login how the login ended
     * @param checks the result of each check
     */
    public record Node(
            Endpoint endpoint,
            Optional<Instant> ends,
            Map<String, String> facts,
            List<Finding> findings,
            List<String> notes,
            Login login,
            List<CheckResult> checks) {

        /** {@return the checks that were not made} */
        public List<CheckResult> notMade() {
            return checks.stream()
                    .filter(result -> result.state() == CheckResult.State.NOT_MADE)
                    .toList();
        }

        /** Makes a node. Text of the server becomes printable here, for every form of a report. */
        public Node {
            Map<String, String> printable = new LinkedHashMap<>();
            facts.forEach((name, value) -> printable.put(Printable.value(name), Printable.message(value)));
            facts = Collections.unmodifiableMap(printable);
            notes = notes.stream().map(Printable::message).toList();
        }

        /** {@return whether it could be examined} */
        public boolean isReachable() {
            return findings.stream()
                    .noneMatch(finding -> finding.check() == Check.NODE_UNREACHABLE
                            && finding.target().equals(endpoint.toString()));
        }
    }

    /** {@return all findings that are not ignored, the worst first} */
    public List<Finding> findings() {
        return all().filter(each -> each.waiver().isEmpty())
                .map(Judged::finding)
                .sorted((a, b) -> b.check().severity().compareTo(a.check().severity()))
                .toList();
    }

    /**
     * {@return the findings that are not ignored, for people: what is the same on several servers stands there once}
     */
    public List<Finding> grouped() {
        Map<List<Object>, List<Finding>> same = findings().stream()
                .collect(Collectors.groupingBy(
                        finding -> List.of(finding.check(), finding.evidence(), finding.change()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return same.values().stream()
                .map(group -> new Finding(
                        group.get(0).check(),
                        group.stream().map(Finding::target).collect(Collectors.joining(", ")),
                        group.get(0).evidence(),
                        group.get(0).change()))
                .toList();
    }

    /** {@return the findings that are ignored} */
    public List<Ignored> ignored() {
        return all().flatMap(each -> each.waiver().map(waiver -> new Ignored(each.finding(), waiver)).stream())
                .toList();
    }

    /** {@return the waivers that ignore nothing: they have ended, or there is no such finding} */
    public List<Waiver> idleWaivers() {
        List<Waiver> used = ignored().stream().map(Ignored::waiver).toList();
        return waivers.stream().filter(waiver -> !used.contains(waiver)).toList();
    }

    private record Judged(Finding finding, Optional<Waiver> waiver) {}

    private Stream<Judged> all() {
        return Stream.concat(
                local.stream().map(finding -> judged(finding, THIS_SIDE)),
                nodes.stream()
                        .flatMap(node -> node.findings().stream()
                                .map(finding -> judged(finding, node.endpoint().toString()))));
    }

    private Judged judged(Finding finding, String server) {
        return new Judged(
                finding,
                waivers.stream()
                        .filter(waiver -> waiver.isInForce(at) && waiver.covers(finding, server))
                        .findFirst());
    }

    /** {@return for people: how many servers, and how many findings} */
    public String summary() {
        long found = findings().size();
        return (nodes.size() == 1 ? "1 server, " : nodes.size() + " servers, ")
                + (found == 0 ? "no findings" : found == 1 ? "1 finding" : found + " findings")
                + (ignored().isEmpty() ? "" : ", " + ignored().size() + " ignored")
                + (notMade() == 0 ? "" : notMade() == 1 ? ", 1 check not made" : ", " + notMade() + " checks not made");
    }

    /** {@return what the examination as a whole says} */
    public Verdict verdict() {
        if (!findings().isEmpty()) {
            return Verdict.FINDINGS;
        }
        if (!isComplete()) {
            return Verdict.INCOMPLETE;
        }
        return isFromOutside() ? Verdict.TIGHT_FROM_OUTSIDE : Verdict.TIGHT;
    }

    /** {@return whether every check of the chosen scope was made, and every login that was asked for succeeded} */
    public boolean isComplete() {
        return notMade() == 0 && !nodes.isEmpty() && !isLoginFailed();
    }

    /** {@return whether a server refused the login} */
    public boolean isLoginFailed() {
        return nodes.stream().anyMatch(node -> node.login().state() == CheckResult.State.FAILED);
    }

    /** {@return whether no login was asked for} */
    public boolean isFromOutside() {
        return nodes.stream().allMatch(node -> node.login().state() == CheckResult.State.NOT_APPLICABLE);
    }

    /** {@return how many checks were not made, on all servers and on this side} */
    public long notMade() {
        return localNotMade().size()
                + nodes.stream().mapToLong(node -> node.notMade().size()).sum();
    }

    /** {@return the checks on this side that were not made} */
    public List<CheckResult> localNotMade() {
        return localChecks.stream()
                .filter(result -> result.state() == CheckResult.State.NOT_MADE)
                .toList();
    }

    /**
     * Counts the findings that matter.
     *
     * @param least the least severity
     * @return how many are as bad or worse
     */
    public long countFrom(Severity least) {
        return findings().stream()
                .filter(finding -> finding.check().severity().compareTo(least) >= 0)
                .count();
    }
}
