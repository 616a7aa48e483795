/**
 * The verifier: searches certification paths and applies the rules. It knows nothing of connections. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.verify;

import org.jspecify.annotations.NullMarked;
