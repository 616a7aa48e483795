/**
 * Verified TLS connections for Jedis, standalone, pooled and for pub/sub.
 *
 * <p>{@link io.valkeysecure.jedis.SecureJedis} is the entry point and the only public type: it makes the
 * {@code JedisClientConfig} that every client and pool of Jedis takes. Policy, trust and the handshake itself are in
 * {@link io.valkeysecure}; nothing is decided here.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
