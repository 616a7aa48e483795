/**
 * Verified TLS connections for Lettuce. Start with {@link io.valkeysecure.lettuce.SecureLettuce}, which makes Lettuce's
 * own client types, so that code that uses them stays unchanged.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.lettuce;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
