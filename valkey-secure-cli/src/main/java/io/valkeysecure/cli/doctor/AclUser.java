package io.valkeysecure.cli.doctor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line of ACL LIST.
 *
 * @param name the user
 * @param rules the rest, in order
 */
record AclUser(String name, List<String> rules) {
    private static final Set<String> ADMIN = Set.of("@admin", "acl", "config", "debug", "module", "shutdown");
    /** A category stands for the commands of it that are not named here. */
    private static final Set<String> DANGEROUS = Stream.concat(
                    ADMIN.stream(),
                    Stream.of("@dangerous", "flushall", "flushdb", "keys", "migrate", "restore", "swapdb"))
            .collect(Collectors.toUnmodifiableSet());

    static Optional<AclUser> parse(String line) {
        List<String> words = List.of(line.strip().split(" +", -1));
        return words.size() < 3 || !words.get(0).equals("user")
                ? Optional.empty()
                : Optional.of(new AclUser(words.get(1), words.subList(2, words.size())));
    }

    boolean isOn() {
        return rules.contains("on");
    }

    boolean isWithoutPassword() {
        return rules.contains("nopass");
    }

    /** Which of the commands that administer or destroy are open; the server tells rules in the order in which they count. */
    Set<String> dangerous() {
        Set<String> open = new TreeSet<>();
        for (String rule : rules) {
            String word = rule.replaceAll("[()]", "").toLowerCase(Locale.ROOT);
            if (word.equals("+@all") || word.equals("allcommands") || word.equals("+@dangerous")) {
                open.addAll(DANGEROUS);
            } else if (word.equals("+@admin")) {
                open.addAll(ADMIN);
            } else if (word.equals("-@all") || word.equals("nocommands") || word.equals("-@dangerous")) {
                open.clear(); // all of them are in this category
            } else if (word.equals("-@admin")) {
                open.removeAll(ADMIN);
            } else if (word.startsWith("+") && DANGEROUS.contains(word.substring(1))) {
                open.add(word.substring(1));
            } else if (word.startsWith("-")) {
                open.remove(word.substring(1));
            }
        }
        // Redis 7.0 tells one by one which commands of a category it has taken away
        return open.stream().allMatch(rule -> rule.startsWith("@")) ? Set.of() : open;
    }

    boolean isAllPowerful() {
        return dangerous().containsAll(DANGEROUS);
    }
}
