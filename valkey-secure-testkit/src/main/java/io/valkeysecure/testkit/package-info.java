/**
 * An in-memory CA, real Valkey servers, hostile peers and a recording proxy, for tests of TLS connections.
 */
@NullMarked
package io.valkeysecure.testkit;

import org.jspecify.annotations.NullMarked;
