/** BoringSSL for Jedis, if Conscrypt is on the class path; not exported. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis.engine;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
