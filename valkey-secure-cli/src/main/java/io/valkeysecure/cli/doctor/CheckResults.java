package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.CheckResult.State;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects the result of each check. A finding outweighs everything, and a check that was made outweighs one that was
 * not. A check for which nothing was recorded was not made: silence never counts as good.
 */
final class CheckResults {
    /** The checks on this side. */
    static final Set<Check> THIS_SIDE =
            Set.of(Check.CLIENT_KEY_READABLE, Check.CLIENT_CERTIFICATE_EXPIRES_SOON, Check.CLIENT_IDENTITY_UNUSABLE);

    /** The checks on a server. */
    static final Set<Check> OF_SERVER = Set.copyOf(EnumSet.complementOf(EnumSet.copyOf(THIS_SIDE)));

    /** The checks of the presented chain. */
    static final Set<Check> OF_CHAIN =
            Set.copyOf(EnumSet.range(Check.CERTIFICATE_EXPIRED, Check.CERTIFICATE_MALFORMED));

    /** The checks of the server's settings. */
    static final Set<Check> OF_SETTINGS = Set.of(
            Check.BIND_WILDCARD,
            Check.PROTECTED_MODE_OFF,
            Check.DEBUG_COMMANDS_ENABLED,
            Check.REPLICATION_PLAINTEXT,
            Check.CLUSTER_BUS_PLAINTEXT,
            Check.SERVER_KEY_READABLE,
            Check.UNIX_SOCKET_OPEN,
            Check.SESSION_LIFETIME_LONG,
            Check.CLIENT_CA_PUBLIC,
            Check.SERVER_FILE_OPEN,
            Check.PASSWORD_WEAK);

    /** The checks of files that are only looked at on the server's machine. */
    static final Set<Check> OF_FILES =
            Set.of(Check.SERVER_KEY_READABLE, Check.CLIENT_CA_PUBLIC, Check.SERVER_FILE_OPEN);

    /** The checks of what users may do. */
    static final Set<Check> OF_POWERS = Set.of(
            Check.DEFAULT_USER_ON,
            Check.DEFAULT_USER_ALL_POWERFUL,
            Check.USER_ALL_POWERFUL,
            Check.USER_DANGEROUS_COMMANDS);

    /** The checks of the server's users. */
    static final Set<Check> OF_USERS = union(OF_POWERS, Set.of(Check.USER_PASSWORDLESS));

    /** The checks of who is connected. */
    static final Set<Check> OF_CONNECTIONS =
            Set.of(Check.CONNECTION_PLAINTEXT, Check.MONITORING_UNPROTECTED, Check.MONITORING_POWERFUL);

    /** The checks that can fail for several users, files, ports or addresses of a server. */
    static final Set<Check> OF_SEVERAL = union(
            union(OF_USERS, OF_CONNECTIONS),
            Set.of(Check.PASSWORD_WEAK, Check.SERVER_FILE_OPEN, Check.PLAINTEXT_PORT_OPEN, Check.NODE_UNREACHABLE));

    private final Map<Check, CheckResult> results = new EnumMap<>(Check.class);

    void failed(Check check) {
        record(new CheckResult(check, State.FAILED, ""));
    }

    void passed(Check... checks) {
        passed(List.of(checks));
    }

    void passed(Collection<Check> checks) {
        checks.forEach(check -> record(new CheckResult(check, State.PASSED, "")));
    }

    void notApplicable(String because, Check... checks) {
        notApplicable(because, List.of(checks));
    }

    void notApplicable(String because, Collection<Check> checks) {
        checks.forEach(check -> record(new CheckResult(check, State.NOT_APPLICABLE, because)));
    }

    void notMade(String because, Check... checks) {
        notMade(because, List.of(checks));
    }

    void notMade(String because, Collection<Check> checks) {
        checks.forEach(check -> record(new CheckResult(check, State.NOT_MADE, because)));
    }

    /** The checks of the login, which are beyond the outside; the clock and the version are told to users only. */
    static Set<Check> inside() {
        Set<Check> inside = EnumSet.copyOf(OF_SETTINGS);
        inside.addAll(OF_USERS);
        inside.addAll(OF_CONNECTIONS);
        inside.add(Check.CLOCK_SKEW);
        inside.add(Check.VERSION_UNMAINTAINED);
        inside.add(Check.VERSION_VULNERABLE);
        inside.add(Check.SERVER_AS_ROOT);
        return inside;
    }

    private static Set<Check> union(Set<Check> one, Set<Check> other) {
        Set<Check> both = EnumSet.copyOf(one);
        both.addAll(other);
        return Set.copyOf(both);
    }

    private void record(CheckResult result) {
        results.merge(result.check(), result, (before, next) -> weight(next) > weight(before) ? next : before);
    }

    private static int weight(CheckResult result) {
        return switch (result.state()) {
            case FAILED -> 2;
            case PASSED -> 1;
            case NOT_APPLICABLE, NOT_MADE -> 0;
        };
    }

    /** {@return a result for each of these checks, in the order of the checks} */
    List<CheckResult> of(Set<Check> checks) {
        return EnumSet.copyOf(checks).stream()
                .map(check -> results.getOrDefault(
                        check, new CheckResult(check, State.NOT_MADE, "the examination ended before it")))
                .toList();
    }
}
