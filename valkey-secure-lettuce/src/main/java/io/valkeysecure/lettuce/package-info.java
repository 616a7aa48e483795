/**
 * Verified TLS connections for Lettuce, standalone, pooled and for pub/sub.
 */
@NullMarked
package io.valkeysecure.lettuce;

import org.jspecify.annotations.NullMarked;
