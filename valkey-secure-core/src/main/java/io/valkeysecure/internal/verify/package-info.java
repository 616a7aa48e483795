/**
 * The verifier: which certification paths there are, and by which rules one is refused. It knows certificates, names and
 * times, and nothing of connections; not exported.
 */
@NullMarked
package io.valkeysecure.internal.verify;

import org.jspecify.annotations.NullMarked;
