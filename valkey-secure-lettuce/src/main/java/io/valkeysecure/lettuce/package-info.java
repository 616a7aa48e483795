/**
 * Verified TLS connections for Lettuce. Start with {@link io.valkeysecure.lettuce.SecureLettuce}, which makes Lettuce's
 * own client types, so that code that uses them stays unchanged.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.lettuce;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
