/**
 * The connections of a Jedis configuration: sockets that are verified, and credentials that only they write; not
 * exported.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis.internal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
