package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import java.security.cert.X509Certificate;

/**
 * A trust anchor that breaks a rule, so that no path may end at it.
 *
 * @param certificate the anchor as it was given
 * @param refusal which rule it breaks
 */
public record UnusableAnchor(X509Certificate certificate, PeerRejectedException refusal) {}
