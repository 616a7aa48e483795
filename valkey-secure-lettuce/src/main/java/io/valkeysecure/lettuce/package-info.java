/**
 * Verified TLS connections for Lettuce, standalone, pooled and for pub/sub.
 *
 * <p>Entry point: {@link io.valkeysecure.lettuce.SecureLettuce}. What it returns are Lettuce's own types, so code that uses
 * them goes on unchanged.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.lettuce;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
