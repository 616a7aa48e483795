/**
 * Certificates, CRLs, OCSP responses and the files that hold them. Start with
 * {@link io.valkeysecure.testkit.certificate.TestCertificate#root()}.
 */
@NullMarked
package io.valkeysecure.testkit.certificate;

import org.jspecify.annotations.NullMarked;
