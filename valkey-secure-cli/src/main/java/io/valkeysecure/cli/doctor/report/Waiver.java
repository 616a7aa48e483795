package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.internal.text.Printable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * A finding that is accepted for a time.
 *
 * @param check the check
 * @param node the server, port or file that the finding names; {@code *} for all
 * @param reason why it is accepted
 * @param until the last day, UTC
 */
public record Waiver(Check check, String node, String reason, LocalDate until) {

    /** Makes a waiver. Its text becomes printable here, for every form of a report. */
    public Waiver {
        node = Printable.message(node);
        reason = Printable.message(reason);
    }

    /** {@return whether it still counts} */
    boolean isInForce(Instant at) {
        return !LocalDate.ofInstant(at, ZoneOffset.UTC).isAfter(until);
    }

    boolean covers(Finding finding, String server) {
        return check == finding.check() && (node.equals("*") || node.equals(finding.target()) || node.equals(server));
    }

    /** {@return the check and the node, for people} */
    @Override
    public String toString() {
        return check.id() + " of " + (node.equals("*") ? "every server" : node) + " until " + until + ": " + reason;
    }
}
