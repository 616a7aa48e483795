/** BoringSSL for clients on Netty, if Netty's binding is on the class path; not exported. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.netty.engine;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
