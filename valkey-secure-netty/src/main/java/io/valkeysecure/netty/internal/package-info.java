/** The guard of a channel of Netty, for the adapters of this library; not an API. */
@CheckReturnValue
@NullMarked
package io.valkeysecure.netty.internal;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
