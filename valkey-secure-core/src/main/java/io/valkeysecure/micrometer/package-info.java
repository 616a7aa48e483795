/**
 * Metrics for Micrometer, an optional dependency. Start with {@link io.valkeysecure.micrometer.TlsMetrics}. No other
 * package needs Micrometer.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.micrometer;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
