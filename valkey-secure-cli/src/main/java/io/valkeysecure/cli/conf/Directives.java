package io.valkeysecure.cli.conf;

import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;

/** Lines of a configuration, each with the reason for it above. */
final class Directives {
    private final StringBuilder text = new StringBuilder();

    Directives(String head) {
        text.append("# ").append(head).append('\n');
    }

    @CanIgnoreReturnValue
    Directives add(String why, String... lines) {
        text.append("\n# ").append(why).append('\n');
        for (String line : lines) {
            text.append(line).append('\n');
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
