/**
 * Verified TLS connections for Redisson. Start with {@link io.valkeysecure.redisson.SecureRedisson}, which makes
 * Redisson's own client, so that code that uses it stays unchanged.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.redisson;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
