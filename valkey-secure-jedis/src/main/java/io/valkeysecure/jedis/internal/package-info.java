/**
 * The connections of a Jedis configuration: sockets that are verified, and credentials that only they write; not
 * exported.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis.internal;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
