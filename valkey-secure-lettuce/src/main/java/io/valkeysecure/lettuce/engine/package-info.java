/** BoringSSL for Lettuce, if Netty's binding is on the class path; not exported. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.lettuce.engine;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
