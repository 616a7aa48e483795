/**
 * A small certificate authority in a directory. {@link io.valkeysecure.cli.pki.CertificateAuthority} is where it begins;
 * nothing here prints.
 */
@NullMarked
package io.valkeysecure.cli.pki;

import org.jspecify.annotations.NullMarked;
