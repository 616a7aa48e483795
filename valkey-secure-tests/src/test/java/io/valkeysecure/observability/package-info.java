/** A program that is watched: its metrics, read by a real Prometheus, and the pages that describe them. */
@NullMarked
package io.valkeysecure.observability;

import org.jspecify.annotations.NullMarked;
