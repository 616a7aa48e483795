/** BoringSSL for Jedis, if Conscrypt is on the class path; not exported. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis.engine;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
