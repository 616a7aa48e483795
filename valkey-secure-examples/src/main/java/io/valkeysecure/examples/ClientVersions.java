package io.valkeysecure.examples;

import java.util.ResourceBundle;

/** The versions of the client libraries that the demo was built with. */
final class ClientVersions {
    private static final ResourceBundle BUILT_WITH = ResourceBundle.getBundle("io.valkeysecure.examples.versions");

    private ClientVersions() {}

    static String of(String library) {
        return BUILT_WITH.getString(library);
    }
}
