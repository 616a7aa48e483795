/** Reads PEM. The only package that knows how a key or a certificate is written in a file; not exported. */
@NullMarked
package io.valkeysecure.internal.pem;

import org.jspecify.annotations.NullMarked;
