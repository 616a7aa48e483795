/**
 * Open connections: the registry, and the thread that closes what has outlived its trust and drains what presents an earlier
 * identity. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.connection;

import org.jspecify.annotations.NullMarked;
