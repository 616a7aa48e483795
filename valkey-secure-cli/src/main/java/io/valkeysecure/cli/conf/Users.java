package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.Passwords;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** An ACL file in which nobody is without a password, and every user can do what it is for. */
public final class Users {
    private static final String APPLICATION = "~* &* +@all -@admin -@dangerous +info +role";
    private static final String REPLICATION = "-@all +psync +replconf +ping";
    private static final String SENTINEL = "&* -@all +multi +slaveof +replicaof +ping +exec +subscribe +config|rewrite"
            + " +role +publish +info +client|setname +client|kill +script|kill";
    private static final String OF_SENTINEL = "&* -@all +@connection +sentinel +publish +subscribe +info +role";

    private final Map<String, char[]> applications = new LinkedHashMap<>();
    private final Map<String, char[]> administrators = new LinkedHashMap<>();
    private final Map<String, char[]> replication = new LinkedHashMap<>();
    private final Map<String, char[]> sentinels = new LinkedHashMap<>();

    /**
     * Reads users and their passwords.
     *
     * @param applications who reads and writes data
     * @param administrators who may do everything
     * @param replication whom replicas log in as
     * @param sentinels whom sentinels log in as
     * @param <T> where a password is
     * @param password finds a password
     * @throws InputException if there is none, or a name is not usable
     */
    public <T> Users(
            Map<String, T> applications,
            Map<String, T> administrators,
            Map<String, T> replication,
            Map<String, T> sentinels,
            Function<T, char[]> password) {
        if (applications.isEmpty() && administrators.isEmpty()) {
            throw new InputException(
                    "no user is given, and the default user is switched off: nobody could log in",
                    "give --app NAME=PASSWORDFILE");
        }
        read(applications, this.applications, password);
        read(administrators, this.administrators, password);
        read(replication, this.replication, password);
        read(sentinels, this.sentinels, password);
    }

    private static <T> void read(Map<String, T> from, Map<String, char[]> to, Function<T, char[]> password) {
        from.forEach((name, where) -> {
            Deployment.requirePlain(name);
            char[] secret = password.apply(where);
            Passwords.weakness(new String(secret)).ifPresent(weakness -> {
                throw new InputException(
                        "the password of " + name + " " + weakness, "openssl rand -base64 24 > " + name + ".password");
            });
            to.put(name, secret);
        });
    }

    /**
     * Writes the users of a server.
     *
     * @return text for an ACL file
     */
    public String ofServer() {
        Map<String, String> lines = new LinkedHashMap<>();
        administrators.forEach((name, password) -> lines.put(name, user(name, password, "~* &* +@all")));
        applications.forEach((name, password) -> lines.put(name, user(name, password, APPLICATION)));
        replication.forEach((name, password) -> lines.put(name, user(name, password, REPLICATION)));
        sentinels.forEach((name, password) -> lines.put(name, user(name, password, SENTINEL)));
        return text(lines);
    }

    /**
     * Writes the users of a sentinel: applications ask it who the primary is, other sentinels talk with it.
     *
     * @param version of Valkey
     * @return text for an ACL file
     */
    public String ofSentinel(Version version) {
        String asked = "&* -@all +@connection +subscribe +psubscribe +unsubscribe +punsubscribe +info +role"
                + " +sentinel|get-master-addr-by-name +sentinel|masters +sentinel|master +sentinel|replicas"
                + " +sentinel|slaves +sentinel|sentinels"
                + (version.isAtLeast(8, 0)
                        ? " +sentinel|get-primary-addr-by-name +sentinel|primaries +sentinel|primary"
                        : "");
        Map<String, String> lines = new LinkedHashMap<>();
        administrators.forEach((name, password) -> lines.put(name, user(name, password, "&* +@all")));
        applications.forEach((name, password) -> lines.put(name, user(name, password, asked)));
        sentinels.forEach((name, password) -> lines.put(name, user(name, password, OF_SENTINEL)));
        return text(lines);
    }

    /** Only users and empty lines may stand in an ACL file: no comments. */
    private static String text(Map<String, String> lines) {
        return "user default reset off\n" + String.join("\n", lines.values()) + "\n";
    }

    /** The password as its digest: nobody learns it from the file. */
    private static String user(String name, char[] password, String rules) {
        return "user " + name + " reset on #" + Passwords.digest(password) + " " + rules;
    }
}
