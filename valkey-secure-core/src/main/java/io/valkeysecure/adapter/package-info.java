/**
 * The API for adapters, which make the connections of a client library through a {@link io.valkeysecure.SecureTls}.
 * Start with {@link io.valkeysecure.adapter.TlsHandshake}. Users of {@code SecureLettuce} and {@code SecureJedis} do
 * not need it.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.adapter;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
