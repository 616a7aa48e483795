/**
 * No API, and not exported: what the packages of the test kit share, such as sockets on loopback, TLS contexts, DER and
 * PEM; and what only the tests of this project need, such as a clock that can be set.
 */
@NullMarked
package io.valkeysecure.testkit.internal;

import org.jspecify.annotations.NullMarked;
