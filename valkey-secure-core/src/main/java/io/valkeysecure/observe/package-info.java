/**
 * Observation: listeners, status, health and expiry warnings. A listener cannot change a decision.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.observe;

import io.valkeysecure.internal.annotation.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
