/**
 * What is in force, what happened, and what ends soon: listeners, status and health. A listener changes no verdict.
 */
@NullMarked
@CheckReturnValue
package io.valkeysecure.observe;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
