/** Compares the verifier with OpenSSL's on generated chains. */
@NullMarked
package io.valkeysecure.differential;

import org.jspecify.annotations.NullMarked;
