/**
 * A small certificate authority in a directory. {@link io.valkeysecure.cli.pki.authority.CertificateAuthority} is where
 * it begins; nothing here prints.
 */
@NullMarked
package io.valkeysecure.cli.pki.authority;

import org.jspecify.annotations.NullMarked;
