package io.valkeysecure.cli.doctor.report;

import java.util.Locale;

/** How bad a finding is, from harmless to harmful. */
public enum Severity {
    /** Better otherwise. */
    LOW,
    /** One lock fewer than there should be. */
    MEDIUM,
    /** Traffic or the server is open to somebody who tries. */
    HIGH,
    /** Open to anybody. */
    CRITICAL;

    /** {@return the name as it is printed} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
