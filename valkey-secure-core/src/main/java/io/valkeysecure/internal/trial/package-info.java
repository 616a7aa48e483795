/** Tries a client identity in a handshake that never leaves memory; not exported. */
@NullMarked
package io.valkeysecure.internal.trial;

import org.jspecify.annotations.NullMarked;
