package io.valkeysecure.cli.doctor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A line of ACL LIST.
 *
 * @param name the user
 * @param rules the rest, in order
 */
record AclUser(String name, List<String> rules) {
    private static final List<String> DANGEROUS = List.of(
            "@admin", "@dangerous", "acl", "config", "debug", "flushall", "flushdb", "keys", "module", "shutdown");

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
            if (word.equals("+@all") || word.equals("allcommands")) {
                open.addAll(DANGEROUS);
            } else if (word.equals("-@all") || word.equals("nocommands")) {
                open.clear();
            } else if (word.equals("-@dangerous")) {
                open.clear(); // all of them are in this category
            } else if (word.equals("-@admin")) {
                open.removeAll(Set.of("@admin", "acl", "config", "debug", "module", "shutdown"));
            } else if (word.startsWith("+") && DANGEROUS.contains(word.substring(1))) {
                open.add(word.substring(1));
            } else if (word.startsWith("-")) {
                open.remove(word.substring(1));
            }
        }
        return open;
    }

    boolean isAllPowerful() {
        return dangerous().containsAll(DANGEROUS);
    }
}
