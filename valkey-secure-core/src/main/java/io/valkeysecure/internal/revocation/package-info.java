/**
 * Proves that no certificate of a validated path is revoked, from CRL files, OCSP responders or stapled OCSP answers;
 * knows nothing of connections. Not exported.
 *
 * <p>Everything fails hard: {@code REVOKED} where an issuer says so, {@code REVOCATION_UNKNOWN} where nothing proves the
 * opposite. The rules, each with its source, stand in {@code docs/revocation.md}.
 */
@NullMarked
package io.valkeysecure.internal.revocation;

import org.jspecify.annotations.NullMarked;
