/**
 * Encrypted, authenticated connections to Valkey that cannot be weakened by mistake. Start with
 * {@link io.valkeysecure.SecureTls}.
 *
 * <p>Three words are used throughout. <em>Material</em> is read from files and sources: trust anchors, a client
 * identity, CRLs. A
 * <em>generation</em> is proved material with the TLS engines made of it; it never changes, and new material makes a
 * new generation. The <em>policy</em> is the set of requirements that every connection has to meet.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
