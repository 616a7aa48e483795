package io.valkeysecure.testkit;

import java.util.OptionalInt;

/** The ports of a server as its clients see them. */
record ServerPorts(int tls, OptionalInt plaintext) {}
