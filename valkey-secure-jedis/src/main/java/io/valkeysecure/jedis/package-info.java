/**
 * Verified TLS connections for Jedis. Start with {@link io.valkeysecure.jedis.SecureJedis}, which makes clients and
 * pools, and the {@code JedisClientConfig} that every client and pool of Jedis takes. {@link io.valkeysecure} decides
 * about trust and policy.
 */
@CheckReturnValue
@NullMarked
package io.valkeysecure.jedis;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
