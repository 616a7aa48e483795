/** BoringSSL for Lettuce, if Netty's binding is on the class path; not exported. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.lettuce.engine;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
