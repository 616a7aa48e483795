/**
 * The TLS implementations of a generation. The JDK's is always available; native engines are optional and come from the
 * adapter modules, to which this package is exported.
 *
 * <p>An engine speaks the protocol. It decides nothing about certificates: that is the job of the trust manager, which
 * every engine gets from the generation.
 */
@NullMarked
package io.valkeysecure.internal.engine;

import org.jspecify.annotations.NullMarked;
