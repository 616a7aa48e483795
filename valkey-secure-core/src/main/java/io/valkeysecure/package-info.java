/**
 * Encrypted, authenticated connections to Valkey that cannot be made weaker by mistake. Begin with
 * {@link io.valkeysecure.SecureTls}.
 *
 * <p>Three words are used throughout. <em>Material</em> is what is read from files: trust anchors, a client identity,
 * CRLs. A <em>generation</em> is material that was proved, with the policy and the TLS context made of it; it never
 * changes, and a change of material makes a new one. The <em>policy</em> is what is demanded of a connection whatever
 * the material.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
