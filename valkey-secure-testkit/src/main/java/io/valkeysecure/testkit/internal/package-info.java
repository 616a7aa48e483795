/** What the rooms of the test kit share: sockets on loopback, TLS contexts, DER and PEM. Not exported. */
@NullMarked
package io.valkeysecure.testkit.internal;

import org.jspecify.annotations.NullMarked;
