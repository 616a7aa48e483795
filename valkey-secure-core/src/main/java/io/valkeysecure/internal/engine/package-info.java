/**
 * The implementations of TLS that a generation can make its connections with. The JDK's is always there; the others are
 * native, optional, and come from the modules of the client libraries that they suit, which alone see this package.
 *
 * <p>An engine encrypts and speaks the protocol. It decides about no certificate: that is the generation's trust manager's,
 * which every engine is given.
 */
@NullMarked
package io.valkeysecure.internal.engine;

import org.jspecify.annotations.NullMarked;
