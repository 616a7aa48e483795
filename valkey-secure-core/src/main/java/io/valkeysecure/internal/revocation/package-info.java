/**
 * Checks that no certificate of a validated path is revoked, by CRL files, OCSP responders or stapled OCSP responses.
 * Not exported.
 *
 * <p>Every check fails hard: {@code REVOKED} if the issuer revoked a certificate, {@code REVOCATION_UNKNOWN} if its
 * status is not proved. {@code docs/revocation.md} lists the rules, each with its source.
 *
 * <p>A check of one thing returns its problem, or null if there is none. A reader throws {@code MalformedException},
 * and a source of status that proves nothing {@code UnprovedException}.
 */
@NullMarked
package io.valkeysecure.internal.revocation;

import org.jspecify.annotations.NullMarked;
