package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.cli.base.OptionNames;
import io.valkeysecure.internal.text.Printable;

/**
 * Something that is wrong with a server, or on this side.
 *
 * @param check what was looked for
 * @param target the server, the port or the file
 * @param evidence what was seen
 * @param change the line to change
 */
public record Finding(Check check, String target, String evidence, String change) {

    /** Makes a finding. Text of the server becomes printable here, for every form of a report. */
    public Finding {
        target = Printable.message(target);
        evidence = Printable.message(OptionNames.in(evidence));
        change = Printable.message(change);
    }
}
