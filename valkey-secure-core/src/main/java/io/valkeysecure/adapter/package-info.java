/**
 * For authors of adapters: how a client library makes its connections through a
 * {@link io.valkeysecure.SecureTls}. Start with {@link io.valkeysecure.adapter.TlsHandshake}. Users of {@code SecureLettuce} and
 * {@code SecureJedis} do not need it.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.adapter;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
