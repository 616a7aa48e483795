package io.valkeysecure.testkit.server;

import java.util.List;

/** One line of {@code CLUSTER NODES}. */
record NodeEntry(String id, String flags, String primary, String link, List<String> ranges) {
    /** id address flags primary ping pong epoch link slots... */
    static NodeEntry parse(String view, String id) {
        for (String line : view.lines().toList()) {
            List<String> words = List.of(line.split(" ", -1));
            if (words.get(0).equals(id)) {
                List<String> ranges = words.subList(8, words.size()).stream()
                        .filter(range -> !range.startsWith("[")) // on its way
                        .toList();
                return new NodeEntry(id, words.get(2), words.get(3), words.get(7), ranges);
            }
        }
        throw new IllegalStateException("there is no node " + id + " in\n" + view);
    }

    boolean isTroubled() {
        return !link.equals("connected") || flags.contains("fail") || flags.contains("handshake");
    }

    String agreed() {
        return id + " " + primary + " " + ranges;
    }

    int slots() {
        return ranges.stream().mapToInt(range -> last(range) - first(range) + 1).sum();
    }

    boolean owns(int slot) {
        return ranges.stream().anyMatch(range -> first(range) <= slot && slot <= last(range));
    }

    private static int first(String range) {
        return Integer.parseInt(range.split("-", -1)[0]);
    }

    private static int last(String range) {
        return Integer.parseInt(range.substring(range.indexOf('-') + 1));
    }
}
