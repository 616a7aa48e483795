/**
 * Verified TLS connections for Jedis, standalone, pooled and for pub/sub.
 */
@NullMarked
package io.valkeysecure.jedis;

import org.jspecify.annotations.NullMarked;
