/**
 * The one reader of certificates: strict DER, key strength, names, and the limits on what is read. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.x509;

import org.jspecify.annotations.NullMarked;
