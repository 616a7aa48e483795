/**
 * Open connections: the registry, and the thread that closes connections whose trust ended and drains connections of an
 * earlier identity. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.connection;

import org.jspecify.annotations.NullMarked;
