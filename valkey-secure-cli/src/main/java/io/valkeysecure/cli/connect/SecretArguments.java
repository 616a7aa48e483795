package io.valkeysecure.cli.connect;

import java.util.List;
import java.util.Locale;

/**
 * Recognizes commands that hold a password. Every user of the machine can read the arguments of a process, as ps shows.
 */
public final class SecretArguments {
    private SecretArguments() {}

    /**
     * Tells whether a command holds a password of anybody.
     *
     * @param command its name and arguments
     * @return true if an argument is a password
     */
    public static boolean in(List<String> command) {
        List<String> words =
                command.stream().map(word -> word.toUpperCase(Locale.ROOT)).toList();
        String subcommand = words.size() > 1 ? words.get(1) : "";
        List<String> arguments = words.subList(Math.min(2, words.size()), words.size());
        return switch (words.get(0)) {
            case "AUTH" -> true;
            case "HELLO" -> arguments.contains("AUTH");
            case "MIGRATE" -> arguments.contains("AUTH") || arguments.contains("AUTH2");
            case "ACL" ->
                subcommand.equals("SETUSER")
                        && arguments.stream().anyMatch(rule -> rule.startsWith(">") || rule.startsWith("<"));
            case "CONFIG" -> subcommand.equals("SET") && arguments.stream().anyMatch(SecretArguments::isSecretSetting);
            case "SENTINEL", "MODULE" -> arguments.stream().anyMatch(SecretArguments::isSecretSetting);
            default -> false;
        };
    }

    /**
     * Such as requirepass, primaryauth, masterauth, tls-key-file-pass, auth-pass and sentinel-pass; not
     * tls-auth-clients.
     */
    private static boolean isSecretSetting(String name) {
        return name.endsWith("AUTH")
                || name.contains("PASS")
                || name.contains("SECRET")
                || name.contains("TOKEN")
                || name.contains("CREDENTIAL");
    }
}
