package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.internal.text.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an examination came to.
 *
 * @param at when it began
 * @param took how long it was
 * @param local findings on this side
 * @param clientEnds when the certificate of this side ends
 * @param nodes the server that was named first, then those it told of
 */
public record Report(Instant at, Duration took, List<Finding> local, Optional<Instant> clientEnds, List<Node> nodes) {

    /**
     * A server.
     *
     * @param endpoint where it is
     * @param ends when the first certificate ends that it presents; empty if none was seen
     * @param facts what was seen and is no finding: a name and a value each
     * @param findings what is wrong
     * @param notes what could not be looked at, and why
     */
    public record Node(
            Endpoint endpoint,
            Optional<Instant> ends,
            Map<String, String> facts,
            List<Finding> findings,
            List<String> notes) {

        /**
         * Makes a node. Text of the server becomes printable here, for every form of a report.
         *
         * @param endpoint where it is
         * @param ends when the first certificate ends that it presents; empty if none was seen
         * @param facts what was seen and is no finding: a name and a value each
         * @param findings what is wrong
         * @param notes what could not be looked at, and why
         */
        public Node {
            Map<String, String> printable = new LinkedHashMap<>();
            facts.forEach((name, value) -> printable.put(Printable.value(name), Printable.message(value)));
            facts = Collections.unmodifiableMap(printable);
            notes = notes.stream().map(Printable::message).toList();
        }

        /** {@return whether it could be examined} */
        public boolean isReachable() {
            return findings.stream().noneMatch(finding -> finding.check() == Check.NODE_UNREACHABLE);
        }
    }

    /** {@return all findings, the worst first} */
    public List<Finding> findings() {
        return Stream.concat(local.stream(), nodes.stream().flatMap(node -> node.findings().stream()))
                .sorted((a, b) -> b.check().severity().compareTo(a.check().severity()))
                .toList();
    }

    /** {@return for people: how many servers, and how many findings} */
    public String summary() {
        long found = findings().size();
        return (nodes.size() == 1 ? "1 server, " : nodes.size() + " servers, ")
                + (found == 0 ? "no findings" : found == 1 ? "1 finding" : found + " findings");
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
