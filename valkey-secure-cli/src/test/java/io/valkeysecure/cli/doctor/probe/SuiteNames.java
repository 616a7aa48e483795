package io.valkeysecure.cli.doctor.probe;

/** The doctor's names of cipher suites, for tests elsewhere. */
public final class SuiteNames {
    private SuiteNames() {}

    /** {@return IANA's name, or the number in hexadecimal of a suite that the doctor does not know} */
    public static String of(int suite) {
        return Suites.name(suite);
    }
}
