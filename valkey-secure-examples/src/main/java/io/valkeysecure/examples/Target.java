package io.valkeysecure.examples;

import io.valkeysecure.Endpoint;
import java.util.Optional;

/**
 * A server and how to log in.
 *
 * @param endpoint host and port as dialled
 * @param user empty for the default user
 * @param password empty where none is needed
 */
record Target(Endpoint endpoint, Optional<String> user, Optional<String> password) {

    Target at(int port) {
        return new Target(new Endpoint(endpoint.host(), port), user, password);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user.map(name -> name + "@").orElse("") + endpoint;
    }
}
