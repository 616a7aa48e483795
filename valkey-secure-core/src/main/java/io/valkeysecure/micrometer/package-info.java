/**
 * Meters for Micrometer, an optional dependency. Begin with {@link io.valkeysecure.micrometer.TlsMetrics}; this is the
 * only package that needs Micrometer.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.micrometer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
